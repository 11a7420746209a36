#include "daemon/api/body.hpp"

#include <algorithm>
#include <cctype>

#include "daemon/api/go_json_syntax.hpp"
#include "daemon/api/protobuf_body.hpp"
#include "daemon/api/yaml_json.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// How deep brackets nest, outside of texts. The parser has no limit of its own, and the printer recurses.
std::size_t nesting(std::string_view text) {
  std::size_t deepest = 0;
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

std::string member_text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The text of the parser's own message behind its prefix.
std::string parser_words(const std::string& what) {
  const std::size_t colon = what.find("parse error");
  return colon == std::string::npos ? what : what.substr(colon);
}

// The beginning of a body: as text where it looks like an object, else in hexadecimal.
std::string summary(std::string_view body) {
  constexpr std::size_t kMost = 30;
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (body.empty()) return "<empty>";
  const std::string_view head = body.substr(0, kMost);
  std::string text;
  for (const char c : head) {
    const auto byte = static_cast<unsigned char>(c);
    if (body.front() == '{') {
      text.push_back(c);
    } else {
      text.push_back(kDigits[byte >> 4]);
      text.push_back(kDigits[byte & 15]);
    }
  }
  return body.size() > kMost ? text + " ..." : text;
}

Status unrecognized(const Resource& resource, std::string_view body, const std::string& why) {
  return bad_request("the object provided is unrecognized (must be of type " + std::string(resource.kind) +
                     "): " + why + " (" + summary(body) + ")");
}

// What Go says of a value that is to be an object with a version and a kind; absent for one.
std::optional<std::string> untold_type(const Json& object) {
  constexpr const char* kFault = "couldn't get version/kind; json parse error: json: cannot unmarshal ";
  if (!object.is_object()) {
    return kFault + std::string(object.type_name()) +
           " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; "
           "Kind string \"json:\\\"kind,omitempty\\\"\" }";
  }
  for (const char* member : {"apiVersion", "kind"}) {
    const auto found = object.find(member);
    if (found == object.end() || found->is_string() || found->is_null()) continue;
    return kFault + std::string(found->is_boolean() ? "bool" : found->type_name()) +
           " into Go struct field ." + member + " of type string";
  }
  const std::string version = member_text(object, "apiVersion");
  if (std::count(version.begin(), version.end(), '/') > 1)
    return "unexpected GroupVersion string: " + version;
  return std::nullopt;
}

}  // namespace

std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  type.erase(type.find_last_not_of(" \t") + 1);
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

Result<Json> read_json(std::string_view text, const BodyLimits& limits) {
  if (nesting(text) > limits.depth) {
    return bad_request("json: exceeded max depth of " + std::to_string(limits.depth));
  }
  if (const auto fault = go_json_fault(text)) {
    return bad_request("couldn't get version/kind; json parse error: " + *fault);
  }
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    return bad_request("couldn't get version/kind; json " + parser_words(error.what()));
  }
}

Result<Json> read_yaml_body(std::string_view text, const BodyLimits& limits) {
  // A body has at most this many values; aliases count for what they stand for.
  constexpr std::size_t kMostNodes = 200'000;
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start != std::string_view::npos && text[start] == '{') {
    Result<Json> object = read_json(text, limits);
    if (object) return object;
  }
  auto read = read_yaml(text, {kMostNodes, limits.depth});
  if (const auto* error = std::get_if<YamlError>(&read)) {
    return bad_request("error decoding YAML: line " + std::to_string(error->line) + ": " + error->reason);
  }
  auto& documents = std::get<std::vector<Json>>(read);
  if (documents.size() != 1) {
    return bad_request("error decoding YAML: " + std::to_string(documents.size()) +
                       " documents where one is wanted");
  }
  return std::move(documents.front());
}

Refusal check_type(const Json& object, const Resource& resource, std::string_view version) {
  const std::string expected = resource.api_version(version);
  std::string kind = member_text(object, "kind");
  std::string said = member_text(object, "apiVersion");
  if (kind.empty()) kind = resource.kind;
  if (said.empty()) said = expected;
  const std::string in_version = said.substr(said.find('/') == std::string::npos ? 0 : said.find('/') + 1);
  const std::string head =
      kind + " in version \"" + in_version + "\" cannot be handled as a " + std::string(resource.kind) + ": ";
  if (find_kind_resource(said, kind) == nullptr) {
    return bad_request(head + "no kind \"" + kind + "\" is registered for version \"" + said +
                       "\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
  }
  if (kind != resource.kind) {
    const std::string internal = resource.group.empty() ? "core" : "networking";
    return bad_request(head + "converting (" + in_version + "." + kind + ") to (" + internal + "." +
                       std::string(resource.kind) + "): unknown conversion");
  }
  if (said != expected) {
    return bad_request("the API version in the data (" + said +
                       ") does not match the expected API version (" + expected + ")");
  }
  return std::nullopt;
}

Result<Json> read_object(std::string_view content_type, std::string_view body, const Resource& resource,
                         std::string_view version, const BodyLimits& limits) {
  const std::string type = media_type(content_type);
  const bool is_yaml = type == "application/yaml";
  const bool is_protobuf = type == kProtobufType;
  if (!type.empty() && type != "application/json" && !is_yaml && !is_protobuf) {
    return generic(415, "UnsupportedMediaType",
                   "the body of the request was in an unknown format - accepted media types include: "
                   "application/json, application/yaml, application/vnd.kubernetes.protobuf");
  }
  Result<Json> object = is_protobuf ? read_protobuf(body, schema_of(resource))
                        : is_yaml   ? read_yaml_body(body, limits)
                                    : read_json(body, limits);
  if (!object) return unrecognized(resource, body, object.status().message);
  if (object->is_null()) *object = Json::object();
  if (const auto fault = untold_type(*object)) return unrecognized(resource, body, *fault);
  if (auto refusal = check_type(*object, resource, version)) return std::move(*refusal);
  return object;
}

}  // namespace clusterip::api
