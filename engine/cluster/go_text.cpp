#include "engine/cluster/go_text.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace clusterip::cluster {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr Rune kBroken{kReplacement, 1, false};

// The length that a leading byte announces and the bits that it carries; 0 for a byte that cannot lead.
struct Lead {
  std::size_t size;
  char32_t bits;
};

Lead read_lead(unsigned char byte) {
  if (byte < 0x80) return {1, byte};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, byte & 0x1FU};
  if (byte >= 0xE0 && byte <= 0xEF) return {3, byte & 0x0FU};
  if (byte >= 0xF0 && byte <= 0xF4) return {4, byte & 0x07U};
  return {0, 0};
}

bool is_overlong_or_surrogate(char32_t code_point, std::size_t size) {
  if (size == 3) return code_point < 0x800 || (code_point >= 0xD800 && code_point <= 0xDFFF);
  return size == 4 && (code_point < 0x10000 || code_point > 0x10FFFF);
}

void append_format(std::string& out, const char* format, unsigned value) {
  std::array<char, 16> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), format, value);
  out.append(buffer.data(), static_cast<std::size_t>(size));
}

// The letter of a C escape such as \n; 0 where there is none.
char escape_letter(char32_t code_point) {
  constexpr std::string_view kLetters = "abtnvfr";
  return code_point >= 7 && code_point <= 13 ? kLetters[code_point - 7] : '\0';
}

void append_go_escape(std::string& out, const Rune& rune, unsigned char first_byte) {
  const char32_t code = rune.code_point;
  if (!rune.valid) {
    append_format(out, "\\x%02x", first_byte);
  } else if (const char letter = escape_letter(code); letter != '\0') {
    out.append("\\").push_back(letter);
  } else if (code < 0x20 || code == 0x7F) {
    append_format(out, "\\x%02x", code);
  } else if (code < 0x10000) {
    append_format(out, "\\u%04x", code);
  } else {
    append_format(out, "\\U%08x", code);
  }
}

// What json.Marshal writes in place of a character; empty where it stays as it is.
std::string json_escape(const Rune& rune) {
  if (!rune.valid) return "\\ufffd";
  const char32_t code = rune.code_point;
  if (code == '"') return "\\\"";
  if (code == '\\') return "\\\\";
  const char letter = escape_letter(code);
  if (letter != '\0' && letter != 'a' && letter != 'v') return std::string("\\") + letter;
  std::string out;
  if (code < 0x20 || code == '<' || code == '>' || code == '&' || code == 0x2028 || code == 0x2029) {
    append_format(out, "\\u%04x", code);
  }
  return out;
}

}  // namespace

Rune first_rune(std::string_view text) {
  const Lead lead = read_lead(static_cast<unsigned char>(text.front()));
  if (lead.size == 0 || lead.size > text.size()) return kBroken;
  char32_t code_point = lead.bits;
  for (const char c : text.substr(1, lead.size - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) return kBroken;
    code_point = (code_point << 6) | (byte & 0x3FU);
  }
  if (is_overlong_or_surrogate(code_point, lead.size)) return kBroken;
  return {code_point, lead.size, true};
}

std::string go_quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = first_rune(text);
    if (rune.code_point == '"' || rune.code_point == '\\') {
      out.append("\\").push_back(text.front());
    } else if (rune.valid && is_printable(rune.code_point)) {
      out.append(text.substr(0, rune.size));
    } else {
      append_go_escape(out, rune, static_cast<unsigned char>(text.front()));
    }
    text.remove_prefix(rune.size);
  }
  return out + "\"";
}

std::string go_syntax(const std::vector<std::string>& texts) {
  std::string out = "[]string{";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ", ";
    out += go_quote(texts[i]);
  }
  return out + "}";
}

std::string go_code_point(char32_t code_point) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text = "U+";
  int shift = 12;
  while (shift < 20 && code_point >> (shift + 4) != 0) shift += 4;
  for (; shift >= 0; shift -= 4) text += kDigits[(code_point >> shift) & 15];
  return text;
}

std::optional<std::int64_t> read_go_int(std::string_view text) {
  if (text.starts_with("+") && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = first_rune(text);
    const std::string escaped = json_escape(rune);
    if (escaped.empty()) {
      out.append(text.substr(0, rune.size));
    } else {
      out += escaped;
    }
    text.remove_prefix(rune.size);
  }
  return out + "\"";
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out.push_back(',');
    out += json_quote(text);
  }
  return out + "]";
}

}  // namespace clusterip::cluster
