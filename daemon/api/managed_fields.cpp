#include "daemon/api/managed_fields.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "daemon/api/field_walk.hpp"
#include "daemon/api/json_member.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr const char* kApply = "Apply";
constexpr const char* kUpdate = "Update";
constexpr const char* kStatus = "status";
constexpr const char* kFieldsType = "FieldsV1";
// The client whose two ways to apply are kept in step.
constexpr const char* kKubectl = "kubectl";
constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
const Json::json_pointer kAnnotations("/metadata/annotations");
const Json::json_pointer kManagedFields("/metadata/managedFields");
constexpr std::array<std::string_view, 9> kUnowned{
    "name",       "namespace",     "creationTimestamp", "selfLink",   "uid",
    "generation", "managedFields", "resourceVersion",   "clusterName"};

struct Entry {
  std::string manager;
  std::string operation;
  std::string api_version;
  std::string time;
  std::string subresource;
  FieldSet fields;
};
using Entries = std::vector<Entry>;

// Whether upstream's decoder of a list of entries takes this one.
bool is_entry(const Json& item) {
  if (!item.is_object()) return false;
  const std::string operation = text_of(item, "operation");
  return (operation == kApply || operation == kUpdate) && !text_of(item, "apiVersion").empty() &&
         text_of(item, "fieldsType") == kFieldsType && item.contains("fieldsV1");
}

// Absent where something in the list is no entry.
std::optional<Entries> read_entries(const Json& object) {
  Entries entries;
  if (!object.contains(kManagedFields) || !object.at(kManagedFields).is_array()) return entries;
  for (const Json& item : object.at(kManagedFields)) {
    if (!is_entry(item)) return std::nullopt;
    entries.push_back({text_of(item, "manager"), text_of(item, "operation"), text_of(item, "apiVersion"),
                       text_of(item, "time"), text_of(item, "subresource"),
                       read_field_set(item.at("fieldsV1"))});
  }
  return entries;
}

void write_entries(Json& object, Entries entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.operation, a.time, a.manager, a.api_version, a.subresource) <
           std::tie(b.operation, b.time, b.manager, b.api_version, b.subresource);
  });
  Json list = Json::array();
  for (const Entry& entry : entries) {
    if (entry.fields.empty()) continue;
    Json item;
    item["operation"] = entry.operation;
    item["apiVersion"] = entry.api_version;
    item["fieldsType"] = kFieldsType;
    item["fieldsV1"] = encode(entry.fields);
    // A client may send an entry without a manager or a time.
    if (!entry.manager.empty()) item["manager"] = entry.manager;
    if (!entry.time.empty()) item["time"] = entry.time;
    if (!entry.subresource.empty()) item["subresource"] = entry.subresource;
    list.push_back(std::move(item));
  }
  if (list.empty()) {
    object["metadata"].erase("managedFields");
  } else {
    object["metadata"]["managedFields"] = std::move(list);
  }
}

// What no write through this door can own: metadata of the server, and what the door resets.
void strip(FieldSet& set, const Resource& resource, const FieldOwner& owner) {
  const bool is_range = resource.index == ResourceIndex::kServiceCidrs;
  if (owner.status) {
    set.children.erase("f:spec");
    if (is_range) set.children.erase("f:metadata");
  } else if (resource.has_status) {
    set.children.erase("f:status");
  }
  const auto meta = set.children.find("f:metadata");
  if (meta == set.children.end()) return;
  meta->second.member = false;
  for (const std::string_view name : kUnowned) {
    const auto unowned = meta->second.children.find("f:" + std::string(name));
    if (unowned != meta->second.children.end()) meta->second.children.erase(unowned);
  }
  if (meta->second.empty()) set.children.erase(meta);
}

bool is_of(const Entry& entry, const FieldOwner& owner, const char* operation) {
  return entry.manager == owner.manager && entry.operation == operation &&
         entry.subresource == (owner.status ? kStatus : "") &&
         (entry.operation == kApply || entry.api_version == owner.api_version);
}

Entry new_entry(const FieldOwner& owner, const char* operation, FieldSet fields) {
  return {owner.manager,
          operation,
          owner.api_version,
          cluster::to_text(owner.now.whole_second()),
          owner.status ? kStatus : "",
          std::move(fields)};
}

// How `fresh` differs from `live`. The sets point into both.
struct Difference {
  FieldSet changed;  // added or modified
  FieldSet removed;
};

Difference compare(const Json& live, const Json& fresh, const Resource& resource, const FieldOwner& owner) {
  const ObjectSchema& schema = schema_of(resource);
  FieldSet before = fields_of(live, schema, Containers::kAll);
  FieldSet after = fields_of(fresh, schema, Containers::kAll);
  strip(before, resource, owner);
  strip(after, resource, owner);
  FieldSet modified = differing(after, before);
  FieldSet removed = without(before, after);
  return {united(without(std::move(after), before), modified), std::move(removed)};
}

