#include "daemon/api/body.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "daemon/api/go_json_syntax.hpp"
#include "daemon/api/go_value.hpp"
#include "daemon/api/json_member.hpp"
#include "daemon/api/protobuf_body.hpp"
#include "daemon/api/strict_faults.hpp"
#include "daemon/api/yaml_json.hpp"
#include "engine/cluster/go_text.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// A body has at most this many values; aliases count for what they stand for.
constexpr std::size_t kMostNodes = 200'000;
constexpr std::string_view kYamlFaults = "yaml: unmarshal errors:";

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

// The core group has no name, and may be written so.
std::string told_version(const Json& object, const std::string& otherwise) {
  std::string said = text_of(object, "apiVersion");
  if (said.empty()) return otherwise;
  if (said.front() == '/') said.erase(0, 1);
  return said;
}

Status other_version(const std::string& said, const std::string& expected) {
  return bad_request("the API version in the data (" + said + ") does not match the expected API version (" +
                     expected + ")");
}

std::string_view trimmed(std::string_view text) {
  constexpr const char* kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

// (RFC 2045, as Go's mime package reads it)
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
  });
}

// Every parameter of a media type has a name and a value; a semicolon may stand at the end.
bool has_sound_parameters(std::string_view content_type) {
  std::size_t at = content_type.find(';');
  while (at != std::string_view::npos) {
    content_type.remove_prefix(at + 1);
    at = content_type.find(';');
    const std::string_view parameter = trimmed(content_type.substr(0, at));
    if (parameter.empty()) return at == std::string_view::npos;
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !is_token(trimmed(parameter.substr(0, equals)))) return false;
    const std::string_view value = trimmed(parameter.substr(equals + 1));
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    if (!quoted && !is_token(value)) return false;
  }
  return true;
}

// What the parser cannot read although its syntax is sound is a number beyond all floats.
std::string parser_words(const std::string& what) {
  const std::size_t quote = what.find('\'');
  return "cannot unmarshal number " + what.substr(quote + 1, what.rfind('\'') - quote - 1) +
         " into Go value of type float64";
}

// The code unit of an escape "\\uXXXX" at the beginning of a text, if there is one.
std::optional<unsigned> escaped_unit(std::string_view text) {
  constexpr std::size_t kLength = 6;
  if (text.size() < kLength || text.substr(0, 2) != "\\u") return std::nullopt;
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kLength, unit, 16);
  if (error != std::errc() || end != text.data() + kLength) return std::nullopt;
  return unit;
}

