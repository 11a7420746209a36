#include "daemon/api/typed_patch.hpp"

#include <algorithm>
#include <set>

#include "daemon/api/field_set.hpp"
#include "daemon/api/field_walk.hpp"
#include "daemon/api/go_value.hpp"
#include "daemon/api/schema.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

std::string below(const std::string& path, const std::string& name) {
  return path + "." + name;
}

class TypeWalk {
 public:
  void object(const Json& value, const ObjectSchema& schema, const std::string& path) {
    if (!expect_map(value, path)) return;
    for (const auto& [name, member] : value.items()) {
      const std::string here = below(path, name);
      if (path.empty() && (name == "apiVersion" || name == "kind")) {
        text(member, here);
      } else if (const FieldSchema* field = schema.find(name)) {
        this->field(member, *field, here);
      } else {
        add(here, "field not declared in schema");
      }
    }
  }

  // ": " and the only fault, or all of them in lines.
  std::string report() const {
    if (faults_.size() == 1) return *faults_.begin();
    std::string all = "errors:";
    for (const std::string& fault : faults_) all += "\n  " + fault;
    return all;
  }
  bool sound() const { return faults_.empty(); }

 private:
  void add(const std::string& path, const std::string& what) { faults_.insert(path + ": " + what); }

  bool expect_map(const Json& value, const std::string& path) {
    if (!value.is_object() && !value.is_null()) add(path, "expected map, got &{" + go_plain(value) + "}");
    return value.is_object();
  }

  void text(const Json& value, const std::string& path) {
    if (value.is_string() || value.is_null()) return;
    add(path, "expected string, got &value.valueUnstructured{Value:" + go_syntax(value) + "}");
  }

  void field(const Json& value, const FieldSchema& schema, const std::string& path) {
    if (schema.list == ListType::kNone) return one(value, schema, path);
    if (value.is_null()) return;
    if (!value.is_array()) return add(path, "expected list, got &{" + go_plain(value) + "}");
    std::set<std::string, std::less<>> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      std::string step = "[" + std::to_string(i) + "]";
      if (schema.list != ListType::kAtomic) {
        if (const auto fault = item_fault(value[i], schema)) {
          return add(path, "element " + std::to_string(i) + ": " + *fault);
        }
        step = list_step_text(value[i], schema);
        if (!seen.insert(step).second) add(path, "duplicate entries for key " + step);
      }
      one(value[i], schema, path + step);
    }
  }

  static std::optional<std::string> item_fault(const Json& item, const FieldSchema& schema) {
    if (schema.list == ListType::kSet) {
      if (item.is_null()) return "associative list without keys has an element that's an explicit null";
      return std::nullopt;
    }
    if (item.is_null()) return "associative list with keys may not have a null element";
    if (!item.is_object()) return "associative list with keys may not have non-map elements";
    return std::nullopt;
  }

  void one(const Json& value, const FieldSchema& schema, const std::string& path) {
    if (value.is_null()) return;
    switch (schema.type) {
      case FieldType::kText:
        return text(value, path);
      case FieldType::kInt32:
      case FieldType::kInt64:
        if (!value.is_number()) {
          add(path, "expected numeric (int or float), got " + std::string(go_type(value)));
        }
        return;
      case FieldType::kBoolean:
        if (!value.is_boolean()) add(path, "expected boolean, got &{" + go_plain(value) + "}");
        return;
      case FieldType::kTime:
      case FieldType::kMicroTime:
      case FieldType::kIntOrString:
        if (value.is_structured()) add(path, "expected any scalar, got &{" + go_plain(value) + "}");
        return;
      case FieldType::kTextMap:
        if (!expect_map(value, path)) return;
        for (const auto& [name, member] : value.items()) text(member, below(path, name));
        return;
      case FieldType::kTree:
        expect_map(value, path);
        return;
      case FieldType::kObject:
        return object(value, *schema.object, path);
    }
  }

  std::set<std::string, std::less<>> faults_;
};

std::string text_at(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  return object.contains(path) && object.at(path).is_string() ? object.at(path).get<std::string>() : "";
}

}  // namespace

Refusal check_typed(const Json& configuration, const Resource& resource, std::string_view version) {
  TypeWalk walk;
  walk.object(configuration, schema_of(resource), "");
  if (walk.sound()) return std::nullopt;
  return generic(500, "",
                 "failed to create typed patch object (" + text_at(configuration, "/metadata/namespace") +
                     "/" + text_at(configuration, "/metadata/name") + "; " + std::string(resource.group) +
                     "/" + std::string(version) + ", Kind=" + std::string(resource.kind) +
                     "): " + walk.report());
}

}  // namespace clusterip::api
