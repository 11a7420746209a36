// The OpenAPI v2 document: in JSON it says of every kind what Kubernetes' own says, in protobuf the same.
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "daemon/api/openapi_v2_json.hpp"
#include "daemon/api/openapi_v2_protobuf.hpp"
#include "daemon/api/protobuf_reader.hpp"
#include "daemon/api/resources.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kRoot = "#/definitions/";

const Json& document() {
  static const Json kDocument = openapi_v2_document();
  return kDocument;
}

// With what its references say in their place.
Json expanded(const Json& schema, const Json& definitions) {
  if (schema.is_array()) {
    Json items = Json::array();
    for (const Json& item : schema) items.push_back(expanded(item, definitions));
    return items;
  }
  if (!schema.is_object()) return schema;
  if (const auto reference = schema.find("$ref"); reference != schema.end()) {
    return expanded(definitions.at(reference->get<std::string>().substr(kRoot.size())), definitions);
  }
  Json members = Json::object();
  for (const auto& [name, value] : schema.items()) members[name] = expanded(value, definitions);
  return members;
}

// By group, version and kind.
std::map<std::string, Json> kinds_of(const Json& definitions) {
  std::map<std::string, Json> kinds;
  for (const Json& definition : definitions) {
    const auto names = definition.find("x-kubernetes-group-version-kind");
    if (names == definition.end()) continue;
    for (const Json& name : *names) kinds[name.dump()] = expanded(definition, definitions);
  }
  return kinds;
}

TEST(OpenApiV2, SaysOfEveryKindWhatKubernetesSays) {
  std::ifstream file(testing::source_path("tests/recordings/openapi-1.36/definitions.json"));
  Json recorded = Json::parse(file);
  // Lists in shards are an alpha feature, off by default.
  recorded["io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"]["properties"].erase("shardInfo");
  const std::map<std::string, Json> ours = kinds_of(document().at("definitions"));
  const std::map<std::string, Json> theirs = kinds_of(recorded);
  for (const auto& [kind, schema] : theirs) {
    ASSERT_TRUE(ours.contains(kind)) << kind;
    const Json difference = Json::diff(schema, ours.at(kind));
    EXPECT_TRUE(difference.empty()) << kind << " " << difference.dump(1);
  }
  std::size_t served = 0;
  for (const Resource& resource : resources()) served += 2 * resource.versions.size();
  EXPECT_EQ(theirs.size(), served);
}

TEST(OpenApiV2, SaysWhatAPatchTakes) {
  for (const auto& [path, methods] : document().at("paths").items()) {
    if (!methods.contains("patch")) continue;
    const Json& patch = methods.at("patch");
    EXPECT_TRUE(patch.at("x-kubernetes-group-version-kind").contains("kind")) << path;
    EXPECT_EQ(patch.at("consumes").size(), 4U) << path;
    std::map<std::string, Json> parameters;
    for (const Json& parameter : patch.at("parameters")) parameters[parameter.at("name")] = parameter;
    for (const char* name : {"dryRun", "fieldValidation"}) {
      EXPECT_EQ(parameters[name],
                Json({{"name", name}, {"in", "query"}, {"type", "string"}, {"uniqueItems", true}}))
          << path;
    }
  }
  EXPECT_TRUE(document().at("paths").contains("/api/v1/namespaces/{namespace}/services/{name}"));
}

TEST(OpenApiV2, RefersToWhatIsThere) {
  const std::string text = document().dump();
  EXPECT_EQ(text.find("#/components"), std::string::npos);
  for (std::size_t at = text.find(kRoot); at != std::string::npos; at = text.find(kRoot, at + 1)) {
    const std::size_t begin = at + kRoot.size();
    const std::string name = text.substr(begin, text.find('"', begin) - begin);
    EXPECT_TRUE(document().at("definitions").contains(name)) << name;
  }
}

// The way back from protobuf, by gnostic's numbers. Each function takes the bytes of one message.
using Read = Json (*)(std::string_view);

std::string_view only_field(std::string_view bytes, std::uint64_t number) {
  MessageReader reader(bytes);
  const auto field = reader.next();
  EXPECT_TRUE(field && field->number == number && !reader.next());
  return field ? field->bytes : std::string_view();
}

// Reads Named{name = 1, value = 2} into a member of the object.
void take_named(Json& object, std::string_view bytes, Read read) {
  MessageReader reader(bytes);
  const auto name = reader.next();
  const auto value = reader.next();
  ASSERT_TRUE(name && value && name->number == 1 && value->number == 2);
  object[std::string(name->bytes)] = read(value->bytes);
}