// Upstream cannot tell what an owner of fields loses that are those of another API, or of a version that the
// kind does not have, and forgets it.
void forget_other_apis(Entries& entries, const Resource& resource) {
  std::erase_if(entries, [&](const Entry& entry) {
    const Resource* known = find_kind_resource(entry.api_version, resource.kind);
    return known == nullptr || known->index != resource.index;
  });
}

// The entries that an update begins with: those that it sends, where it sends any that can be read, or those
// that stand. What is sent through the door of the status has no say in them.
Entries entries_before(const Json& fresh, const Json& live, const FieldOwner& owner) {
  if (!owner.status) {
    std::optional<Entries> sent = read_entries(fresh);
    if (sent && !sent->empty()) return std::move(*sent);
  }
  return read_entries(live).value_or(Entries());
}

// Beyond ten managers that write by updates, the oldest of a version become one.
void merge_oldest(Entries& entries) {
  constexpr std::size_t kMostUpdaters = 10;
  constexpr const char* kOldest = "ancient-changes";
  std::vector<Entry*> updaters;
  for (Entry& entry : entries) {
    if (entry.operation == kUpdate) updaters.push_back(&entry);
  }
  if (updaters.size() <= kMostUpdaters) return;
  std::stable_sort(updaters.begin(), updaters.end(), [](const Entry* a, const Entry* b) {
    return std::tie(a->time, a->manager) < std::tie(b->time, b->manager);
  });
  std::map<std::string, Entry*> bucket_of;
  std::size_t left = updaters.size();
  for (Entry* entry : updaters) {
    if (left <= kMostUpdaters) break;
    const auto [known, first] = bucket_of.emplace(entry->api_version, entry);
    if (first) continue;
    Entry& bucket = *known->second;
    bucket = {kOldest, kUpdate, entry->api_version, entry->time, "", united(bucket.fields, entry->fields)};
    entry->fields = {};
    --left;
  }
}

// The owner of everything that an object without owners has, when it is applied to for the first time.
Entry before_first_apply(const Json& live, const Resource& resource, const FieldOwner& owner) {
  const Json blank{{"metadata", Json::object()}, {"spec", Json::object()}, {"status", Json::object()}};
  FieldOwner nobody = owner;
  nobody.manager = "before-first-apply";
  return new_entry(nobody, kUpdate, compare(blank, live, resource, nobody).changed);
}

