#include "daemon/api/openapi_json.hpp"

#include <set>

#include "daemon/api/openapi_facts.hpp"
#include "daemon/api/schema.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr const char* kFieldsV1 = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1";
constexpr const char* kIntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
constexpr const char* kPatchTypes[] = {"application/json-patch+json", "application/merge-patch+json",
                                       "application/strategic-merge-patch+json",
                                       "application/apply-patch+yaml"};

Json reference(std::string_view definition) {
  return {{"$ref", "#/components/schemas/" + std::string(definition)}};
}

Json type_of(const FieldSchema& field) {
  switch (field.type) {
    case FieldType::kText:
      return {{"type", "string"}, {"default", ""}};
    case FieldType::kInt32:
      return {{"type", "integer"}, {"format", "int32"}};
    case FieldType::kInt64:
      return {{"type", "integer"}, {"format", "int64"}};
    case FieldType::kBoolean:
      return {{"type", "boolean"}};
    case FieldType::kTime:
    case FieldType::kMicroTime:
      return {{"type", "string"}, {"format", "date-time"}};
    case FieldType::kIntOrString:
      return reference(kIntOrString);
    case FieldType::kTextMap:
      return {{"type", "object"}, {"additionalProperties", {{"type", "string"}, {"default", ""}}}};
    case FieldType::kTree:
      return reference(kFieldsV1);
    case FieldType::kObject:
      break;
  }
  return {{"allOf", {reference(field.object->definition)}}, {"default", Json::object()}};
}

std::string_view list_word(ListType list) {
  return list == ListType::kSet ? "set" : list == ListType::kMap ? "map" : "atomic";
}

Json property_of(const FieldSchema& field) {
  Json type = type_of(field);
  if (field.list == ListType::kNone) {
    type.erase("default");
    if (field.atomic && field.type == FieldType::kTextMap) type["x-kubernetes-map-type"] = "atomic";
    return type;
  }
  Json property{
      {"type", "array"}, {"items", std::move(type)}, {"x-kubernetes-list-type", list_word(field.list)}};
  if (field.list == ListType::kMap) {
    Json& keys = property["x-kubernetes-list-map-keys"] = Json::array();
    std::string_view names = field.keys;
    while (!names.empty()) {
      const std::size_t comma = std::min(names.find(','), names.size());
      keys.push_back(names.substr(0, comma));
      names.remove_prefix(std::min(comma + 1, names.size()));
    }
  }
  if (!field.merge_key.empty()) {
    property["x-kubernetes-patch-strategy"] = "merge";
    if (field.merge_key != "*") property["x-kubernetes-patch-merge-key"] = field.merge_key;
  }
  return property;
}

// Adds the definition and all that it refers to.
void define(const ObjectSchema& schema, Json& definitions) {
  const std::string name(schema.definition);
  if (definitions.contains(name)) return;
  Json& definition = definitions[name] = {{"type", "object"}};
  Json properties = Json::object();
  for (const FieldSchema& field : schema.fields) properties[std::string(field.name)] = property_of(field);
  definition["properties"] = std::move(properties);
  add_openapi_facts(name, definition);
  for (const FieldSchema& field : schema.fields) {
    if (field.object != nullptr) define(*field.object, definitions);
  }
}

Json group_version_kind(const Resource& resource, std::string_view version) {
  return {{"group", resource.group}, {"version", version}, {"kind", resource.kind}};
}

std::string definition_name(const Resource& resource, std::string_view version) {
  std::string name(schema_of(resource).definition);
  // v1 and v1beta1 have the same fields under different names.
  const std::size_t at = name.find(".v1.");
  if (at != std::string::npos && version != "v1") name.replace(at, 4, "." + std::string(version) + ".");
  return name;
}

void define_kind(const Resource& resource, std::string_view version, Json& definitions) {
  const ObjectSchema& schema = schema_of(resource);
  const std::string name = definition_name(resource, version);
  define({name, schema.fields}, definitions);
  add_openapi_facts(schema.definition, definitions[name]);
  Json& properties = definitions[name]["properties"];
  properties["apiVersion"] = {{"type", "string"}};
  properties["kind"] = {{"type", "string"}};
  definitions[name]["x-kubernetes-group-version-kind"] = Json::array({group_version_kind(resource, version)});
  definitions[name + "List"] = {
      {"type", "object"},
      {"required", {"items"}},
      {"properties",
       {{"apiVersion", {{"type", "string"}}},
        {"kind", {{"type", "string"}}},
        {"metadata", reference(list_meta_schema().definition)},
        {"items", {{"type", "array"}, {"items", reference(name)}}}}},
      {"x-kubernetes-group-version-kind", Json::array({{{"group", resource.group},
                                                        {"version", version},
                                                        {"kind", std::string(resource.kind) + "List"}}})}};
}

