#include "daemon/api/continue_token.hpp"

#include <algorithm>
#include <optional>
#include <variant>

#include <nlohmann/json.hpp>

#include "daemon/api/go_json_syntax.hpp"
#include "daemon/api/go_value.hpp"
#include "daemon/api/json_fields.hpp"

namespace clusterip::api {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr const char* kVersion = "meta.k8s.io/v1";

std::string encode_base64(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += kDigits[(bits >> (count - 6)) & 63U];
  }
  if (count > 0) text += kDigits[(bits << (6 - count)) & 63U];
  return text;
}

// The bytes, or the place of what is no base64.
std::variant<std::string, std::size_t> decode_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t digit = kDigits.find(text[at]);
    if (digit == std::string_view::npos) return at;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> count) & 255U);
    }
  }
  // One digit alone is less than a byte.
  if (count == 6) return text.size() - 1;
  return bytes;
}

Status refused(const std::string& why) {
  return bad_request("invalid continue token: continue key is not valid: " + why);
}

// As Go's path.Clean would leave it.
bool is_clean(std::string_view path) {
  if (path == "/") return true;
  if (path.substr(0, 1) == "/") path.remove_prefix(1);
  for (;;) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view step = path.substr(0, end);
    if (step.empty() || step == "." || step == "..") return false;
    if (end == path.size()) return true;
    path.remove_prefix(end + 1);
  }
}

}  // namespace

std::string encode(const ContinueToken& token) {
  const nlohmann::json object{{"v", kVersion}, {"rv", token.revision}, {"start", token.from}};
  return encode_base64(object.dump());
}

Result<ContinueToken> read_continue_token(std::string_view text) {
  const auto decoded = decode_base64(text);
  if (const auto* place = std::get_if<std::size_t>(&decoded)) {
    return refused("illegal base64 data at input byte " + std::to_string(*place));
  }
  const auto& bytes = std::get<std::string>(decoded);
  if (const auto fault = go_json_fault(bytes)) return refused(*fault);
  auto object = nlohmann::json::parse(bytes, nullptr, false);
  // What Go lets pass and this parser does not is no object of ours either.
  if (object.is_null() || object.is_discarded()) object = nlohmann::json::object();
  if (!object.is_object()) {
    return refused("json: cannot unmarshal " + go_json_kind(object) +
                   " into Go value of type storage.continueToken");
  }
  std::string version;
  std::string start;
  std::optional<std::int64_t> revision;
  FirstError error;
  FieldReader fields(object, "storage.continueToken", error);
  fields.text("v", version);
  fields.int64("rv", revision);
  fields.text("start", start);
  if (error) return refused(error->reason);
  if (version != kVersion) return refused("server does not recognize this encoded version " + version);
  const std::string in_version = std::string(" (version ") + kVersion + ")";
  if (revision.value_or(0) == 0) return refused("incorrect encoded start resourceVersion" + in_version);
  if (start.empty()) return refused("encoded start key empty" + in_version);
  if (!is_clean(start)) return refused(start);
  return ContinueToken{*revision, start.substr(start.front() == '/' ? 1 : 0)};
}

}  // namespace clusterip::api
