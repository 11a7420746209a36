#include "daemon/api/json_skim.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace clusterip::api {
namespace {

// Longer ones might not fit the narrowest type of a field, int32.
constexpr std::size_t kLongestNumber = 9;

// What a byte means inside a string.
enum class Byte : unsigned char { kPlain, kQuote, kBackslash, kControl, kHigh };

constexpr std::array<Byte, 256> kBytes = [] {
  std::array<Byte, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = Byte::kControl;
  for (std::size_t i = 0x80; i < 256; ++i) table[i] = Byte::kHigh;
  table['"'] = Byte::kQuote;
  table['\\'] = Byte::kBackslash;
  return table;
}();

constexpr bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool in(unsigned char byte, unsigned low, unsigned high) {
  return low <= byte && byte <= high;
}

// What may follow a backslash besides u, and what it stands for.
constexpr std::string_view kEscapes = "\"\\/bfnrt";
constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
constexpr std::ptrdiff_t kUnicodeEscape = 6;

// The number that \uXXXX writes; -1 where it is none.
int code_unit(const char* escape) {
  unsigned unit = 0;
  const auto [stop, error] = std::from_chars(escape + 2, escape + kUnicodeEscape, unit, 16);
  return error == std::errc{} && stop == escape + kUnicodeEscape ? static_cast<int>(unit) : -1;
}

void append_utf8(int unit, std::string& to) {
  const auto byte = [&](int value) { to += static_cast<char>(value); };
  if (unit < 0x80) return byte(unit);
  if (unit < 0x800) {
    byte(0xC0 | (unit >> 6));
  } else {
    byte(0xE0 | (unit >> 12));
    byte(0x80 | ((unit >> 6) & 0x3F));
  }
  byte(0x80 | (unit & 0x3F));
}

// What the inside of a checked string stands for.
void unescape(std::string_view inside, std::string& to) {
  to.clear();
  for (std::size_t i = 0; i < inside.size();) {
    const std::size_t next = std::min(inside.find('\\', i), inside.size());
    to.append(inside, i, next - i);
    if (next == inside.size()) return;
    i = next + 2;
    if (inside[next + 1] == 'u') {
      append_utf8(code_unit(inside.data() + next), to);
      i = next + kUnicodeEscape;
    } else {
      to += kMeanings[kEscapes.find(inside[next + 1])];
    }
  }
}

// "        ": dumps are indented, so blanks come in runs.
constexpr std::uint64_t kEightBlanks = 0x2020202020202020U;

}  // namespace

bool JsonSkim::Names::add(std::string_view name) {
  if (count_ == names_.size()) return false;
  for (std::size_t i = 0; i < count_; ++i) {
    if (names_[i] == name) return false;
  }
  names_[count_++] = name;
  return true;
}

bool JsonSkim::peek(char& next) {
  while (at_ != end_ && is_space(*at_)) {
    ++at_;
    std::uint64_t block = 0;
    while (end_ - at_ >= 8) {
      std::memcpy(&block, at_, sizeof block);
      if (block != kEightBlanks) break;
      at_ += 8;
    }
  }
  if (at_ == end_) return more();
  next = *at_;
  return true;
}

bool JsonSkim::take(char expected) {
  char next = 0;
  if (!peek(next)) return false;
  if (next != expected) return odd();
  ++at_;
  return true;
}

bool JsonSkim::string(std::string_view& inside, Form& form) {
  if (*at_ != '"') return odd();
  const char* begin = ++at_;
  form = Form::kPlain;
  for (;;) {
    while (at_ != end_ && kBytes[static_cast<unsigned char>(*at_)] == Byte::kPlain) ++at_;
    if (at_ == end_) return more();
    switch (kBytes[static_cast<unsigned char>(*at_)]) {
      case Byte::kQuote:
        inside = {begin, static_cast<std::size_t>(at_ - begin)};
        ++at_;
        return true;
      case Byte::kBackslash:
        if (!escape(form)) return false;
        break;
      case Byte::kHigh:
        if (!multibyte()) return false;
        break;
      case Byte::kPlain:
      case Byte::kControl:
        return odd();
    }
  }
}