Json read_map(std::string_view bytes, std::uint64_t number, Read read) {
  Json map = Json::object();
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    EXPECT_EQ(field->number, number);
    take_named(map, field->bytes, read);
  }
  return map;
}

Json read_extension(std::string_view bytes) {
  return Json::parse(only_field(bytes, 2));
}

Json read_schema(std::string_view bytes) {
  Json schema = Json::object();
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    const std::string text(field->bytes);
    switch (field->number) {
      case 1:
        schema["$ref"] = text;
        break;
      case 2:
        schema["format"] = text;
        break;
      case 19:
        schema["required"].push_back(text);
        break;
      case 21:
        schema["additionalProperties"] = read_schema(only_field(field->bytes, 1));
        break;
      case 22:
        schema["type"] = std::string(only_field(field->bytes, 1));
        break;
      case 23:
        schema["items"] = read_schema(only_field(field->bytes, 1));
        break;
      case 25:
        schema["properties"] = read_map(field->bytes, 1, read_schema);
        break;
      case 31:
        take_named(schema, field->bytes, read_extension);
        break;
      default:
        ADD_FAILURE() << "field " << field->number << " of a schema";
    }
  }
  return schema;
}

// Of the three kinds of parameters that there are: the names of their fields, by number.
Json read_parameter(std::string_view item) {
  using Names = std::map<std::uint64_t, const char*>;
  static const Names kBody{{2, "name"}, {3, "in"}, {4, "required"}, {5, "schema"}};
  static const Names kQuery{{1, "required"}, {2, "in"}, {4, "name"}, {6, "type"}, {20, "uniqueItems"}};
  static const Names kPath{{1, "required"}, {2, "in"}, {4, "name"}, {5, "type"}, {19, "uniqueItems"}};
  const WireField kind = MessageReader(only_field(item, 1)).next().value();
  const WireField place = kind.number == 1 ? kind : MessageReader(kind.bytes).next().value();
  const Names& names = kind.number == 1 ? kBody : place.number == 3 ? kQuery : kPath;
  Json parameter = Json::object();
  MessageReader reader(place.bytes);
  while (const auto field = reader.next()) {
    Json& value = parameter[names.at(field->number)];
    if (field->wire == Wire::kVarint) {
      value = field->value == 1;
    } else {
      value = kind.number == 1 && field->number == 5 ? read_schema(field->bytes)
                                                     : Json(std::string(field->bytes));
    }
  }
  return parameter;
}

Json read_response(std::string_view bytes) {
  Json response = Json::object();
  MessageReader reader(only_field(bytes, 1));
  response["description"] = std::string(reader.next().value().bytes);
  response["schema"] = read_schema(only_field(reader.next().value().bytes, 1));
  return response;
}

Json read_operation(std::string_view bytes) {
  Json operation = Json::object();
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 6) operation["produces"].push_back(std::string(field->bytes));
    if (field->number == 7) operation["consumes"].push_back(std::string(field->bytes));
    if (field->number == 8) operation["parameters"].push_back(read_parameter(field->bytes));
    if (field->number == 9) operation["responses"] = read_map(field->bytes, 1, read_response);
    if (field->number == 13) take_named(operation, field->bytes, read_extension);
  }
  return operation;
}

Json read_path(std::string_view bytes) {
  const std::map<std::uint64_t, const char*> methods{
      {2, "get"}, {3, "put"}, {4, "post"}, {5, "delete"}, {8, "patch"}};
  Json path = Json::object();
  path["parameters"] = Json::array();
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 9) {
      path["parameters"].push_back(read_parameter(field->bytes));
    } else {
      path[methods.at(field->number)] = read_operation(field->bytes);
    }
  }
  return path;
}

Json read_document(std::string_view bytes) {
  Json read = Json::object();
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1) read["swagger"] = std::string(field->bytes);
    if (field->number == 8) read["paths"] = read_map(field->bytes, 2, read_path);
    if (field->number == 9) read["definitions"] = read_map(field->bytes, 1, read_schema);
    if (field->number != 2) continue;
    MessageReader info(field->bytes);
    read["info"]["title"] = std::string(info.next().value().bytes);
    read["info"]["version"] = std::string(info.next().value().bytes);
  }
  return read;
}

TEST(OpenApiV2, SaysTheSameInProtobuf) {
  const Json difference = Json::diff(document(), read_document(openapi_v2_protobuf(document())));
  EXPECT_TRUE(difference.empty()) << difference.dump(1);
}

}  // namespace
}  // namespace clusterip::api
