#include "daemon/api/yaml_json.hpp"

#include <charconv>
#include <cmath>

#include <yaml-cpp/yaml.h>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

struct TooMuch {
  std::size_t line;
  const char* reason;
};

std::size_t line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 0 : static_cast<std::size_t>(mark.line) + 1;
}

template <class Number>
bool whole_number(const std::string& text, Number& number) {
  const char* begin = text.data() + (text.size() > 1 && text.front() == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(begin, end, number);
  return fault == std::errc{} && stop == end;
}

Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  std::int64_t integer = 0;
  if (whole_number(text, integer)) return integer;
  double real = 0;
  const bool looks_real = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  if (looks_real && whole_number(text, real) && std::isfinite(real)) return real;
  return text;
}

class Converter {
 public:
  explicit Converter(const YamlLimits& limits) : limits_(limits) {}

  Json convert(const YAML::Node& node, std::size_t depth = 0) {
    if (++nodes_ > limits_.nodes) throw TooMuch{line_of(node.Mark()), "holds too many values"};
    if (depth > limits_.depth) throw TooMuch{line_of(node.Mark()), "is nested too deeply"};
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        return nullptr;
      case YAML::NodeType::Scalar:
        return node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str" ? Json(node.Scalar())
                                                                          : plain_scalar(node.Scalar());
      case YAML::NodeType::Sequence: {
        Json list = Json::array();
        for (const YAML::Node& element : node) list.push_back(convert(element, depth + 1));
        return list;
      }
      case YAML::NodeType::Map:
        break;
    }
    Json object = Json::object();
    for (const auto& member : node) {
      if (!member.first.IsScalar()) throw TooMuch{line_of(node.Mark()), "has a key that is no text"};
      object[member.first.Scalar()] = convert(member.second, depth + 1);
    }
    return object;
  }

 private:
  const YamlLimits& limits_;
  std::size_t nodes_ = 0;
};

}  // namespace

std::variant<std::vector<Json>, YamlError> read_yaml(std::string_view text, const YamlLimits& limits) {
  try {
    std::vector<Json> documents;
    Converter converter(limits);
    for (const YAML::Node& document : YAML::LoadAll(std::string(text))) {
      documents.push_back(converter.convert(document));
    }
    return documents;
  } catch (const TooMuch& fault) {
    return YamlError{fault.line, fault.reason};
  } catch (const YAML::Exception& fault) {
    return YamlError{line_of(fault.mark), fault.msg};
  }
}

}  // namespace clusterip::api