// The managers in the order of their names, as upstream lists them.
Status conflict_status(std::vector<std::pair<std::string, std::string>> conflicts) {
  std::stable_sort(conflicts.begin(), conflicts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  StatusDetails details;
  std::string message = "Apply failed with " + std::to_string(conflicts.size()) +
                        (conflicts.size() == 1 ? " conflict: " : " conflicts: ");
  std::string last;
  for (const auto& [who, field] : conflicts) {
    details.causes.push_back({"FieldManagerConflict", "conflict with " + who, field});
    if (conflicts.size() == 1) {
      message.append("conflict with ").append(who).append(": ").append(field);
    } else {
      if (who != last) message.append(last.empty() ? "" : "\n").append("conflicts with ").append(who) += ':';
      message.append("\n- ").append(field);
      last = who;
    }
  }
  return {409, "Conflict", std::move(message), std::move(details)};
}

// "\"kubectl\" with subresource \"status\" using v1": how a conflict names an owner.
std::string name_of(const Entry& entry) {
  std::string name = "\"" + entry.manager + "\"";
  if (!entry.subresource.empty()) name += " with subresource \"" + entry.subresource + "\"";
  if (entry.operation == kUpdate) name += " using " + entry.api_version;
  return name;
}

// What `kubectl apply` without --server-side left in the object: its configuration. Null where there is none.
Json last_applied_of(const Json& live, const FieldOwner& owner) {
  if (!live.contains(kAnnotations) || !live.at(kAnnotations).is_object()) return nullptr;
  const std::string text = text_of(live.at(kAnnotations), kLastApplied);
  Json configuration = Json::parse(text, nullptr, false);
  const bool fits = configuration.is_object() && text_of(configuration, "apiVersion") == owner.api_version;
  return fits ? configuration : Json();
}

// The fields of a client-side apply that still are as it set them. A server-side apply by kubectl may take
// them over from whoever owns them. The set points into both.
FieldSet fields_as_applied(const Json& last_applied, const Json& live, const ObjectSchema& schema) {
  if (!last_applied.is_object()) return {};
  const FieldSet applied = fields_of(last_applied, schema, Containers::kOnlyEmpty);
  const FieldSet standing = fields_of(live, schema, Containers::kAll);
  return without(common(applied, standing), differing(applied, standing));
}

// Keeps the record of kubectl's client side in step with its server side, where there is such a record.
void renew_last_applied(Json& object, const Json& configuration) {
  if (!object.contains(kAnnotations) || text_of(object.at(kAnnotations), kLastApplied).empty()) return;
  Json record = configuration;
  if (record.contains(kAnnotations) && record.at(kAnnotations).is_object()) {
    record[kAnnotations].erase(kLastApplied);
    if (record.at(kAnnotations).empty()) record["metadata"].erase("annotations");
  }
  object[kAnnotations][kLastApplied] = record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

bool is_unowned(std::string_view field) {
  return std::find(kUnowned.begin(), kUnowned.end(), field) != kUnowned.end();
}

cluster::ManagedFields sole_entry(const FieldOwner& owner, std::string fields) {
  return {owner.manager,     kUpdate, owner.api_version, owner.now.whole_second(), kFieldsType,
          std::move(fields), ""};
}

void record_update(Json& fresh, const Json& live, const Resource& resource, const FieldOwner& owner) {
  if (!owner.status && fresh.contains(kManagedFields) &&
      fresh.at(kManagedFields) == Json::array({Json::object()})) {
    fresh["metadata"].erase("managedFields");
    return;
  }
  Entries entries = entries_before(fresh, live, owner);
  // Who owns what of an object without owners is not found out by later updates, but by a first apply.
  if (entries.empty() && !text_of(live.at("metadata"), "uid").empty()) {
    fresh["metadata"].erase("managedFields");
    return;
  }
  forget_other_apis(entries, resource);
  Difference difference = compare(live, fresh, resource, owner);
  for (Entry& entry : entries) {
    entry.fields = without(std::move(entry.fields), difference.removed);
    if (!is_of(entry, owner, kUpdate)) entry.fields = without(std::move(entry.fields), difference.changed);
  }
  if (!difference.changed.empty()) {
    const auto own = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return is_of(entry, owner, kUpdate); });
    if (own == entries.end()) {
      entries.push_back(new_entry(owner, kUpdate, std::move(difference.changed)));
    } else {
      *own = new_entry(owner, kUpdate, united(std::move(own->fields), difference.changed));
    }
  }
  merge_oldest(entries);
  write_entries(fresh, std::move(entries));
}

Result<Json> server_side_apply(const Json& live, const Json& configuration, const Resource& resource,
                               const FieldOwner& owner, bool force) {
  const ObjectSchema& schema = schema_of(resource);
  if (configuration.contains(kManagedFields)) {
    return bad_request("metadata.managedFields must be nil");
  }
  FieldSet applied = fields_of(configuration, schema, Containers::kOnlyEmpty);
  strip(applied, resource, owner);
  Entries entries = read_entries(live).value_or(Entries());
  if (entries.empty() && !text_of(live.at("metadata"), "uid").empty()) {
    entries.push_back(before_first_apply(live, resource, owner));
  }
  forget_other_apis(entries, resource);
  Json merged = merge_applied(live, configuration, schema);
  FieldSet kept = applied;
  FieldSet former;
  for (const Entry& entry : entries) {
    if (is_of(entry, owner, kApply)) {
      former = entry.fields;
    } else {
      kept = united(std::move(kept), entry.fields);
    }
  }
  remove_fields(merged, schema, without(former, applied), kept);
  const Difference difference = compare(live, merged, resource, owner);
  const Json last_applied = owner.manager == kKubectl ? last_applied_of(live, owner) : Json();
  const FieldSet yielded = fields_as_applied(last_applied, live, schema);
  std::vector<std::pair<std::string, std::string>> conflicts;
  for (Entry& entry : entries) {
    if (is_of(entry, owner, kApply)) continue;
    const FieldSet contested = common(entry.fields, difference.changed);
    visit_paths(without(contested, yielded),
                [&](const std::string& path) { conflicts.emplace_back(name_of(entry), path); });
    entry.fields = without(without(std::move(entry.fields), contested), difference.removed);
  }
  if (!conflicts.empty() && !force) return conflict_status(std::move(conflicts));
  const auto own = std::find_if(entries.begin(), entries.end(),
                                [&](const Entry& entry) { return is_of(entry, owner, kApply); });
  const bool same_set = own != entries.end() && encode(own->fields) == encode(applied);
  const bool unchanged = same_set && difference.changed.empty() && difference.removed.empty();
  const std::string time = unchanged ? own->time : "";
  if (own != entries.end()) entries.erase(own);
  entries.push_back(new_entry(owner, kApply, std::move(applied)));
  if (unchanged) entries.back().time = time;
  write_entries(merged, std::move(entries));
  if (owner.manager == kKubectl) renew_last_applied(merged, configuration);
  return merged;
}

}  // namespace clusterip::api