bool is_high(unsigned unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low(unsigned unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

// Puts U+FFFD for bytes that are no UTF-8 and for escapes that are half a character.
std::string as_unicode(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t size = 1;
    if (const auto unit = escaped_unit(text)) {
      const auto next = escaped_unit(text.substr(6));
      const bool pair = is_high(*unit) && next && is_low(*next);
      size = pair ? 12 : 6;
      if (pair || (!is_high(*unit) && !is_low(*unit))) {
        out.append(text.substr(0, size));
      } else {
        out += "\\ufffd";
      }
    } else if (text.front() == '\\') {
      size = std::min<std::size_t>(2, text.size());
      out.append(text.substr(0, size));
    } else {
      const cluster::Rune rune = cluster::first_rune(text);
      size = rune.size;
      out.append(rune.valid ? text.substr(0, size) : "\xef\xbf\xbd");
    }
    text.remove_prefix(size);
  }
  return out;
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

// JSON is YAML, and is read faster as what it is.
bool looks_like_json(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && text[start] == '{';
}

Status unrecognized(const Resource& resource, std::string_view body, const std::string& why) {
  return bad_request("the object provided is unrecognized (must be of type " + std::string(resource.kind) +
                     "): " + why + " (" + summary(body) + ")");
}

}  // namespace

std::optional<std::string> untold_type(const Json& object) {
  constexpr const char* kFault = "couldn't get version/kind; json parse error: json: cannot unmarshal ";
  if (!object.is_object()) {
    return kFault + go_json_kind(object) +
           " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; "
           "Kind string \"json:\\\"kind,omitempty\\\"\" }";
  }
  for (const char* member : {"apiVersion", "kind"}) {
    const auto found = object.find(member);
    if (found == object.end() || found->is_string() || found->is_null()) continue;
    return kFault + go_json_kind(*found) + " into Go struct field ." + member + " of type string";
  }
  const std::string version = text_of(object, "apiVersion");
  if (std::count(version.begin(), version.end(), '/') > 1)
    return "unexpected GroupVersion string: " + version;
  return std::nullopt;
}

std::string media_type(std::string_view content_type) {
  if (content_type == "application/json") return std::string(content_type);
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  const std::size_t slash = type.find('/');
  const bool sound = is_token(type.substr(0, slash)) &&
                     (slash == std::string_view::npos || is_token(type.substr(slash + 1)));
  if (!sound || !has_sound_parameters(content_type)) return "";
  std::string lower(type);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

Result<Json> read_json(std::string_view text, const BodyLimits& limits) {
  if (nesting(text) > limits.depth) {
    return bad_request("json: exceeded max depth of " + std::to_string(limits.depth));
  }
  if (const auto fault = go_json_fault(text)) {
    return bad_request("couldn't get version/kind; json parse error: " + *fault);
  }
  Json value = Json::parse(text, nullptr, false);
  if (!value.is_discarded()) return value;
  // Go reads U+FFFD where a text is no Unicode.
  try {
    return Json::parse(as_unicode(text));
  } catch (const Json::exception& error) {
    return bad_request("json: " + parser_words(error.what()));
  }
}

Result<Json> read_yaml_body(std::string_view text, const BodyLimits& limits) {
  if (const auto fault = yaml_text_fault(text)) return bad_request("yaml: " + *fault);
  if (looks_like_json(text)) {
    Result<Json> object = read_json(text, limits);
    if (object) return object;
  }
  auto read = read_first_yaml(text, {kMostNodes, limits.depth});
  if (const auto* error = std::get_if<YamlError>(&read)) {
    return bad_request("yaml: line " + std::to_string(error->line) + ": " + error->reason);
  }
  return std::move(std::get<Json>(read));
}

std::optional<std::string> repeated_yaml_keys(std::string_view text, const BodyLimits& limits) {
  // Most are JSON, of which that is known sooner.
  if (looks_like_json(text) && !go_json_fault(text) && repeated_fields(text).empty()) return std::nullopt;
  const std::vector<std::string> lines = repeated_in_first_yaml(text, {kMostNodes, limits.depth});
  if (lines.empty()) return std::nullopt;
  std::string fault(kYamlFaults);
  for (const std::string& line : lines) fault += "\n  " + line;
  return fault;
}

std::vector<std::string> told_apart(std::string_view fault) {
  std::vector<std::string> lines;
  if (!fault.starts_with(kYamlFaults)) return {std::string(fault)};
  fault.remove_prefix(kYamlFaults.size());
  constexpr std::string_view kLineStart = "\n  ";
  while (!fault.empty()) {
    fault.remove_prefix(kLineStart.size());
    const std::size_t end = std::min(fault.find(kLineStart), fault.size());
    lines.emplace_back(fault.substr(0, end));
    fault.remove_prefix(end);
  }
  return lines;
}

Refusal check_kind(const Json& object, const Resource& resource, std::string_view version) {
  std::string kind = text_of(object, "kind");
  if (kind.empty()) kind = resource.kind;
  const std::string expected = resource.api_version(version);
  const std::string said = told_version(object, expected);
  const std::string in_version = said.substr(said.find('/') == std::string::npos ? 0 : said.find('/') + 1);
  const std::string head =
      kind + " in version \"" + in_version + "\" cannot be handled as a " + std::string(resource.kind) + ": ";
  const Resource* known = find_kind_resource(said, kind);
  if (known == nullptr) {
    return bad_request(head + "no kind \"" + kind + "\" is registered for version \"" + said +
                       "\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
  }
  if (kind != resource.kind) {
    const std::string internal = resource.group.empty() ? "core" : "networking";
    return bad_request(head + "converting (" + in_version + "." + kind + ") to (" + internal + "." +
                       std::string(resource.kind) + "): unknown conversion");
  }
  if (known != &resource) return other_version(said, expected);
  return std::nullopt;
}

Refusal check_type(const Json& object, const Resource& resource, std::string_view version) {
  if (auto refusal = check_kind(object, resource, version)) return refusal;
  const std::string expected = resource.api_version(version);
  const std::string said = told_version(object, expected);
  if (said != expected) return other_version(said, expected);
  return std::nullopt;
}

Result<Json> read_patch(std::string_view text, std::string_view head, const BodyLimits& limits) {
  if (const auto fault = go_json_fault(text)) return bad_request(std::string(head) + *fault);
  Result<Json> patch = read_json(text, limits);
  if (!patch) return bad_request(std::string(head) + patch.status().message);
  return patch;
}

Refusal check_applied_type(const Json& object, const Resource& resource, std::string_view version) {
  std::string said = text_of(object, "apiVersion");
  const std::string kind = text_of(object, "kind");
  if (said == resource.api_version(version) && kind == resource.kind) return std::nullopt;
  if (said.find('/') == std::string::npos) said.insert(0, "/");
  return bad_request("invalid object type: " + said + ", Kind=" + kind);
}

Refusal check_media_type(std::string_view content_type) {
  const std::string type = media_type(content_type);
  if (content_type.empty() || type == "application/json" || type == kYamlType || type == kProtobufType) {
    return std::nullopt;
  }
  return generic(415, "UnsupportedMediaType",
                 "the body of the request was in an unknown format - accepted media types include: "
                 "application/json, application/yaml, application/vnd.kubernetes.protobuf");
}

Result<Json> read_any(std::string_view content_type, std::string_view body, const ObjectSchema& schema,
                      const BodyLimits& limits) {
  if (auto refusal = check_media_type(content_type)) return std::move(*refusal);
  const std::string type = media_type(content_type);
  if (type == kProtobufType) return read_protobuf(body, schema);
  return type == kYamlType ? read_yaml_body(body, limits) : read_json(body, limits);
}

Result<Json> read_object(std::string_view content_type, std::string_view body, const Resource& resource,
                         std::string_view version, const BodyLimits& limits) {
  Result<Json> object = read_any(content_type, body, schema_of(resource), limits);
  if (!object && object.status().code != 400) return object;
  if (!object) return unrecognized(resource, body, object.status().message);
  if (object->is_null()) *object = Json::object();
  if (const auto fault = untold_type(*object)) return unrecognized(resource, body, *fault);
  if (auto refusal = check_type(*object, resource, version)) return std::move(*refusal);
  return object;
}

}  // namespace clusterip::api
