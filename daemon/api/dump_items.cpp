#include "daemon/api/dump_items.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/api/json_member.hpp"
#include "daemon/input/clipped.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// The parser's words hold a piece of the input.
constexpr std::size_t kShownFault = 300;

constexpr ObjectKind kKinds[] = {ObjectKind::kService, ObjectKind::kServiceCidr, ObjectKind::kIpAddress};

// The kind of a list's items where the list says it: ServiceList holds Services.
std::optional<ObjectKind> item_kind(const DumpHead& list) {
  constexpr std::string_view kSuffix = "List";
  std::string_view kind = list.kind;
  if (!kind.ends_with(kSuffix)) return std::nullopt;
  kind.remove_suffix(kSuffix.size());
  return find_kind(list.api_version, kind);
}

// "Service default/a: ", as far as the object says so.
std::string object_name(const Json& object) {
  const std::string kind = text_of(object, "kind");
  if (!object.is_object()) return {};
  const auto meta = object.find("metadata");
  const std::string name = meta == object.end() ? "" : text_of(*meta, "name");
  if (name.empty()) return {};
  const std::string name_space = text_of(*meta, "namespace");
  return (kind.empty() ? "" : kind + " ") + (name_space.empty() ? "" : name_space + "/") + name + ": ";
}

std::optional<cluster::Instant> newest_of(const cluster::ObjectMeta& meta,
                                          const std::vector<cluster::Condition>& conditions) {
  std::optional<cluster::Instant> newest = std::max(meta.creation, meta.deletion);
  for (const auto& fields : meta.managed_fields) newest = std::max(newest, fields.time);
  for (const auto& condition : conditions) newest = std::max(newest, condition.last_transition);
  return newest;
}
std::optional<cluster::Instant> newest_of(const cluster::Service& object) {
  return newest_of(object.meta, object.conditions);
}
std::optional<cluster::Instant> newest_of(const cluster::ServiceCidr& object) {
  return newest_of(object.meta, object.conditions);
}
std::optional<cluster::Instant> newest_of(const cluster::IpAddress& object) {
  return newest_of(object.meta, {});
}

bool has_member(const Json& object, const char* outer, const char* inner) {
  const auto found = object.find(outer);
  return found != object.end() && found->is_object() && found->contains(inner);
}

bool looks_like(const Json& object, ObjectKind kind) {
  const bool has_cidrs = has_member(object, "spec", "cidrs");
  const bool has_parent = has_member(object, "spec", "parentRef");
  if (kind == ObjectKind::kService) return !has_cidrs && !has_parent;
  return kind == ObjectKind::kServiceCidr ? has_cidrs : has_parent;
}

// The kind of an item that does not say it: its list's, or by its shape while the list has not said it
// either.
template <class Item>
std::optional<ObjectKind> assume_kind(const Item& looks_like_kind, const DumpHead* list) {
  if (list == nullptr) return std::nullopt;
  if (!list->kind.empty() && list->kind != "List") return item_kind(*list);
  for (const ObjectKind kind : kKinds) {
    if (looks_like_kind(kind)) return kind;
  }
  return std::nullopt;
}

// Follows a parse: where it is, and which member came twice.
class MemberWatch {
 public:
  bool see(Json::parse_event_t event, const Json& value) {
    switch (event) {
      case Json::parse_event_t::object_start:
        open_.emplace_back();
        break;
      case Json::parse_event_t::object_end:
        open_.pop_back();
        break;
      case Json::parse_event_t::key:
        open_.back().last = value.get<std::string>();
        if (!open_.back().seen.insert(open_.back().last).second && repeated_.empty()) repeated_ = path();
        break;
      default:
        break;
    }
    return true;
  }
  const std::string& repeated() const { return repeated_; }
  // "spec.ports.port"
  std::string path() const {
    std::string text;
    for (const Object& object : open_) text += (text.empty() ? "" : ".") + object.last;
    return text;
  }

 private:
  struct Object {
    std::set<std::string> seen;
    std::string last;
  };
  std::vector<Object> open_;
  std::string repeated_;
};

// The words of "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error …" behind the
// place, which counts from the item and not from the file.
std::string_view bare_words(std::string_view what) {
  if (const auto bracket = what.find("] "); bracket != std::string_view::npos)
    what.remove_prefix(bracket + 2);
  const auto colon = what.find(": ");
  if (what.starts_with("parse error") && colon != std::string_view::npos) what.remove_prefix(colon + 2);
  return what;
}

}  // namespace

DumpItems::DumpItems(std::string file, const DumpLimits& limits, DumpVisitor& visitor)
    : file_(std::move(file)), limits_(limits), visitor_(visitor) {}

