#include "daemon/api/selector.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "engine/cluster/name_rules.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// A name of a field selector, and where the object has it; the second place is asked when the first is empty.
struct SelectableField {
  std::string_view name;
  const char* pointer;
  const char* other = nullptr;
};

constexpr std::array<SelectableField, 2> kMetaFields{
    {{"metadata.name", "/metadata/name"}, {"metadata.namespace", "/metadata/namespace"}}};
constexpr std::array<SelectableField, 4> kServiceFields{{{"metadata.name", "/metadata/name"},
                                                         {"metadata.namespace", "/metadata/namespace"},
                                                         {"spec.clusterIP", "/spec/clusterIP"},
                                                         {"spec.type", "/spec/type"}}};
constexpr std::array<SelectableField, 3> kNamespaceFields{
    {{"metadata.name", "/metadata/name"}, {"name", "/metadata/name"}, {"status.phase", "/status/phase"}}};
constexpr std::array<SelectableField, 13> kEventFields{{
    {"involvedObject.apiVersion", "/involvedObject/apiVersion"},
    {"involvedObject.fieldPath", "/involvedObject/fieldPath"},
    {"involvedObject.kind", "/involvedObject/kind"},
    {"involvedObject.name", "/involvedObject/name"},
    {"involvedObject.namespace", "/involvedObject/namespace"},
    {"involvedObject.resourceVersion", "/involvedObject/resourceVersion"},
    {"involvedObject.uid", "/involvedObject/uid"},
    {"metadata.name", "/metadata/name"},
    {"metadata.namespace", "/metadata/namespace"},
    {"reason", "/reason"},
    {"reportingComponent", "/reportingComponent"},
    {"source", "/source/component", "/reportingComponent"},
    {"type", "/type"},
}};

constexpr std::array<SelectableField, 12> kGroupedEventFields{{
    {"metadata.name", "/metadata/name"},
    {"metadata.namespace", "/metadata/namespace"},
    {"reason", "/reason"},
    {"regarding.apiVersion", "/regarding/apiVersion"},
    {"regarding.fieldPath", "/regarding/fieldPath"},
    {"regarding.kind", "/regarding/kind"},
    {"regarding.name", "/regarding/name"},
    {"regarding.namespace", "/regarding/namespace"},
    {"regarding.resourceVersion", "/regarding/resourceVersion"},
    {"regarding.uid", "/regarding/uid"},
    {"reportingController", "/reportingController"},
    {"type", "/type"},
}};

std::span<const SelectableField> fields_of(const Resource& resource) {
  switch (resource.index) {
    case ResourceIndex::kServices:
      return kServiceFields;
    case ResourceIndex::kNamespaces:
      return kNamespaceFields;
    case ResourceIndex::kEvents:
      return kEventFields;
    case ResourceIndex::kGroupedEvents:
      return kGroupedEventFields;
    case ResourceIndex::kServiceCidrs:
    case ResourceIndex::kIpAddresses:
      break;
  }
  return kMetaFields;
}

std::string text_at(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  if (!object.contains(path)) return "";
  const Json& value = object.at(path);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t read = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return read;
}

}  // namespace

// Reads one selector text from left to right.
class SelectorReader {
 public:
  explicit SelectorReader(std::string_view text) : left_(text) {}

  // "" or what is wrong.
  std::string read_labels(std::vector<Selector::LabelRule>& rules) {
    while (!trim(left_).empty()) {
      Selector::LabelRule rule;
      std::string fault = read_rule(rule);
      if (!fault.empty()) return fault;
      rules.push_back(std::move(rule));
      skip_blanks();
      if (left_.empty()) break;
      if (left_.front() != ',') return "found '" + std::string(left_) + "', expected: ',' or 'end of string'";
      left_.remove_prefix(1);
    }
    return "";
  }

 private:
  using Operator = Selector::Operator;

  std::string read_rule(Selector::LabelRule& rule) {
    skip_blanks();
    if (take("!")) {
      rule.op = Operator::kNotExists;
      rule.key = word();
      return check_key(rule.key);
    }
    rule.key = word();
    std::string fault = check_key(rule.key);
    if (!fault.empty()) return fault;
    skip_blanks();
    if (left_.empty() || left_.front() == ',') return "";
    if (take("==") || take("=")) return read_value(rule, Operator::kIn);
    if (take("!=")) return read_value(rule, Operator::kNotIn);
    if (take(">")) return read_value(rule, Operator::kGreater);
    if (take("<")) return read_value(rule, Operator::kLess);
    const std::string name = word();
    if (name == "in") return read_set(rule, Operator::kIn);
    if (name == "notin") return read_set(rule, Operator::kNotIn);
    return "found '" + name + "', expected: in, notin, =, ==, !=, gt, lt";
  }

