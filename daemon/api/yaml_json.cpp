#include "daemon/api/yaml_json.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "daemon/api/go_value.hpp"
#include "daemon/input/byte_order_mark.hpp"
#include "engine/cluster/go_text.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// The name that a plain key gives to a member: "true" for yes, "8" for 010.
std::string member_name(const Json& key) {
  if (key.is_string()) return key.get<std::string>();
  return key.dump();
}

bool prints(char32_t rune) {
  const auto within = [rune](char32_t first, char32_t last) { return rune >= first && rune <= last; };
  return within(0x20, 0x7E) || rune == '\t' || rune == '\n' || rune == '\r' || rune == 0x85 ||
         within(0xA0, 0xD7FF) || (within(0xE000, 0xFFFD) && rune != 0xFEFF) || within(0x10000, 0x10FFFF);
}

// Thrown where a document begins that is not asked for.
struct Enough {};

// Builds the values of all documents.
class TreeBuilder final : public YamlVisitor {
 public:
  explicit TreeBuilder(const YamlLimits& limits, bool only_first = false)
      : limits_(limits), only_first_(only_first) {}

  std::vector<Json> take() { return std::move(documents_); }
  std::vector<std::string> take_repeated() { return std::move(repeated_); }

  void begin_document(std::size_t) override {
    if (only_first_ && begun_) throw Enough();
    begun_ = true;
    anchors_.clear();
  }
  void scalar(const YamlScalar& scalar, YamlAnchor anchor, std::size_t line) override {
    if (wants_key()) {
      open_.back().key = scalar.value();
      open_.back().merges = scalar.is_plain && scalar.text == "<<";
    } else {
      add({scalar.value(), 1, 0}, anchor, line);
    }
  }
  void alias(YamlAnchor anchor, std::size_t line) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw YamlError{line, "names a value that contains it"};
    if (wants_key()) throw YamlError{line, "has a key that is no text"};
    add(found->second, 0, line);
  }
  void begin_list(YamlAnchor anchor, std::size_t line) override { open(Json::array(), anchor, line); }
  void end_list() override { close(); }
  void begin_map(YamlAnchor anchor, std::size_t line) override { open(Json::object(), anchor, line); }
  void end_map() override { close(); }

 private:
  // A value with what it counts for.
  struct Tree {
    Json value;
    std::size_t nodes = 1;
    std::size_t height = 0;
  };
  struct Frame {
    Tree tree;
    std::optional<Json> key;
    YamlAnchor anchor = 0;
    std::size_t line = 0;
    bool merges = false;  // the key takes over the members of other maps
  };

  bool wants_key() const {
    return !open_.empty() && open_.back().tree.value.is_object() && !open_.back().key;
  }

  void open(Json value, YamlAnchor anchor, std::size_t line) {
    if (wants_key()) throw YamlError{line, "has a key that is no text"};
    if (open_.size() >= limits_.depth) throw YamlError{line, "is nested too deeply"};
    open_.push_back({{std::move(value), 1, 0}, std::nullopt, anchor, line});
  }

  void close() {
    Frame done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.tree), done.anchor, done.line);
  }

  void add(Tree tree, YamlAnchor anchor, std::size_t line) {
    if (open_.size() + tree.height > limits_.depth) throw YamlError{line, "is nested too deeply"};
    if (anchor != 0) anchors_.insert_or_assign(anchor, tree);
    if (open_.empty()) {
      if (!tree.value.is_null()) documents_.push_back(std::move(tree.value));
      return;
    }
    Frame& frame = open_.back();
    frame.tree.nodes += tree.nodes;
    frame.tree.height = std::max(frame.tree.height, tree.height + 1);
    if (frame.tree.nodes > limits_.nodes) throw YamlError{line, "holds too many values"};
    if (frame.key) {
      const Json key = *std::exchange(frame.key, std::nullopt);
      if (frame.merges) {
        merge(frame.tree.value, tree.value, line);
      } else {
        set(frame.tree.value, key, std::move(tree.value), line);
      }
    } else {
      frame.tree.value.push_back(std::move(tree.value));
    }
  }

  void set(Json& map, const Json& key, Json value, std::size_t line) {
    const std::string name = member_name(key);
    if (map.contains(name)) {
      repeated_.push_back("line " + std::to_string(line) + ": key " + go_syntax(key) + " already set in map");
    }
    map[name] = std::move(value);
  }

  // As go-yaml does: what is set later counts, and of several maps the first. (decode.go, merge)
  void merge(Json& map, const Json& others, std::size_t line) {
    const bool is_list = others.is_array();
    const auto is_map = [](const Json& one) { return one.is_object(); };
    if (!others.is_object() && !(is_list && std::all_of(others.begin(), others.end(), is_map))) {
      throw YamlError{0, "map merge requires map or sequence of maps as the value"};
    }
    const auto take = [&](const Json& other) {
      for (const auto& [name, value] : other.items()) set(map, name, value, line);
    };
    if (!is_list) return take(others);
    std::for_each(others.rbegin(), others.rend(), take);
  }

  const YamlLimits& limits_;
  const bool only_first_;
  bool begun_ = false;
  std::vector<Frame> open_;
  std::map<YamlAnchor, Tree> anchors_;
  std::vector<Json> documents_;
  std::vector<std::string> repeated_;
};

std::optional<YamlError> build(std::string_view text, TreeBuilder& builder) {
  std::istringstream in{std::string(text)};
  try {
    return read_yaml_events(in, builder);
  } catch (const YamlError& error) {
    return error;
  } catch (const Enough&) {
    return std::nullopt;
  }
}

}  // namespace

std::variant<std::vector<Json>, YamlError> read_yaml(std::string_view text, const YamlLimits& limits) {
  TreeBuilder builder(limits);
  if (auto error = build(text, builder)) return *std::move(error);
  return builder.take();
}

std::variant<Json, YamlError> read_first_yaml(std::string_view text, const YamlLimits& limits) {
  TreeBuilder builder(limits, true);
  if (auto error = build(text, builder)) return *std::move(error);
  std::vector<Json> read = builder.take();
  return read.empty() ? Json() : std::move(read.front());
}

std::vector<std::string> repeated_in_first_yaml(std::string_view text, const YamlLimits& limits) {
  TreeBuilder builder(limits, true);
  if (build(text, builder)) return {};
  return builder.take_repeated();
}

std::optional<std::string> yaml_text_fault(std::string_view text) {
  text = daemon::without_byte_order_mark(text);
  while (!text.empty()) {
    const cluster::Rune rune = cluster::first_rune(text);
    if (!rune.valid) return "invalid UTF-8";
    if (!prints(rune.code_point)) return "control characters are not allowed";
    text.remove_prefix(rune.size);
  }
  return std::nullopt;
}

}  // namespace clusterip::api