void DumpItems::take(const Json& object, const DumpHead* list, const DumpPlace& place) {
  if (!object.is_object()) return problem(place, short_text(object) + " is not an object");
  std::optional<ObjectKind> kind;
  if (list != nullptr && !object.contains("kind") && !object.contains("apiVersion")) {
    kind = assume_kind([&](ObjectKind asked) { return looks_like(object, asked); }, list);
    note_assumed(kind);
  }
  if (!kind) {
    const auto told = kind_of(object);
    if (const auto* error = std::get_if<DecodeError>(&told)) {
      return problem(place, object_name(object) + error->message());
    }
    kind = std::get<ObjectKind>(told);
  }
  switch (*kind) {
    case ObjectKind::kService:
      return give(decode_service(object), object, place);
    case ObjectKind::kServiceCidr:
      return give(decode_service_cidr(object), object, place);
    case ObjectKind::kIpAddress:
      return give(decode_ip_address(object), object, place);
  }
}

template <class Object>
void DumpItems::give(Decoded<Object> decoded, const Json& object, const DumpPlace& place) {
  if (const auto* error = std::get_if<DecodeError>(&decoded)) {
    return problem(place, object_name(object) + error->message());
  }
  const auto& value = std::get<Object>(decoded);
  if (value.meta.name.empty()) return problem(place, "metadata.name: \"\": the object has no name");
  note_newest(newest_of(value));
  ++outcome_.objects;
  visitor_.visit(value, place);
}

bool DumpItems::take(ItemSkim& skim, const DumpHead* list, const DumpPlace& place) {
  std::optional<ObjectKind> kind;
  if (skim.kind().empty() && skim.api_version().empty()) {
    kind = assume_kind([&](ObjectKind asked) { return skim.looks_like(asked); }, list);
    note_assumed(kind);
  } else {
    kind = find_kind(skim.api_version(), skim.kind());
  }
  if (!kind || skim.name().empty()) return false;
  note_newest(skim.newest());
  ++outcome_.objects;
  switch (*kind) {
    case ObjectKind::kService:
      visitor_.visit(skim.service(), place);
      break;
    case ObjectKind::kServiceCidr:
      visitor_.visit(skim.service_cidr(), place);
      break;
    case ObjectKind::kIpAddress:
      visitor_.visit(skim.ip_address(), place);
      break;
  }
  return true;
}

void DumpItems::end_list(const Json& rest, const DumpPlace& place) {
  const DumpHead list = type_of(rest);
  const std::optional<ObjectKind> own = item_kind(list);
  const bool mixed = list.kind == "List" && list.api_version == "v1";
  if (!mixed && !own) {
    problem(place, "kind: " + short_text(list.kind) + " in version " + short_text(list.api_version) +
                       " is no list of Services, ServiceCIDRs or IPAddresses");
  }
  for (const ObjectKind kind : kKinds) {
    bool& assumed = assumed_[static_cast<std::size_t>(kind)];
    if (assumed && own != kind) {
      problem(place, "items of this " + list.kind + " have no kind and look like " +
                         std::string(kind_name(kind)) + " objects");
    }
    assumed = false;
  }
}

void DumpItems::note_assumed(const std::optional<ObjectKind>& kind) {
  if (kind) assumed_[static_cast<std::size_t>(*kind)] = true;
}

void DumpItems::problem(const DumpPlace& place, const std::string& text) {
  outcome_.add_problem(limits_, place.text() + ": " + text);
}

void DumpItems::note_newest(const std::optional<cluster::Instant>& instant) {
  outcome_.newest = std::max(outcome_.newest, instant);
}

DumpHead type_of(const Json& object) {
  return {text_of(object, "apiVersion"), text_of(object, "kind")};
}

std::variant<Json, ParseFault> parse_item(std::string_view text, std::uint64_t first_line) {
  MemberWatch watch;
  try {
    Json value = Json::parse(text.begin(), text.end(), [&](int, Json::parse_event_t event, const Json& seen) {
      return watch.see(event, seen);
    });
    if (watch.repeated().empty()) return value;
    return ParseFault{watch.repeated() + ": this member appears twice in one object", 0};
  } catch (const Json::exception& error) {
    ParseFault fault;
    if (const auto* parse = dynamic_cast<const Json::parse_error*>(&error)) {
      fault.byte = std::min(parse->byte, text.size());
      const auto stop = text.begin() + static_cast<std::ptrdiff_t>(fault.byte);
      const auto line = first_line + static_cast<std::uint64_t>(std::count(text.begin(), stop, '\n'));
      fault.text = "line " + std::to_string(line) + ": ";
    }
    if (const std::string field = watch.path(); !field.empty()) fault.text += field + ": ";
    fault.text += daemon::clipped(std::string(bare_words(error.what())), kShownFault);
    return fault;
  }
}

}  // namespace clusterip::api
