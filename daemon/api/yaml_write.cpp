#include "daemon/api/yaml_write.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "engine/cluster/go_text.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

bool is_reserved(const std::string& text) {
  constexpr std::array<std::string_view, 9> kWords{"true", "false", "yes", "no", "on",
                                                   "off",  "null",  "y",   "n"};
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

// A word that means itself: it begins with a letter and holds nothing that YAML knows.
bool is_plain(const std::string& text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !is_letter(text.front()) || is_reserved(text)) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/' || c == '_';
  });
}

std::string scalar(const Json& value) {
  if (!value.is_string()) return value.dump();
  const std::string& text = value.get_ref<const std::string&>();
  return is_plain(text) ? text : quote_yaml(text);
}

// Of what JSON leaves as it is.
bool needs_escape(char32_t rune) {
  return (rune >= 0x7F && rune <= 0x9F) || rune == 0x2028 || rune == 0x2029 || rune == 0xFEFF ||
         rune == 0xFFFE || rune == 0xFFFF;
}

void append(std::string& out, const Json& value, std::size_t indent);

// The value behind "key:" or "-".
void append_value(std::string& out, const Json& value, std::size_t indent) {
  if (!value.is_structured() || value.empty()) {
    out.append(" ").append(scalar(value)) += '\n';
  } else {
    out += '\n';
    append(out, value, indent);
  }
}

void append(std::string& out, const Json& value, std::size_t indent) {
  const std::string margin(indent, ' ');
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      out.append(margin).append(scalar(key)) += ':';
      append_value(out, member, indent + 2);
    }
  } else {
    for (const Json& element : value) {
      out.append(margin) += '-';
      append_value(out, element, indent + 2);
    }
  }
}

}  // namespace

std::string quote_yaml(std::string_view text) {
  const std::string json = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string quoted;
  for (std::string_view rest = json; !rest.empty();) {
    const cluster::Rune rune = cluster::first_rune(rest);
    if (needs_escape(rune.code_point)) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(rune.code_point));
      quoted += escape.data();
    } else {
      quoted += rest.substr(0, rune.size);
    }
    rest.remove_prefix(rune.size);
  }
  return quoted;
}

std::string write_yaml(const Json& value) {
  if (!value.is_structured() || value.empty()) return scalar(value) + "\n";
  std::string out;
  append(out, value, 0);
  return out;
}

}  // namespace clusterip::api