  std::string read_value(Selector::LabelRule& rule, Operator op) {
    skip_blanks();
    rule.op = op;
    rule.values.push_back(word());
    if ((op == Operator::kGreater || op == Operator::kLess) && !number(rule.values.front())) {
      return "for 'Gt', 'Lt' operators, the value must be an integer";
    }
    return check_value(rule.values.front());
  }

  std::string read_set(Selector::LabelRule& rule, Operator op) {
    rule.op = op;
    skip_blanks();
    if (!take("(")) return "found '" + std::string(left_) + "' expected: '('";
    for (;;) {
      skip_blanks();
      rule.values.push_back(word());
      std::string fault = check_value(rule.values.back());
      if (!fault.empty()) return fault;
      skip_blanks();
      if (take(")")) return "";
      if (!take(",")) return "found '" + std::string(left_) + "', expected: ',' or ')'";
    }
  }

  static std::string check_key(const std::string& key) {
    const auto reasons = cluster::check_label_key(key);
    return reasons.empty() ? "" : "key: Invalid value: \"" + key + "\": " + reasons.front();
  }
  static std::string check_value(const std::string& value) {
    const auto reasons = cluster::check_label_value(value);
    return reasons.empty() ? "" : "values[0]: Invalid value: \"" + value + "\": " + reasons.front();
  }

  void skip_blanks() {
    while (!left_.empty() && (left_.front() == ' ' || left_.front() == '\t')) left_.remove_prefix(1);
  }
  bool take(std::string_view mark) {
    if (left_.substr(0, mark.size()) != mark) return false;
    left_.remove_prefix(mark.size());
    return true;
  }
  std::string word() {
    const std::size_t end = std::min(left_.find_first_of("=!<>(), \t"), left_.size());
    std::string found(left_.substr(0, end));
    left_.remove_prefix(end);
    return found;
  }

  std::string_view left_;
};

Result<Selector> Selector::read(const Resource& resource, std::string_view labels, std::string_view fields) {
  Selector selector;
  const std::string fault = SelectorReader(labels).read_labels(selector.labels_);
  if (!fault.empty()) return bad_request("unable to parse requirement: " + fault);
  const auto known = fields_of(resource);
  while (!fields.empty()) {
    const std::size_t comma = std::min(fields.find(','), fields.size());
    const std::string_view part = trim(fields.substr(0, comma));
    fields.remove_prefix(std::min(comma + 1, fields.size()));
    if (part.empty()) continue;
    const std::size_t mark = part.find('=');
    if (mark == std::string_view::npos || mark == 0) {
      return bad_request("invalid selector: '" + std::string(part) + "'; can't understand '" +
                         std::string(part) + "'");
    }
    FieldRule rule;
    rule.equal = part[mark - 1] != '!';
    rule.field = trim(part.substr(0, rule.equal ? mark : mark - 1));
    std::string_view value = part.substr(mark + 1);
    if (value.substr(0, 1) == "=") value.remove_prefix(1);
    rule.value = value;
    const bool is_known = std::any_of(known.begin(), known.end(),
                                      [&](const SelectableField& field) { return field.name == rule.field; });
    if (!is_known && (resource.group.empty() || resource.is_view())) {
      return bad_request("field label not supported: " + rule.field);
    }
    if (!is_known) {
      return bad_request("\"" + rule.field +
                         "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }
    selector.fields_.push_back(std::move(rule));
  }
  // Where the object has the field is looked up once, here.
  for (FieldRule& rule : selector.fields_) {
    const auto field = std::find_if(known.begin(), known.end(), [&](const SelectableField& candidate) {
      return candidate.name == rule.field;
    });
    rule.field = field->pointer;
  }
  return selector;
}

bool Selector::matches(const LabelRule& rule, const Json& labels) {
  const auto found = labels.is_object() ? labels.find(rule.key) : labels.end();
  const bool has = labels.is_object() && found != labels.end();
  const std::string value = has && found->is_string() ? found->get<std::string>() : "";
  const bool listed = std::find(rule.values.begin(), rule.values.end(), value) != rule.values.end();
  switch (rule.op) {
    case Operator::kIn:
      return has && listed;
    case Operator::kNotIn:
      return !has || !listed;
    case Operator::kExists:
      return has;
    case Operator::kNotExists:
      return !has;
    case Operator::kGreater:
    case Operator::kLess: {
      const auto held = number(value);
      if (!has || !held) return false;
      const std::int64_t limit = *number(rule.values.front());
      return rule.op == Operator::kGreater ? *held > limit : *held < limit;
    }
  }
  return false;
}

bool Selector::matches(const Json& object) const {
  const Json none;
  const Json& meta = object.at("metadata");
  const auto labels = meta.find("labels");
  for (const LabelRule& rule : labels_) {
    if (!matches(rule, labels == meta.end() ? none : *labels)) return false;
  }
  return std::all_of(fields_.begin(), fields_.end(), [&](const FieldRule& rule) {
    return (text_at(object, rule.field.c_str()) == rule.value) == rule.equal;
  });
}

}  // namespace clusterip::api
