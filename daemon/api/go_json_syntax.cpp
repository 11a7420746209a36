#include "daemon/api/go_json_syntax.hpp"

#include <vector>

#include "engine/cluster/go_text.hpp"

namespace clusterip::api {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// One byte as Go quotes it: read as a character of Latin-1, in single quotes.
std::string quoted(char c) {
  if (c == '\'') return R"('\'')";
  if (c == '"') return R"('"')";
  const auto byte = static_cast<unsigned char>(c);
  std::string utf8;
  if (byte < 0x80) {
    utf8.push_back(c);
  } else {
    utf8.push_back(static_cast<char>(0xC0 | (byte >> 6)));
    utf8.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
  }
  const std::string text = cluster::go_quote(utf8);
  return "'" + text.substr(1, text.size() - 2) + "'";
}

// The text is read to where it stops being JSON. Go ends a text by one blank, which may be a fault of its
// own.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  std::optional<std::string> fault() {
    skip_spaces();
    bool value_expected = true;
    while (value_expected || !open_.empty()) {
      const bool sound = value_expected ? value(value_expected) : after_value(value_expected);
      if (!sound) return std::move(fault_);
      skip_spaces();
    }
    if (at_ < text_.size()) return "invalid character " + quoted(text_[at_]) + " after top-level value";
    return std::nullopt;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  // The next byte; the blank that ends every text where there is none.
  char next() const { return at_end() ? ' ' : text_[at_]; }
  void skip_spaces() {
    while (!at_end() && is_space(text_[at_])) ++at_;
  }
  bool fail(std::string_view where) {
    fault_ = "invalid character " + quoted(next()) + " " + std::string(where);
    return false;
  }
  bool fail_at_end() {
    fault_ = "unexpected end of JSON input";
    return false;
  }

  // Reads the start of a value; a scalar whole, of an object also its first key.
  bool value(bool& value_expected) {
    value_expected = false;
    if (at_end()) return fail_at_end();
    const char c = text_[at_];
    if (c == '{') return enter_object(value_expected);
    if (c == '[') return enter_array(value_expected);
    if (c == '"') return string();
    if (c == 't') return literal("true");
    if (c == 'f') return literal("false");
    if (c == 'n') return literal("null");
    if (c == '-' || is_digit(c)) return number();
    return fail("looking for beginning of value");
  }

  bool enter_object(bool& value_expected) {
    ++at_;
    open_.push_back('{');
    skip_spaces();
    if (at_end()) return fail_at_end();
    if (text_[at_] != '}') return key(value_expected);
    return true;
  }

  bool enter_array(bool& value_expected) {
    ++at_;
    open_.push_back('[');
    skip_spaces();
    if (at_end()) return fail_at_end();
    value_expected = text_[at_] != ']';
    return true;
  }

  bool key(bool& value_expected) {
    skip_spaces();
    if (at_end()) return fail_at_end();
    if (text_[at_] != '"') return fail("looking for beginning of object key string");
    if (!string()) return false;
    skip_spaces();
    if (at_end()) return fail_at_end();
    if (text_[at_] != ':') return fail("after object key");
    ++at_;
    skip_spaces();
    value_expected = true;
    return true;
  }

  // Behind a value inside of something: the comma or the end.
  bool after_value(bool& value_expected) {
    if (at_end()) return fail_at_end();
    const bool in_object = open_.back() == '{';
    const char c = text_[at_];
    if (c == (in_object ? '}' : ']')) {
      ++at_;
      open_.pop_back();
      return true;
    }
    if (c != ',') return fail(in_object ? "after object key:value pair" : "after array element");
    ++at_;
    if (in_object) return key(value_expected);
    skip_spaces();
    value_expected = true;
    return true;
  }

  bool string() {
    for (++at_; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return fail("in string literal");
      if (c == '\\' && !escape()) return false;
    }
    return fail_at_end();
  }

  // Leaves the position on the last byte of the escape.
  bool escape() {
    ++at_;
    if (std::string_view("bfnrt\\/\"").find(next()) != std::string_view::npos) return true;
    if (next() != 'u') return fail("in string escape code");
    for (int i = 0; i < 4; ++i) {
      ++at_;
      if (!is_hex(next())) return fail("in \\u hexadecimal character escape");
    }
    return true;
  }

  bool literal(std::string_view word) {
    for (const char expected : word.substr(1)) {
      ++at_;
      if (next() != expected) {
        return fail("in literal " + std::string(word) + " (expecting " + quoted(expected) + ")");
      }
    }
    ++at_;
    return true;
  }

  bool number() {
    if (text_[at_] == '-') {
      ++at_;
      if (!is_digit(next())) return fail("in numeric literal");
    }
    if (next() == '0') {
      ++at_;
    } else {
      skip_digits();
    }
    if (next() == '.') {
      ++at_;
      if (!is_digit(next())) return fail("after decimal point in numeric literal");
      skip_digits();
    }
    if (next() == 'e' || next() == 'E') {
      ++at_;
      if (next() == '+' || next() == '-') ++at_;
      if (!is_digit(next())) return fail("in exponent of numeric literal");
      skip_digits();
    }
    return true;
  }
  void skip_digits() {
    while (is_digit(next())) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<char> open_;
  std::string fault_;
};

}  // namespace

std::optional<std::string> go_json_fault(std::string_view text) {
  return Scan(text).fault();
}

}  // namespace clusterip::api
