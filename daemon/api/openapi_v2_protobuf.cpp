#include "daemon/api/openapi_v2_protobuf.hpp"

#include <cstdint>
#include <string_view>

#include "daemon/api/protobuf_write.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

void append_text(std::string& out, std::uint32_t number, const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->empty()) return;
  append_protobuf_field(out, number, found->get_ref<const std::string&>());
}

void append_texts(std::string& out, std::uint32_t number, const Json& object, const char* name) {
  for (const Json& text : object.value(name, Json::array())) {
    append_protobuf_field(out, number, text.get_ref<const std::string&>());
  }
}

void append_flag(std::string& out, std::uint32_t number, const Json& object, const char* name) {
  if (object.value(name, false)) append_protobuf_number(out, number, 1);
}

// A message that has this one field.
std::string wrapped(std::uint32_t number, std::string_view bytes) {
  std::string message;
  append_protobuf_field(message, number, bytes);
  return message;
}

std::string named(std::string_view name, std::string_view value) {
  std::string message = wrapped(1, name);
  append_protobuf_field(message, 2, value);
  return message;
}

bool is_extension(std::string_view name) {
  return name.starts_with("x-");
}

void append_extensions(std::string& out, std::uint32_t number, const Json& object) {
  for (const auto& [name, value] : object.items()) {
    if (!is_extension(name)) continue;
    append_protobuf_field(out, number, named(name, wrapped(2, value.dump() + "\n")));
  }
}

// NamedX for each member.
template <class Write>
std::string map_message(std::uint32_t number, const Json& map, Write write) {
  std::string message;
  for (const auto& [name, value] : map.items())
    append_protobuf_field(message, number, named(name, write(value)));
  return message;
}

std::string schema_message(const Json& schema) {
  std::string message;
  append_text(message, 1, schema, "$ref");
  append_text(message, 2, schema, "format");
  append_texts(message, 19, schema, "required");
  const auto append_inner = [&](const char* name, std::uint32_t number, const auto& write) {
    const auto found = schema.find(name);
    if (found != schema.end()) append_protobuf_field(message, number, write(*found));
  };
  const auto only_schema = [](const Json& inner) { return wrapped(1, schema_message(inner)); };
  append_inner("additionalProperties", 21, only_schema);
  append_inner("type", 22, [](const Json& type) { return wrapped(1, type.get_ref<const std::string&>()); });
  append_inner("items", 23, only_schema);
  append_inner("properties", 25, [](const Json& all) { return map_message(1, all, schema_message); });
  append_extensions(message, 31, schema);
  return message;
}

std::string body_message(const Json& parameter) {
  std::string message;
  append_text(message, 2, parameter, "name");
  append_text(message, 3, parameter, "in");
  append_flag(message, 4, parameter, "required");
  append_protobuf_field(message, 5, schema_message(parameter.at("schema")));
  return message;
}

// Of the query or of the path; the numbers of the two differ after the name.
std::string value_message(const Json& parameter, bool in_query) {
  std::string message;
  append_flag(message, 1, parameter, "required");
  append_text(message, 2, parameter, "in");
  append_text(message, 4, parameter, "name");
  append_text(message, in_query ? 6 : 5, parameter, "type");
  append_flag(message, in_query ? 20 : 19, parameter, "uniqueItems");
  return message;
}

// A ParametersItem around a Parameter, which is one of several messages.
std::string parameter_message(const Json& parameter) {
  const auto& place = parameter.at("in").get_ref<const std::string&>();
  if (place == "body") return wrapped(1, wrapped(1, body_message(parameter)));
  const bool in_query = place == "query";
  return wrapped(1, wrapped(2, wrapped(in_query ? 3 : 4, value_message(parameter, in_query))));
}

void append_parameters(std::string& out, std::uint32_t number, const Json& object) {
  for (const Json& parameter : object.value("parameters", Json::array())) {
    append_protobuf_field(out, number, parameter_message(parameter));
  }
}

// A ResponseValue around a Response, whose schema is a SchemaItem.
std::string response_message(const Json& response) {
  std::string message;
  append_text(message, 1, response, "description");
  append_protobuf_field(message, 2, wrapped(1, schema_message(response.at("schema"))));
  return wrapped(1, message);
}

std::string operation_message(const Json& operation) {
  std::string message;
  append_texts(message, 6, operation, "produces");
  append_texts(message, 7, operation, "consumes");
  append_parameters(message, 8, operation);
  append_protobuf_field(message, 9, map_message(1, operation.at("responses"), response_message));
  append_extensions(message, 13, operation);
  return message;
}

std::string path_message(const Json& path) {
  std::string message;
  std::uint32_t number = 1;
  for (const char* method : {"get", "put", "post", "delete", "options", "head", "patch"}) {
    ++number;
    if (path.contains(method)) append_protobuf_field(message, number, operation_message(path.at(method)));
  }
  append_parameters(message, 9, path);
  return message;
}

}  // namespace

std::string openapi_v2_protobuf(const Json& document) {
  std::string info;
  append_text(info, 1, document.at("info"), "title");
  append_text(info, 2, document.at("info"), "version");
  std::string message;
  append_text(message, 1, document, "swagger");
  append_protobuf_field(message, 2, info);
  append_protobuf_field(message, 8, map_message(2, document.at("paths"), path_message));
  append_protobuf_field(message, 9, map_message(1, document.at("definitions"), schema_message));
  return message;
}

}  // namespace clusterip::api
