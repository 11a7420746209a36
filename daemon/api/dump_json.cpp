#include "daemon/api/dump_json.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr unsigned kMaxDepth = 256;
// A fault this near to the end of a text may be the cut itself.
constexpr std::size_t kCutBytes = 8;

// Where the JSON value at the front of `text` ends, judged by quotes and brackets alone. 0: not in here.
// Values nested too deeply end nowhere, and say so.
struct Extent {
  std::size_t size = 0;
  bool too_deep = false;
};

// Behind a closing quote; npos where the string does not end in here. `at` is behind the opening one.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

Extent extent_of(std::string_view text) {
  constexpr std::string_view kBehindWord = ",:}] \n\t\r";
  unsigned depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (depth == 0 && at > 0 && kBehindWord.find(c) != std::string_view::npos) return {at, false};
    if (c == '"') {
      const std::size_t end = string_end(text, at + 1);
      if (end == std::string_view::npos) return {};
      if (depth == 0) return {end, false};
      at = end - 1;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return {0, true};
    } else if (c == '}' || c == ']') {
      if (depth <= 1) return {at + 1, false};
      --depth;
    }
  }
  return {};
}

// Reads the documents of a file one after the other. Each step works on what lies in the window and is
// repeated with more of it when the text ends in between.
class JsonDump {
 public:
  JsonDump(daemon::Window& window, DumpItems& items) : window_(window), items_(items) {}

  void read() {
    char next = 0;
    while (peek(next)) {
      if (next == '[' ? !read_elements(nullptr) : !read_document()) return;
    }
  }

 private:
  // The next byte behind white space. False at the end of the input.
  bool peek(char& next) {
    for (;;) {
      const std::string_view front = window_.front();
      const std::size_t blank = std::min(front.find_first_not_of(" \t\r\n"), front.size());
      window_.drop(blank);
      if (!window_.front().empty()) {
        next = window_.front().front();
        return true;
      }
      if (!window_.grow()) return false;
    }
  }

  DumpPlace place() const { return {&items_.file(), window_.line(), item_}; }

  // Ends the reading; the first reason counts.
  bool fail(const std::string& text) {
    if (!failed_) items_.problem(place(), text);
    failed_ = true;
    return false;
  }
  bool fail_at_end() {
    // A failure of the source is told by who owns it.
    if (!window_.source().failure().empty()) failed_ = true;
    return fail("the input ends in the middle of a document");
  }

  // One byte of punctuation.
  bool take(char expected) {
    char next = 0;
    if (!peek(next)) return fail_at_end();
    if (next != expected) {
      return fail("expected '" + std::string(1, expected) + "', found " + short_text(std::string(1, next)));
    }
    window_.drop(1);
    return true;
  }

  // The whole text of the value that comes next.
  std::optional<std::string_view> value_text() {
    char next = 0;
    if (!peek(next)) fail_at_end();
    while (!failed_ && !too_long_) {
      const std::string_view front = window_.front();
      const Extent extent = extent_of(front);
      if (extent.too_deep) {
        fail("nested deeper than " + std::to_string(kMaxDepth) + " levels");
      } else if (extent.size > 0) {
        return front.substr(0, extent.size);
      } else if (!window_.grow()) {
        fail_without_end();
      }
    }
    return std::nullopt;
  }

  // A value without an end: damaged before the text stops, too long, or cut.
  void fail_without_end() {
    const std::string_view text = window_.front();
    const auto parsed = parse_item(text, window_.line());
    const auto* fault = std::get_if<ParseFault>(&parsed);
    if (fault != nullptr && fault->byte + kCutBytes < text.size()) {
      fail(fault->text);
    } else if (window_.is_full()) {
      items_.problem(place(), "an object is longer than the limit of " +
                                  std::to_string(items_.limits().max_item_bytes) + " bytes");
      too_long_ = true;
    } else {
      fail_at_end();
    }
  }

  std::optional<Json> value() {
    const auto text = value_text();
    if (!text) return std::nullopt;
    auto parsed = parse_item(*text, window_.line());
    if (const auto* fault = std::get_if<ParseFault>(&parsed)) {
      fail(fault->text);
      return std::nullopt;
    }
    window_.drop(text->size());
    return std::get<Json>(std::move(parsed));
  }

