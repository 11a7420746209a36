#include "daemon/api/go_value.hpp"

#include "engine/cluster/go_text.hpp"

namespace clusterip::api {

using Json = nlohmann::json;

std::string go_plain(const Json& value) {
  if (value.is_null()) return "<nil>";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) {
    std::string text = "map[";
    for (const auto& [name, member] : value.items()) {
      if (text.size() > 4) text += ' ';
      text += name;
      text += ':';
      text += go_plain(member);
    }
    return text + "]";
  }
  if (value.is_array()) {
    std::string text = "[";
    for (const Json& item : value) {
      if (text.size() > 1) text += ' ';
      text += go_plain(item);
    }
    return text + "]";
  }
  return value.dump();
}

std::string go_syntax(const Json& value) {
  return value.is_string() ? cluster::go_quote(value.get<std::string>()) : go_plain(value);
}

std::string_view go_type(const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      return "string";
    case Json::value_t::boolean:
      return "bool";
    case Json::value_t::number_float:
      return "float64";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "int64";
    case Json::value_t::array:
      return "[]interface {}";
    case Json::value_t::object:
      return "map[string]interface {}";
    default:
      return "<nil>";
  }
}

std::string go_json_kind(const nlohmann::json& value) {
  return value.is_boolean() ? "bool" : value.type_name();
}

}  // namespace clusterip::api
