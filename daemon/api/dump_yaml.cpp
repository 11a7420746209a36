#include "daemon/api/dump_yaml.hpp"

#include <istream>
#include <optional>
#include <streambuf>
#include <utility>
#include <vector>

#include "daemon/api/yaml_events.hpp"

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

class YamlDump final : public YamlVisitor {
 public:
  YamlDump(DumpItems& items, WindowBuffer& buffer) : items_(items), buffer_(buffer) {}

  void begin_document(std::size_t line) override {
    is_list_ = false;
    item_.reset();
    start_ = place(line);
  }
  void alias(YamlAnchor, std::size_t line) override {
    // kubectl writes none, and each may stand for a great many values.
    fail(line, "aliases are not read");
  }
  void scalar(const YamlScalar& scalar, YamlAnchor, std::size_t line) override {
    if (wants_key()) return set_key(scalar.text, line);
    Json value = scalar.value();
    // A list of nothing may say so by null.
    if (value.is_null() && open_.size() == 1 && at_items()) is_list_ = true;
    add(std::move(value), line);
  }
  void begin_list(YamlAnchor, std::size_t line) override {
    open(Json::array(), line);
    Frame& frame = open_.back();
    const bool of_list = open_.size() == 2 && at_items();
    frame.holds_items = open_.size() == 1 || of_list;
    if (frame.holds_items) item_ = 0;
    if (of_list) {
      is_list_ = true;
      list_ = type_of(open_[0].value);
    }
  }
  void end_list() override { close(); }
  void begin_map(YamlAnchor, std::size_t line) override { open(Json::object(), line); }
  void end_map() override { close(); }

  bool has_documents() const { return has_documents_; }

  // Notes a problem with the place of the event.
  [[noreturn]] void fail(std::size_t line, const std::string& text) {
    items_.problem(place(line), text);
    throw Stop{};
  }
  DumpPlace place(std::size_t line) const { return {&items_.file(), line, item_}; }

 private:
  struct Frame {
    Json value;
    std::optional<std::string> key;
    std::size_t line = 0;
    bool holds_items = false;
  };

  // What comes is the member of a document that makes it a list.
  bool at_items() const { return !open_.empty() && open_[0].value.is_object() && open_[0].key == "items"; }
  bool wants_key() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().key; }

  void set_key(const std::string& key, std::size_t line) {
    Frame& frame = open_.back();
    if (frame.value.contains(key)) fail(line, key + ": this member appears twice in one object");
    frame.key = key;
  }

  void open(Json value, std::size_t line) {
    if (wants_key()) fail(line, "the name of a member is no text");
    open_.push_back({std::move(value), std::nullopt, line, false});
  }

  void close() {
    Frame done = std::move(open_.back());
    open_.pop_back();
    if (done.holds_items) {
      item_.reset();
      // The items are gone already; the list's place in its document stays taken.
      if (!open_.empty()) return add(nullptr, done.line);
      has_documents_ = true;
    } else {
      add(std::move(done.value), done.line);
    }
  }

  void add(Json value, std::size_t line) {
    // What comes behind the limit is the end that the buffer pretends.
    if (buffer_.is_over_limit()) throw Stop{};
    if (open_.empty()) return end_document(value);
    Frame& frame = open_.back();
    if (frame.holds_items) {
      items_.take(value, is_list_ ? &list_ : nullptr, place(line));
      buffer_.restart();
      ++*item_;
    } else if (frame.value.is_array()) {
      frame.value.push_back(std::move(value));
    } else if (frame.key) {
      frame.value[*frame.key] = std::move(value);
      frame.key.reset();
    } else {
      fail(line, "the name of a member is no text");
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
  bool is_list_ = false;
  DumpHead list_;
  std::optional<std::uint64_t> item_;
  bool has_documents_ = false;
};

}  // namespace

void read_yaml_dump(daemon::Window& window, DumpItems& items) {
  WindowBuffer buffer(window, items.limits().max_item_bytes);
  std::istream stream(&buffer);
  YamlDump dump(items, buffer);
  try {
    const auto error = read_yaml_events(stream, dump);
    if (error && !buffer.is_over_limit()) items.problem(dump.place(error->line), error->reason);
  } catch (const Stop&) {
    // The reason has been noted, or is the limit.
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