Json parameter(const char* name, const char* type) {
  return {{"name", name}, {"in", "query"}, {"schema", {{"type", type}, {"uniqueItems", true}}}};
}

Json operation(const Resource& resource, std::string_view version, const char* action) {
  const std::string name = definition_name(resource, version);
  Json body;
  if (std::string_view(action) == "patch") {
    for (const char* type : kPatchTypes) body["content"][type]["schema"] = {{"type", "object"}};
  } else if (std::string_view(action) == "post" || std::string_view(action) == "put") {
    body["content"]["*/*"]["schema"] = reference(name);
  }
  Json described{
      {"x-kubernetes-action", action},
      {"x-kubernetes-group-version-kind", group_version_kind(resource, version)},
      {"responses",
       {{"200",
         {{"description", "OK"}, {"content", {{"application/json", {{"schema", reference(name)}}}}}}}}}};
  if (!body.is_null()) {
    described["requestBody"] = std::move(body);
    described["parameters"] = {parameter("dryRun", "string"), parameter("fieldManager", "string"),
                               parameter("fieldValidation", "string")};
    if (std::string_view(action) == "patch") described["parameters"].push_back(parameter("force", "boolean"));
  }
  return described;
}

Json path_parameters(const Resource& resource, bool named) {
  Json parameters = Json::array();
  const auto in_path = [](const char* name) {
    return Json{{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}};
  };
  if (resource.namespaced) parameters.push_back(in_path("namespace"));
  if (named) parameters.push_back(in_path("name"));
  return parameters;
}

void describe_paths(const Resource& resource, std::string_view version, const std::string& root,
                    Json& paths) {
  const std::string collection =
      root + (resource.namespaced ? "/namespaces/{namespace}/" : "/") + std::string(resource.plural);
  paths[collection] = {{"parameters", path_parameters(resource, false)},
                       {"get", operation(resource, version, "list")},
                       {"post", operation(resource, version, "post")}};
  Json named{{"parameters", path_parameters(resource, true)}};
  for (const char* action : {"get", "put", "patch", "delete"}) {
    named[action] = operation(resource, version, action);
  }
  if (resource.has_status) {
    Json status = named;
    status.erase("delete");
    paths[collection + "/{name}/status"] = std::move(status);
  }
  paths[collection + "/{name}"] = std::move(named);
}

std::string place_of(const Resource& resource, std::string_view version) {
  return (resource.group.empty() ? "api/" : "apis/") + resource.api_version(version);
}

}  // namespace

Json openapi_index() {
  Json paths = Json::object();
  for (const Resource& resource : resources()) {
    for (const std::string_view version : resource.versions) {
      const std::string place = place_of(resource, version);
      paths[place] = {{"serverRelativeURL", "/openapi/v3/" + place}};
    }
  }
  return {{"paths", std::move(paths)}};
}

Json openapi_document(std::string_view group_version) {
  Json definitions = Json::object();
  Json paths = Json::object();
  for (const Resource& resource : resources()) {
    for (const std::string_view version : resource.versions) {
      if (place_of(resource, version) != group_version) continue;
      define_kind(resource, version, definitions);
      describe_paths(resource, version, "/" + std::string(group_version), paths);
    }
  }
  if (paths.empty()) return nullptr;
  define(delete_options_schema(), definitions);
  define(list_meta_schema(), definitions);
  definitions[kFieldsV1] = {{"type", "object"}};
  definitions[kIntOrString] = {{"format", "int-or-string"},
                               {"oneOf", {{{"type", "integer"}}, {{"type", "string"}}}}};
  return {{"openapi", "3.0.0"},
          {"info", {{"title", "Kubernetes"}, {"version", "v1.36.3"}}},
          {"paths", std::move(paths)},
          {"components", {{"schemas", std::move(definitions)}}}};
}

}  // namespace clusterip::api
