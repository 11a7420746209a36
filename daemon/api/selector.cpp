#include "daemon/api/selector.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "engine/cluster/go_text.hpp"

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

// Where commas stand that are not escaped.
std::vector<std::string> terms_of(std::string_view text) {
  std::vector<std::string> terms(1);
  bool escaped = false;
  for (const char c : text) {
    if (c == ',' && !escaped) {
      terms.emplace_back();
      continue;
    }
    terms.back() += c;
    escaped = c == '\\' && !escaped;
  }
  std::sort(terms.begin(), terms.end());
  return terms;
}

// "" or what is wrong.
std::string unescape(std::string_view text, std::string& value) {
  constexpr const char* kHead = "invalid field selector: ";
  constexpr std::string_view kEscaped = "\\,=";
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      const std::string_view next = text.substr(at + 1);
      if (next.empty() || kEscaped.find(next.front()) == std::string_view::npos) {
        const std::size_t size = next.empty() ? 0 : cluster::first_rune(next).size;
        return kHead + ("invalid escape sequence: \\" + std::string(next.substr(0, size)));
      }
      ++at;
    } else if (text[at] == ',' || text[at] == '=') {
      return kHead + ("unescaped character in value: " + std::to_string(static_cast<int>(text[at])));
    }
    value += text[at];
  }
  return "";
}

}  // namespace

std::string Selector::escaped_value(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == ',' || c == '=') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string Selector::read_fields(const Resource& resource, std::string_view text) {
  const auto known = fields_of(resource);
  for (const std::string& term : terms_of(text)) {
    if (term.empty()) continue;
    const std::size_t equals = term.find('=');
    if (equals == std::string::npos) {
      return "invalid selector: '" + std::string(text) + "'; can't understand '" + term + "'";
    }
    FieldRule rule;
    rule.equal = equals == 0 || term[equals - 1] != '!';
    rule.field = term.substr(0, rule.equal ? equals : equals - 1);
    std::string_view value = std::string_view(term).substr(equals + 1);
    if (rule.equal && value.starts_with("=")) value.remove_prefix(1);
    std::string fault = unescape(value, rule.value);
    if (!fault.empty()) return fault;
    fields_.push_back(std::move(rule));
  }
  for (FieldRule& rule : fields_) {
    const auto field = std::find_if(known.begin(), known.end(), [&](const SelectableField& candidate) {
      return candidate.name == rule.field;
    });
    if (field == known.end()) {
      if (resource.group.empty() || resource.is_view()) return "field label not supported: " + rule.field;
      return cluster::go_quote(rule.field) +
             " is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
    }
    // Where the object has the field is looked up once, here.
    rule.field = field->pointer;
    rule.other = field->other;
  }
  return "";
}

Result<Selector> Selector::read(const Resource& resource, std::string_view labels, std::string_view fields) {
  Selector selector;
  auto rules = read_label_selector(labels);
  if (const auto* fault = std::get_if<std::string>(&rules)) return bad_request(*fault);
  selector.labels_ = std::move(std::get<std::vector<LabelRule>>(rules));
  const std::string fault = selector.read_fields(resource, fields);
  if (!fault.empty()) return bad_request(fault);
  return selector;
}

bool Selector::matches(const Json& object) const {
  const Json none;
  const Json& meta = object.at("metadata");
  const auto labels = meta.find("labels");
  for (const LabelRule& rule : labels_) {
    if (!rule.matches(labels == meta.end() ? none : *labels)) return false;
  }
  return std::all_of(fields_.begin(), fields_.end(), [&](const FieldRule& rule) {
    std::string held = text_at(object, rule.field.c_str());
    if (held.empty() && rule.other != nullptr) held = text_at(object, rule.other);
    return (held == rule.value) == rule.equal;
  });
}

}  // namespace clusterip::api
