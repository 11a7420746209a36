#include "daemon/api/json_skim.hpp"

#include <algorithm>
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

bool JsonSkim::string(std::string_view& inside, bool& plain) {
  if (*at_ != '"') return odd();
  const char* begin = ++at_;
  plain = true;
  for (;;) {
    while (at_ != end_ && kBytes[static_cast<unsigned char>(*at_)] == Byte::kPlain) ++at_;
    if (at_ == end_) return more();
    switch (kBytes[static_cast<unsigned char>(*at_)]) {
      case Byte::kQuote:
        inside = {begin, static_cast<std::size_t>(at_ - begin)};
        ++at_;
        return true;
      case Byte::kBackslash:
        plain = false;
        if (!escape()) return false;
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

bool JsonSkim::escape() {
  if (end_ - at_ < 2) return more();
  // Those with one writing only, so that equal names are equal texts.
  if (std::strchr("\"\\bfnrt", at_[1]) == nullptr || at_[1] == '\0') return odd();
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
  bool plain = false;
  std::string_view inside;
  if (!string(inside, plain)) return false;
  if (!plain) return odd();
  to = inside;
  return true;
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
      bool plain = false;
      return string(inside, plain);
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
