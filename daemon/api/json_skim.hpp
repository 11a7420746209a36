// A fast, checking walk over JSON text in memory, for the one place where a general parser is too slow: the
// items of a large dump.
//
// It knows the JSON grammar, UTF-8 and repeated member names, and gives up ("odd") at whatever is unusual:
// an escape in a view that is wanted, a \u or \/ escape in a name, an exponent, deep nesting, and every
// error. The caller then asks nlohmann::json, which decides and words the error. What this walk takes,
// nlohmann::json takes with the same values (fuzz/dump.cpp and fuzz/audit_line.cpp hold it to that). Views
// point into the input; nothing is allocated but for texts with escapes that the caller wants as its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace clusterip::api {

class JsonSkim {
 public:
  enum class State : unsigned char {
    kGood,
    kMore,  // the text ended in the middle of a value
    kOdd,   // something for the general parser
  };

  JsonSkim(const char* begin, const char* end) : at_(begin), end_(end) {}

  State state() const { return state_; }
  const char* position() const { return at_; }

  // Calls `on_member(name)` for each member of the object that comes next; the callee consumes the value. The
  // name is as written, with its escapes.
  // False on trouble, as for all that follows.
  template <class OnMember>
  bool object(OnMember on_member);
  // Calls `on_element()` for each element of the array that comes next.
  template <class OnElement>
  bool array(OnElement on_element);
  // True, and consumed, where null comes next.
  bool null();
  // A string without escapes, or null, which leaves `to` as it is.
  bool text(std::string_view& to);
  // A string with what its escapes stand for, or null, which leaves `to` as it is.
  bool text(std::string& to);
  // A whole number, or null, which leaves `to` as it is.
  bool integer(std::int64_t& to);
  // Any value.
  bool skip();
  // For a caller that has read the value that comes next by itself, up to there.
  bool go_on_at(const char* position) {
    at_ = position;
    return true;
  }
  // For a caller that finds a value unusual.
  bool give_up() { return odd(); }

 private:
  static constexpr std::size_t kMaxMembers = 48;
  static constexpr unsigned kMaxDepth = 48;

  // Member names of one object, to notice a repeated one.
  class Names {
   public:
    bool add(std::string_view name);

   private:
    std::array<std::string_view, kMaxMembers> names_;
    std::size_t count_ = 0;
  };

  bool odd() {
    state_ = State::kOdd;
    return false;
  }
  bool more() {
    state_ = State::kMore;
    return false;
  }
  // The next byte behind white space; false where the text ends.
  bool peek(char& next);
  bool take(char expected);
  // What is between the quotes of a string, in falling order of ease: its own value, with escapes that have
  // no other writing, with others.
  enum class Form : unsigned char { kPlain, kEscaped, kRewritten };
  bool string(std::string_view& inside, Form& form);
  bool escape(Form& form);
  bool multibyte();
  bool number();
  bool literal(std::string_view word);

  const char* at_;
  const char* end_;
  State state_ = State::kGood;
  unsigned depth_ = 0;
};

template <class OnMember>
bool JsonSkim::object(OnMember on_member) {
  char next = 0;
  if (!take('{') || !peek(next)) return false;
  if (++depth_ > kMaxDepth) return odd();
  Names names;
  if (next == '}') {
    ++at_;
    --depth_;
    return true;
  }
  for (;;) {
    std::string_view name;
    Form form = Form::kPlain;
    if (!peek(next) || !string(name, form)) return false;
    // Equal names must be equal texts.
    if (form == Form::kRewritten || !names.add(name)) return odd();
    if (!take(':') || !on_member(name)) return false;
    if (!peek(next)) return false;
    ++at_;
    if (next == '}') break;
    if (next != ',') return odd();
  }
  --depth_;
  return true;
}

template <class OnElement>
bool JsonSkim::array(OnElement on_element) {
  char next = 0;
  if (!take('[') || !peek(next)) return false;
  if (++depth_ > kMaxDepth) return odd();
  if (next == ']') {
    ++at_;
    --depth_;
    return true;
  }
  for (;;) {
    if (!on_element() || !peek(next)) return false;
    ++at_;
    if (next == ']') break;
    if (next != ',') return odd();
  }
  --depth_;
  return true;
}

}  // namespace clusterip::api