bool JsonSkim::escape(Form& form) {
  if (end_ - at_ < 2) return more();
  if (at_[1] == 'u') {
    if (end_ - at_ < kUnicodeEscape) return more();
    // Halves of surrogate pairs are left to the general parser.
    const int unit = code_unit(at_);
    if (unit < 0 || (0xD800 <= unit && unit <= 0xDFFF)) return odd();
    form = Form::kRewritten;
    at_ += kUnicodeEscape;
    return true;
  }
  const std::size_t place = kEscapes.find(at_[1]);
  if (place == std::string_view::npos) return odd();
  form = at_[1] == '/' ? Form::kRewritten : std::max(form, Form::kEscaped);
  at_ += 2;
  return true;
}

// One well-formed UTF-8 sequence of two to four bytes (Unicode table 3-7).
bool JsonSkim::multibyte() {
  const auto byte = [this](std::ptrdiff_t i) { return static_cast<unsigned char>(at_[i]); };
  const unsigned char first = byte(0);
  const int length = in(first, 0xC2, 0xDF) ? 2 : in(first, 0xE0, 0xEF) ? 3 : in(first, 0xF0, 0xF4) ? 4 : 0;
  if (length == 0) return odd();
  if (end_ - at_ < length) return more();
  const unsigned low = first == 0xE0 ? 0xA0U : first == 0xF0 ? 0x90U : 0x80U;
  const unsigned high = first == 0xED ? 0x9FU : first == 0xF4 ? 0x8FU : 0xBFU;
  if (!in(byte(1), low, high)) return odd();
  for (int i = 2; i < length; ++i) {
    if (!in(byte(i), 0x80, 0xBF)) return odd();
  }
  at_ += length;
  return true;
}

// Digits with an optional sign and fraction; longer ones and exponents are left to the general parser.
bool JsonSkim::number() {
  const char* begin = at_;
  const auto digits = [this] {
    const char* first = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ - first;
  };
  if (*at_ == '-') ++at_;
  const char* whole = at_;
  const auto count = digits();
  if (at_ == end_) return more();
  if (count == 0 || (count > 1 && *whole == '0')) return odd();
  if (*at_ == '.') {
    ++at_;
    const auto fraction = digits();
    if (at_ == end_) return more();
    if (fraction == 0) return odd();
  }
  if (*at_ == 'e' || *at_ == 'E' || static_cast<std::size_t>(at_ - begin) > kLongestNumber) return odd();
  return true;
}

bool JsonSkim::literal(std::string_view word) {
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (std::memcmp(at_, word.data(), std::min(left, word.size())) != 0) return odd();
  if (left < word.size()) return more();
  at_ += word.size();
  return true;
}

bool JsonSkim::null() {
  char next = 0;
  return peek(next) && next == 'n' && literal("null");
}

bool JsonSkim::text(std::string_view& to) {
  char next = 0;
  if (!peek(next)) return false;
  if (next == 'n') return literal("null");
  Form form = Form::kPlain;
  std::string_view inside;
  if (!string(inside, form)) return false;
  if (form != Form::kPlain) return odd();
  to = inside;
  return true;
}

bool JsonSkim::text(std::string& to) {
  char next = 0;
  if (!peek(next)) return false;
  if (next == 'n') return literal("null");
  Form form = Form::kPlain;
  std::string_view inside;
  if (!string(inside, form)) return false;
  if (form == Form::kPlain) {
    to.assign(inside);
  } else {
    unescape(inside, to);
  }
  return true;
}

bool JsonSkim::integer(std::int64_t& to) {
  char next = 0;
  if (!peek(next)) return false;
  if (next == 'n') return literal("null");
  const char* begin = at_;
  if (!number()) return false;
  const auto [stop, error] = std::from_chars(begin, at_, to);
  return error == std::errc{} && stop == at_ ? true : odd();
}

bool JsonSkim::skip() {
  char next = 0;
  if (!peek(next)) return false;
  switch (next) {
    case '{':
      return object([this](std::string_view) { return skip(); });
    case '[':
      return array([this] { return skip(); });
    case '"': {
      std::string_view inside;
      Form form = Form::kPlain;
      return string(inside, form);
    }
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    default:
      return number();
  }
}

}  // namespace clusterip::api
