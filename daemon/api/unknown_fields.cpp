#include "daemon/api/unknown_fields.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

void look(const Json& object, const ObjectSchema& schema, const std::string& path,
          std::vector<std::string>& found) {
  if (!object.is_object()) return;
  for (const auto& [name, value] : object.items()) {
    if (path.empty() && (name == "apiVersion" || name == "kind")) continue;
    std::string here = path;
    if (!here.empty()) here += '.';
    here += name;
    const FieldSchema* field = schema.find(name);
    if (field == nullptr) {
      found.push_back(here);
    } else if (field->object != nullptr && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        look(value[i], *field->object, here + "[" + std::to_string(i) + "]", found);
      }
    } else if (field->object != nullptr) {
      look(value, *field->object, here, found);
    }
  }
}

}  // namespace

std::vector<std::string> unknown_fields(const Json& object, const ObjectSchema& schema) {
  std::vector<std::string> found;
  look(object, schema, "", found);
  return found;
}

}  // namespace clusterip::api
