#include "daemon/api/yaml_json.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// Builds the values of all documents.
class TreeBuilder final : public YamlVisitor {
 public:
  explicit TreeBuilder(const YamlLimits& limits) : limits_(limits) {}

  std::vector<Json> take() { return std::move(documents_); }

  void begin_document(std::size_t) override { anchors_.clear(); }
  void scalar(const YamlScalar& scalar, YamlAnchor anchor, std::size_t line) override {
    if (wants_key()) {
      open_.back().key = scalar.text;
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
    std::optional<std::string> key;
    YamlAnchor anchor = 0;
    std::size_t line = 0;
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
      frame.tree.value[*frame.key] = std::move(tree.value);
      frame.key.reset();
    } else {
      frame.tree.value.push_back(std::move(tree.value));
    }
  }

  const YamlLimits& limits_;
  std::vector<Frame> open_;
  std::map<YamlAnchor, Tree> anchors_;
  std::vector<Json> documents_;
};

}  // namespace

std::variant<std::vector<Json>, YamlError> read_yaml(std::string_view text, const YamlLimits& limits) {
  std::istringstream in{std::string(text)};
  TreeBuilder builder(limits);
  try {
    if (auto error = read_yaml_events(in, builder)) return *std::move(error);
  } catch (const YamlError& error) {
    return error;
  }
  return builder.take();
}

}  // namespace clusterip::api
