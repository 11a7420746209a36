#include "daemon/api/continue_token.hpp"

#include <nlohmann/json.hpp>

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

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> count) & 255U);
    }
  }
  return bytes;
}

}  // namespace

std::string encode(const ContinueToken& token) {
  const nlohmann::json object{
      {"v", kVersion}, {"rv", token.revision}, {"start", token.name_space + "/" + token.name}};
  return encode_base64(object.dump());
}

std::optional<ContinueToken> read_continue_token(std::string_view text) {
  const auto bytes = decode_base64(text);
  if (!bytes) return std::nullopt;
  const auto object = nlohmann::json::parse(*bytes, nullptr, false);
  if (!object.is_object() || object.value("v", nlohmann::json()) != kVersion) return std::nullopt;
  const auto revision = object.find("rv");
  const auto start = object.find("start");
  if (revision == object.end() || !revision->is_number_unsigned() || start == object.end() ||
      !start->is_string()) {
    return std::nullopt;
  }
  const std::string place = start->get<std::string>();
  const std::size_t slash = place.find('/');
  if (slash == std::string::npos) return std::nullopt;
  return ContinueToken{revision->get<std::uint64_t>(), place.substr(0, slash), place.substr(slash + 1)};
}

}  // namespace clusterip::api
