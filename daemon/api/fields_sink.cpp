#include "daemon/api/fields_sink.hpp"

#include <algorithm>

#include "daemon/api/document.hpp"
#include "daemon/api/managed_fields.hpp"

namespace clusterip::api {
namespace {

// A container is a member itself, beside what it holds.
constexpr std::string_view kItself = R"(".":{})";
// The object's own members: metadata, spec, status.
constexpr std::size_t kTop = 1;

}  // namespace

void FieldsSink::lead(std::string_view step) {
  if (out_.back() != '{') out_ += ',';
  append_quoted(out_, step);
  out_ += ":{";
}

void FieldsSink::add(std::string_view step) {
  lead(step);
  out_ += '}';
}

const FieldSchema* FieldsSink::owned(const char* name) const {
  const Open& place = open_.back();
  if (name == nullptr || place.schema == nullptr || place.schema->atomic) return nullptr;
  if (open_.size() == kTop && std::string_view(name) == "status") return nullptr;
  if (place.is_metadata && is_unowned(name)) return nullptr;
  return place.schema->find(name);
}

void FieldsSink::leaf(const char* name) {
  if (owned(name) != nullptr) add(std::string("f:").append(name));
}

void FieldsSink::note_key(const char* name, std::string value) {
  Open& place = open_.back();
  for (std::string_view keys = place.keys; name != nullptr && !keys.empty();) {
    if (next_key(keys) != name) continue;
    place.pairs.emplace_back(name, std::move(value));
    return;
  }
}

void FieldsSink::open(const char* name, Open place) {
  place.begun = out_.size();
  lead(std::string("f:").append(name));
  if (open_.size() > kTop) out_ += kItself;
  place.content = out_.size();
  open_.push_back(std::move(place));
}

void FieldsSink::begin_object(const char* name) {
  const Open& place = open_.back();
  if (place.kind == Kind::kItems) {
    Open item{Kind::kItem, place.schema, place.keys, false, out_.size()};
    // What is below the item is moved to its place when its keys are known.
    out_.append("{").append(kItself);
    item.content = out_.size();
    open_.push_back(std::move(item));
    return;
  }
  const FieldSchema* field = owned(name);
  if (field == nullptr || field->atomic) {
    leaf(name);
    open_.push_back({});
  } else {
    const bool is_metadata = open_.size() == kTop && std::string_view(name) == "metadata";
    open(name, {Kind::kMembers, field->object, {}, is_metadata});
  }
}

void FieldsSink::begin_list(const char* name) {
  const FieldSchema* field = owned(name);
  if (field == nullptr || field->list != ListType::kMap) {
    leaf(name);
    open_.push_back({});
  } else {
    open(name, {Kind::kItems, field->object, field->keys});
  }
}

void FieldsSink::end() {
  Open place = std::move(open_.back());
  open_.pop_back();
  if (place.kind == Kind::kIgnored) return;
  if (place.kind == Kind::kItem) return end_item(std::move(place));
  if (place.kind == Kind::kItems) end_items(place);
  const bool is_empty = out_.size() == place.content;
  if (is_empty && open_.size() == kTop) return out_.resize(place.begun);
  if (is_empty) out_.resize(place.content - kItself.size());
  out_ += '}';
}

void FieldsSink::end_item(Open item) {
  if (out_.size() == item.content) out_.resize(item.content - kItself.size());
  std::string below = out_.substr(item.begun) + '}';
  out_.resize(item.begun);
  std::string step = "k:{";
  for (std::string_view names = item.keys; !names.empty();) {
    const std::string_view name = next_key(names);
    const auto sent = std::find_if(item.pairs.begin(), item.pairs.end(),
                                   [&](const auto& pair) { return pair.first == name; });
    if (step.back() != '{') step += ',';
    append_quoted(step, name);
    step += ':';
    step += sent != item.pairs.end() ? std::string_view(sent->second) : default_of_key(name);
  }
  open_.back().pairs.emplace_back(step + '}', std::move(below));
}

void FieldsSink::end_items(Open& list) {
  std::stable_sort(list.pairs.begin(), list.pairs.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string_view last;
  for (const auto& [step, below] : list.pairs) {
    // Items with the same keys are refused later.
    if (step == last) continue;
    last = step;
    out_ += out_.back() == '{' ? "" : ",";
    append_quoted(out_, step);
    out_.append(":").append(below);
  }
}

void FieldsSink::text(const char* name, std::string_view value) {
  if (open_.back().kind == Kind::kItem) note_key(name, dump(value));
  leaf(name);
}

void FieldsSink::integer(const char* name, std::int64_t value) {
  if (open_.back().kind == Kind::kItem) note_key(name, std::to_string(value));
  leaf(name);
}

void FieldsSink::boolean(const char* name, bool /*value*/) {
  leaf(name);
}

void FieldsSink::json(const char* name, const std::string& /*value*/) {
  leaf(name);
}

void FieldsSink::labels(const char* name, const cluster::Labels& value) {
  const FieldSchema* field = owned(name);
  if (field == nullptr || field->atomic) return leaf(name);
  open(name, {});
  for (const auto& [key, text] : value) add("f:" + key);
  open_.pop_back();
  out_ += '}';
}

void FieldsSink::texts(const char* name, const std::vector<std::string>& value) {
  const FieldSchema* field = owned(name);
  if (field == nullptr || field->list != ListType::kSet) return leaf(name);
  std::vector<std::string> steps;
  steps.reserve(value.size());
  for (const std::string& text : value) steps.push_back("v:" + dump(text));
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  open(name, {});
  for (const std::string& step : steps) add(step);
  open_.pop_back();
  out_ += '}';
}

}  // namespace clusterip::api