  // An element of a list, or an object that stands alone where `list` is null.
  bool read_item(const DumpHead* list) {
    char next = 0;
    if (!peek(next)) return fail_at_end();
    for (;;) {
      const std::string_view front = window_.front();
      const JsonSkim::State state = skim_.read(front.data(), front.data() + front.size());
      if (state == JsonSkim::State::kGood && items_.take(skim_, list, place())) {
        window_.drop(static_cast<std::size_t>(skim_.stop() - front.data()));
        return true;
      }
      if (state != JsonSkim::State::kMore || !window_.grow()) break;
    }
    const DumpPlace here = place();
    const auto object = value();
    if (object) items_.take(*object, list, here);
    return object.has_value() || (std::exchange(too_long_, false) && skip_element());
  }

  // Goes on behind an element that is too long to be looked at: to the comma or bracket after it.
  bool skip_element() {
    int depth = 0;
    bool in_text = false;
    bool is_escaped = false;
    for (;;) {
      const std::string_view front = window_.front();
      for (std::size_t i = 0; i < front.size(); ++i) {
        const char c = front[i];
        if (in_text) {
          in_text = c != '"' || is_escaped;
          is_escaped = c == '\\' && !is_escaped;
        } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
          window_.drop(i);
          return true;
        } else if (c == '"') {
          in_text = true;
        } else if (c == '{' || c == '[') {
          ++depth;
        } else if (c == '}' || c == ']') {
          --depth;
        }
      }
      window_.drop(front.size());
      if (!window_.grow()) return fail_at_end();
    }
  }

  // The elements of an array and its brackets.
  bool read_elements(const DumpHead* list) {
    char next = 0;
    if (!take('[')) return false;
    if (!peek(next)) return fail_at_end();
    item_ = 0;
    while (next != ']') {
      if (!read_item(list)) return false;
      if (!peek(next)) return fail_at_end();
      if (next == ']') break;
      if (!take(',')) return false;
      ++*item_;
      if (!peek(next)) return fail_at_end();
      if (next == ']') return fail("a value is missing before ']'");
    }
    item_.reset();
    return take(']');
  }

  // An object: a list, whose items are passed on as they come, or what stands alone.
  bool read_document() {
    const DumpPlace start = place();
    Json rest = Json::object();
    bool is_list = false;
    char next = 0;
    if (!take('{')) return false;
    if (!peek(next)) return fail_at_end();
    while (next != '}') {
      if (!read_member(rest, is_list)) return false;
      if (!peek(next)) return fail_at_end();
      if (next == '}') break;
      if (!take(',')) return false;
      if (!peek(next)) return fail_at_end();
      if (next == '}') return fail("a member is missing before '}'");
    }
    if (!take('}')) return false;
    if (is_list) {
      items_.end_list(rest, start);
    } else {
      items_.take(rest, nullptr, start);
    }
    return true;
  }

  bool read_member(Json& rest, bool& is_list) {
    const auto name = value();
    if (!name) return false;
    if (!name->is_string()) return fail("expected the name of a member, found " + short_text(*name));
    const auto& text = name->get_ref<const std::string&>();
    if (rest.contains(text) || (text == "items" && is_list)) {
      return fail(text + ": this member appears twice in one object");
    }
    char next = 0;
    if (!take(':')) return false;
    if (!peek(next)) return fail_at_end();
    if (text == "items" && (next == '[' || next == 'n')) {
      is_list = true;
      if (next == 'n') return value().has_value();
      const DumpHead list = type_of(rest);
      return read_elements(&list);
    }
    auto member = value();
    if (!member) return false;
    rest[text] = *std::move(member);
    return true;
  }

  daemon::Window& window_;
  DumpItems& items_;
  ItemSkim skim_;
  std::optional<std::uint64_t> item_;
  bool failed_ = false;
  bool too_long_ = false;  // the value that comes next is
};

}  // namespace

void read_json_dump(daemon::Window& window, DumpItems& items) {
  JsonDump(window, items).read();
}

}  // namespace clusterip::api
