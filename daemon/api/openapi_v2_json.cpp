#include "daemon/api/openapi_v2_json.hpp"

#include <string>
#include <string_view>

#include "daemon/api/openapi_json.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kOldRoot = "#/components/schemas/";
constexpr std::string_view kNewRoot = "#/definitions/";

Json convert_reference(const Json& reference) {
  return std::string(kNewRoot) + reference.get<std::string>().substr(kOldRoot.size());
}

Json convert_schema(const Json& schema) {
  // v2 has no words for a choice of types.
  if (schema.contains("oneOf")) return {{"type", "string"}, {"format", schema.at("format")}};
  // v3 wraps a reference that stands beside a default.
  if (schema.contains("allOf")) return convert_schema(schema.at("allOf").front());
  Json converted = Json::object();
  for (const auto& [name, value] : schema.items()) {
    if (name == "default" || name == "enum") continue;
    if (name == "$ref") {
      converted[name] = convert_reference(value);
    } else if (name == "items" || name == "additionalProperties") {
      converted[name] = convert_schema(value);
    } else if (name == "properties") {
      for (const auto& [property, inner] : value.items()) converted[name][property] = convert_schema(inner);
    } else {
      converted[name] = value;
    }
  }
  return converted;
}

// v2 says of a parameter itself what v3 says of its schema.
Json convert_parameters(const Json& parameters) {
  Json converted = Json::array();
  for (Json parameter : parameters) {
    parameter.update(convert_schema(parameter.at("schema")));
    parameter.erase("schema");
    converted.push_back(std::move(parameter));
  }
  return converted;
}

Json types_of(const Json& content) {
  Json types = Json::array();
  for (const auto& [type, ignored] : content.items()) types.push_back(type);
  return types;
}

Json convert_response(const Json& response) {
  const Json& content = response.at("content");
  return {{"description", response.at("description")},
          {"schema", convert_schema(content.front().at("schema"))}};
}

Json convert_operation(const Json& operation) {
  Json converted = Json::object();
  for (const auto& [name, value] : operation.items()) {
    if (name.starts_with("x-")) converted[name] = value;
  }
  Json parameters = convert_parameters(operation.value("parameters", Json::array()));
  converted["consumes"] = Json::array({"*/*"});
  if (const auto body = operation.find("requestBody"); body != operation.end()) {
    const Json& content = body->at("content");
    converted["consumes"] = types_of(content);
    Json parameter{{"name", "body"}, {"in", "body"}, {"required", true}};
    parameter["schema"] = convert_schema(content.front().at("schema"));
    parameters.insert(parameters.begin(), std::move(parameter));
  }
  if (!parameters.empty()) converted["parameters"] = std::move(parameters);
  for (const auto& [code, response] : operation.at("responses").items()) {
    converted["produces"] = types_of(response.at("content"));
    converted["responses"][code] = convert_response(response);
  }
  return converted;
}

Json convert_path(const Json& path) {
  Json converted = Json::object();
  for (const auto& [name, value] : path.items()) {
    converted[name] = name == "parameters" ? convert_parameters(value) : convert_operation(value);
  }
  return converted;
}

}  // namespace

Json openapi_v2_document() {
  Json document{{"swagger", "2.0"}, {"paths", Json::object()}, {"definitions", Json::object()}};
  const Json index = openapi_index();
  for (const auto& [place, ignored] : index.at("paths").items()) {
    const Json part = openapi_document(place);
    document["info"] = part.at("info");
    for (const auto& [path, described] : part.at("paths").items()) {
      document["paths"][path] = convert_path(described);
    }
    for (const auto& [name, schema] : part.at("components").at("schemas").items()) {
      document["definitions"][name] = convert_schema(schema);
    }
  }
  return document;
}

}  // namespace clusterip::api
