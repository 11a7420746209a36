#include "engine/cluster/owner_rules.hpp"

#include <algorithm>
#include <utility>

namespace clusterip::cluster {
namespace {

constexpr std::size_t kManagerLimit = 128;
constexpr std::size_t kSubresourceLimit = 256;
constexpr const char* kOwnersField = "metadata.ownerReferences";

struct GroupVersion {
  std::string_view group;
  std::string_view version;
};

// More than one slash is no group and version at all.
GroupVersion read_group_version(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {"", text};
  if (text.find('/', slash + 1) != std::string_view::npos) return {};
  return {text.substr(0, slash), text.substr(slash + 1)};
}

std::string owner_json(const OwnerReference& owner) {
  std::string out = "{\"apiVersion\":" + json_quote(owner.api_version) +
                    ",\"kind\":" + json_quote(owner.kind) + ",\"name\":" + json_quote(owner.name) +
                    ",\"uid\":" + json_quote(owner.uid);
  if (owner.controller) out += *owner.controller ? ",\"controller\":true" : ",\"controller\":false";
  if (owner.block_owner_deletion) {
    out += *owner.block_owner_deletion ? ",\"blockOwnerDeletion\":true" : ",\"blockOwnerDeletion\":false";
  }
  return out + "}";
}

std::string owners_json(const std::vector<OwnerReference>& owners) {
  std::string out = "[";
  for (const OwnerReference& owner : owners) {
    if (out.size() > 1) out.push_back(',');
    out += owner_json(owner);
  }
  return out + "]";
}

FieldErrors validate_owner(const OwnerReference& owner) {
  FieldErrors errors;
  const GroupVersion gv = read_group_version(owner.api_version);
  const std::string field = kOwnersField;
  if (gv.version.empty()) {
    errors.push_back(invalid(field + ".apiVersion", owner.api_version, "version must not be empty"));
  }
  if (owner.kind.empty()) errors.push_back(invalid(field + ".kind", owner.kind, "must not be empty"));
  if (owner.name.empty()) errors.push_back(invalid(field + ".name", owner.name, "must not be empty"));
  if (owner.uid.empty()) errors.push_back(invalid(field + ".uid", owner.uid, "must not be empty"));
  if (gv.group.empty() && gv.version == "v1" && owner.kind == "Event") {
    errors.push_back(
        invalid_json(field, owner_json(owner), "/v1, Kind=Event is disallowed from being an owner"));
  }
  return errors;
}

FieldErrors validate_manager(const std::string& manager, const std::string& field) {
  FieldErrors errors;
  if (manager.size() > kManagerLimit) errors.push_back(too_long(field, kManagerLimit));
  for (std::size_t at = 0; at < manager.size();) {
    const Rune rune = first_rune(std::string_view(manager).substr(at));
    if (!is_printable(rune.code_point)) {
      errors.push_back(invalid(field, manager,
                               "invalid character " + go_code_point(rune.code_point) + " (at position " +
                                   std::to_string(at) + ")"));
    }
    at += rune.size;
  }
  return errors;
}

}  // namespace

FieldErrors validate_owner_references(const std::vector<OwnerReference>& references) {
  FieldErrors errors;
  std::string controller;
  for (const OwnerReference& owner : references) {
    append(errors, validate_owner(owner));
    if (!owner.controller.value_or(false)) continue;
    std::string current = owner.kind;
    current.append("/").append(owner.name);
    if (controller.empty()) {
      controller = current;
      continue;
    }
    std::string detail =
        "Only one reference can have Controller set to true. Found \"true\" in references for ";
    detail.append(controller).append(" and ").append(current);
    errors.push_back(invalid_json(kOwnersField, owners_json(references), std::move(detail)));
  }
  return errors;
}

FieldErrors validate_managed_fields(const std::vector<ManagedFields>& entries) {
  FieldErrors errors;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ManagedFields& entry = entries[i];
    const std::string field = "metadata.managedFields[" + std::to_string(i) + "]";
    if (entry.operation != "Apply" && entry.operation != "Update") {
      errors.push_back(
          invalid_json(field + ".operation", json_quote(entry.operation), "must be `Apply` or `Update`"));
    }
    if (!entry.fields_type.empty() && entry.fields_type != "FieldsV1") {
      errors.push_back(invalid(field + ".fieldsType", entry.fields_type, "must be `FieldsV1`"));
    }
    append(errors, validate_manager(entry.manager, field + ".manager"));
    if (entry.subresource.size() > kSubresourceLimit) {
      errors.push_back(too_long(field + ".subresource", kSubresourceLimit));
    }
  }
  return errors;
}

}  // namespace clusterip::cluster
