#include "tools/clusteripctl/json_scan.hpp"

#include <algorithm>
#include <cstdint>

#include "tools/clusteripctl/utf8.hpp"

namespace clusterip::ctl {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

// A place in the text, moved over what it accepts. Each function is false where its piece is malformed.
class JsonObject::Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  std::size_t position() const { return position_; }
  std::string_view since(std::size_t start) const { return text_.substr(start, position_ - start); }
  bool at_end() const { return position_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[position_]; }

  void skip_space() {
    while (!at_end() && std::string_view(" \t\r\n").find(text_[position_]) != std::string_view::npos)
      ++position_;
  }
  bool take(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(position_).starts_with(word)) return false;
    position_ += word.size();
    return true;
  }
  bool take_string() {
    if (!take('"')) return false;
    while (!at_end()) {
      const char c = text_[position_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !take_escape()) return false;
    }
    return false;
  }
  bool take_number() {
    take('-');
    if (!take('0') && !take_digits()) return false;
    if (take('.') && !take_digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return take_digits();
    }
    return true;
  }
  bool take_scalar() {
    switch (peek()) {
      case '"':
        return take_string();
      case 't':
        return take_word("true");
      case 'f':
        return take_word("false");
      case 'n':
        return take_word("null");
      default:
        return take_number();
    }
  }
  // Up to and with the colon behind a member's name.
  bool take_name() {
    skip_space();
    if (!take_string()) return false;
    skip_space();
    return take(':');
  }

 private:
  bool take_digits() {
    const std::size_t start = position_;
    while (is_digit(peek())) ++position_;
    return position_ != start;
  }
  bool take_escape() {
    if (at_end()) return false;
    const char c = text_[position_++];
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int i = 0; i < 4; ++i, ++position_) {
      if (at_end() || hex_value(text_[position_]) < 0) return false;
    }
    return true;
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

namespace {

using Cursor = JsonObject::Cursor;

// Moves over one value of any depth. `open` is the stack of what has been opened, as the closing characters.
bool take_value(Cursor& cursor, std::string& open, std::size_t most_depth) {
  open.clear();
  while (true) {
    cursor.skip_space();
    const char first = cursor.peek();
    if (first == '{' || first == '[') {
      cursor.take(first);
      if (open.size() == most_depth) return false;
      open.push_back(first == '{' ? '}' : ']');
      cursor.skip_space();
      if (cursor.peek() != open.back()) {
        if (first == '{' && !cursor.take_name()) return false;
        continue;
      }
    } else if (!cursor.take_scalar()) {
      return false;
    }
    // Behind a value: close what ends here, then go on to the next one.
    while (true) {
      if (open.empty()) return true;
      cursor.skip_space();
      if (cursor.take(open.back())) {
        open.pop_back();
        continue;
      }
      if (!cursor.take(',')) return false;
      if (open.back() == '}' && !cursor.take_name()) return false;
      break;
    }
  }
}

// The four hex digits at the front of `text`, which a scan has accepted.
char32_t read_hex4(std::string_view text) {
  char32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    value = value * 16 + static_cast<char32_t>(hex_value(text[static_cast<std::size_t>(i)]));
  }
  return value;
}

// Appends what the escape at the front of `text` (behind "\u") stands for and returns how many characters it
// took.
std::size_t append_unicode_escape(std::string_view text, std::string& out) {
  constexpr char32_t kReplacement = 0xfffd;
  const char32_t unit = read_hex4(text);
  if (unit < 0xd800 || unit > 0xdfff) {
    append_utf8(unit, out);
    return 4;
  }
  if (unit < 0xdc00 && text.size() >= 10 && text[4] == '\\' && text[5] == 'u') {
    const char32_t low = read_hex4(text.substr(6));
    if (low >= 0xdc00 && low <= 0xdfff) {
      append_utf8(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), out);
      return 10;
    }
  }
  append_utf8(kReplacement, out);
  return 4;
}

char plain_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

std::string_view JsonObject::scan(std::string_view text, std::size_t most_depth) {
  members_.clear();
  if (!is_utf8(text)) return "a request is UTF-8";
  if (most_depth == 0) return "a request nests deeper than is allowed";
  Cursor cursor(text);
  cursor.skip_space();
  bool well_formed = cursor.take('{');
  cursor.skip_space();
  if (well_formed && !cursor.take('}')) {
    do {
      well_formed = take_member(cursor, most_depth);
      cursor.skip_space();
    } while (well_formed && cursor.take(','));
    well_formed = well_formed && cursor.take('}');
  }
  cursor.skip_space();
  if (well_formed && cursor.at_end()) return "";
  members_.clear();
  return well_formed ? "a request is one JSON object a line" : "a request is one JSON object";
}

bool JsonObject::take_member(Cursor& cursor, std::size_t most_depth) {
  cursor.skip_space();
  const std::size_t name_start = cursor.position();
  if (!cursor.take_string()) return false;
  auto name = json_text(cursor.since(name_start));
  cursor.skip_space();
  if (!cursor.take(':')) return false;
  cursor.skip_space();
  const std::size_t value_start = cursor.position();
  if (!take_value(cursor, open_, most_depth - 1)) return false;
  members_.push_back({std::move(*name), cursor.since(value_start)});
  return true;
}

std::optional<std::string_view> JsonObject::find(std::string_view name) const {
  const auto member = std::find_if(members_.rbegin(), members_.rend(),
                                   [&](const Member& candidate) { return candidate.name == name; });
  if (member == members_.rend()) return std::nullopt;
  return member->value;
}

std::optional<std::vector<std::string_view>> json_elements(std::string_view value) {
  Cursor cursor(value);
  if (!cursor.take('[')) return std::nullopt;
  std::vector<std::string_view> elements;
  std::string open;
  cursor.skip_space();
  if (cursor.peek() == ']') return elements;
  do {
    cursor.skip_space();
    const std::size_t start = cursor.position();
    if (!take_value(cursor, open, value.size())) return std::nullopt;
    elements.push_back(cursor.since(start));
    cursor.skip_space();
  } while (cursor.take(','));
  return elements;
}

std::optional<std::string> json_text(std::string_view value) {
  if (value.empty() || value.front() != '"') return std::nullopt;
  value = value.substr(1, value.size() - 2);
  std::string text;
  text.reserve(value.size());
  while (!value.empty()) {
    const std::size_t plain = std::min(value.find('\\'), value.size());
    text.append(value.substr(0, plain));
    value.remove_prefix(plain);
    if (value.empty()) break;
    const char escape = value[1];
    value.remove_prefix(2);
    if (escape == 'u') {
      value.remove_prefix(append_unicode_escape(value, text));
    } else {
      text.push_back(plain_escape(escape));
    }
  }
  return text;
}

}  // namespace clusterip::ctl
