// The only file that includes yaml-cpp, of which it uses the event parser: the tree of a large dump would not
// fit into memory.
#include "daemon/api/dump_yaml.hpp"

#include <istream>
#include <optional>
#include <streambuf>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// Ends the parse from inside an event.
struct Stop {};

// Feeds the parser from the window, and stops where one object takes more than the limit.
class WindowBuffer final : public std::streambuf {
 public:
  WindowBuffer(daemon::Window& window, std::size_t limit) : window_(window), limit_(limit) {}

  // An object has been taken in.
  void restart() { used_ = 0; }
  bool is_over_limit() const { return over_limit_; }

 protected:
  int_type underflow() override {
    window_.drop(given_);
    given_ = 0;
    if (window_.front().empty() && !window_.grow()) return traits_type::eof();
    const std::string_view front = window_.front().substr(0, kPiece);
    used_ += front.size();
    over_limit_ = over_limit_ || used_ > limit_;
    if (over_limit_) return traits_type::eof();
    given_ = front.size();
    piece_.assign(front);
    setg(piece_.data(), piece_.data(), piece_.data() + piece_.size());
    return traits_type::to_int_type(piece_.front());
  }

 private:
  static constexpr std::size_t kPiece = std::size_t{64} * 1024;

  daemon::Window& window_;
  std::size_t limit_;
  std::size_t used_ = 0;
  std::size_t given_ = 0;
  bool over_limit_ = false;
  std::string piece_;
};

// What a plain scalar means, as kubectl's reader takes it: null, truth, number or text.
Json plain_value(const std::string& text) {
  for (const char* word : {"~", "null", "Null", "NULL", ""}) {
    if (text == word) return nullptr;
  }
  for (const char* word : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}) {
    if (text == word) return true;
  }
  for (const char* word : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}) {
    if (text == word) return false;
  }
  if (text.find_first_not_of("+-.0123456789eE") != std::string::npos) return text;
  Json number = Json::parse(text, nullptr, false);
  return number.is_number() ? number : Json(text);
}

class YamlDump final : public YAML::EventHandler {
 public:
  YamlDump(DumpItems& items, WindowBuffer& buffer) : items_(items), buffer_(buffer) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    is_list_ = false;
    item_.reset();
    start_ = place(mark);
    // The parser does not get past a stray bracket, and would find a document there for ever.
    if (mark.pos <= last_start_) fail(mark, "this is not the beginning of a document");
    last_start_ = mark.pos;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(nullptr, mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    // kubectl writes none, and each may stand for a great many values.
    fail(mark, "aliases are not read");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (wants_key()) return set_key(value, mark);
    add(tag == "?" ? plain_value(value) : Json(value), mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(Json::array(), mark);
    Frame& frame = open_.back();
    const bool of_list = open_.size() == 2 && open_[0].value.is_object() && open_[0].key == "items";
    frame.holds_items = open_.size() == 1 || of_list;
    if (frame.holds_items) item_ = 0;
    if (of_list) {
      is_list_ = true;
      list_ = type_of(open_[0].value);
    }
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(Json::object(), mark);
  }
  void OnMapEnd() override { close(); }

  bool has_documents() const { return has_documents_; }

  // Notes a problem with the place of the event.
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& text) {
    items_.problem(place(mark), text);
    throw Stop{};
  }
  DumpPlace place(const YAML::Mark& mark) const {
    return {&items_.file(), static_cast<std::uint64_t>(mark.line + 1), item_};
  }

 private:
  struct Frame {
    Json value;
    std::optional<std::string> key;
    YAML::Mark mark;
    bool holds_items = false;
  };

  bool wants_key() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().key; }

  void set_key(const std::string& key, const YAML::Mark& mark) {
    Frame& frame = open_.back();
    if (frame.value.contains(key)) fail(mark, key + ": this member appears twice in one object");
    frame.key = key;
  }

  void open(Json value, const YAML::Mark& mark) {
    if (wants_key()) fail(mark, "the name of a member is no text");
    open_.push_back({std::move(value), std::nullopt, mark, false});
  }

  void close() {
    Frame done = std::move(open_.back());
    open_.pop_back();
    if (done.holds_items) {
      item_.reset();
      // The items are gone already; the list's place in its document stays taken.
      if (!open_.empty()) add(nullptr, done.mark);
    } else {
      add(std::move(done.value), done.mark);
    }
  }

  void add(Json value, const YAML::Mark& mark) {
    // What comes behind the limit is the end that the buffer pretends.
    if (buffer_.is_over_limit()) throw Stop{};
    if (open_.empty()) return end_document(value);
    Frame& frame = open_.back();
    if (frame.holds_items) {
      items_.take(value, is_list_ ? &list_ : nullptr, place(mark));
      buffer_.restart();
      ++*item_;
    } else if (frame.value.is_array()) {
      frame.value.push_back(std::move(value));
    } else if (frame.key) {
      frame.value[*frame.key] = std::move(value);
      frame.key.reset();
    } else {
      fail(mark, "the name of a member is no text");
    }
  }

  void end_document(const Json& value) {
    has_documents_ = has_documents_ || !value.is_null();
    if (is_list_) {
      items_.end_list(value, start_);
    } else if (!value.is_null()) {
      items_.take(value, nullptr, start_);
    }
    buffer_.restart();
  }

  DumpItems& items_;
  WindowBuffer& buffer_;
  std::vector<Frame> open_;
  DumpPlace start_;
  int last_start_ = -1;
  bool is_list_ = false;
  ListType list_;
  std::optional<std::uint64_t> item_;
  bool has_documents_ = false;
};

}  // namespace

void read_yaml_dump(daemon::Window& window, DumpItems& items) {
  WindowBuffer buffer(window, items.limits().max_item_bytes);
  std::istream stream(&buffer);
  YamlDump dump(items, buffer);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(dump)) continue;
  } catch (const Stop&) {
    // The reason has been noted, or is the limit.
  } catch (const YAML::Exception& error) {
    if (!buffer.is_over_limit()) items.problem(dump.place(error.mark), error.msg);
  }
  if (buffer.is_over_limit()) {
    items.problem(
        {&items.file(), window.line(), std::nullopt},
        "an object is longer than the limit of " + std::to_string(items.limits().max_item_bytes) + " bytes");
  } else if (!dump.has_documents() && items.outcome().problem_count == 0) {
    items.problem({&items.file(), 1, std::nullopt}, "there is no object in it");
  }
}

}  // namespace clusterip::api
