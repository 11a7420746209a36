#include "engine/cluster/namespace_object.hpp"

#include <algorithm>

#include "engine/cluster/metadata_rules.hpp"
#include "engine/cluster/name_rules.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::string_view kNameLabel = "kubernetes.io/metadata.name";
constexpr const char* kActive = "Active";
constexpr const char* kFinalizers = "spec.finalizers";

void check_finalizer(FieldErrors& errors, const std::string& field, const std::string& name) {
  append_invalid(errors, field, name, check_label_key(name));
  const bool standard = name == kNamespaceFinalizer || name == "orphan" || name == "foregroundDeletion";
  if (name.find('/') == std::string::npos && !standard) {
    errors.push_back(
        invalid(field, name, "name is neither a standard finalizer name nor is it fully qualified"));
  }
}

FieldErrors validate_whole(const NamespaceObject& object) {
  FieldErrors errors = validate_core_meta(object.meta, name_is_dns_label, Scope::kCluster);
  for (const std::string& name : object.finalizers) check_finalizer(errors, kFinalizers, name);
  return errors;
}

FieldErrors validate_phase(const NamespaceObject& object) {
  const bool going = object.meta.deletion.has_value();
  const std::string wanted = going ? "Terminating" : kActive;
  if (object.phase == wanted) return {};
  return {
      invalid("status.Phase", object.phase,
              "may only be '" + wanted + "' if `deletionTimestamp` is " + (going ? "not empty" : "empty"))};
}

}  // namespace

void set_defaults(NamespaceObject& object) {
  // A name that is still to be generated is put in once it is known.
  if (!object.meta.name.empty()) object.meta.labels[std::string(kNameLabel)] = object.meta.name;
  if (object.phase.empty()) object.phase = kActive;
}

void prepare_create(NamespaceObject& object) {
  prepare_create(object.meta, Scope::kCluster);
  object.phase = kActive;
  object.conditions.clear();
  const auto own = std::find(object.finalizers.begin(), object.finalizers.end(), kNamespaceFinalizer);
  if (own == object.finalizers.end()) object.finalizers.emplace_back(kNamespaceFinalizer);
  set_defaults(object);
}

void prepare_update(NamespaceObject& object, const NamespaceObject& old, NamespaceDoor door) {
  prepare_update(object.meta, old.meta, Scope::kCluster);
  if (door != NamespaceDoor::kFinalize) object.finalizers = old.finalizers;
  if (door != NamespaceDoor::kStatus) {
    object.phase = old.phase;
    object.conditions = old.conditions;
  }
  set_defaults(object);
}

FieldErrors validate_create(const NamespaceObject& object) {
  return validate_whole(object);
}

FieldErrors validate_update(const NamespaceObject& object, const NamespaceObject& old, NamespaceDoor door) {
  FieldErrors errors = validate_common_update(object.meta, old.meta, Scope::kCluster);
  if (door == NamespaceDoor::kMain) append(errors, validate_whole(object));
  append(errors, validate_core_meta_update(object.meta, old.meta));
  if (door == NamespaceDoor::kStatus) append(errors, validate_phase(object));
  if (door == NamespaceDoor::kFinalize) {
    for (std::size_t i = 0; i < object.finalizers.size(); ++i) {
      check_finalizer(errors, std::string(kFinalizers) + "[" + std::to_string(i) + "]", object.finalizers[i]);
    }
  }
  return errors;
}

}  // namespace clusterip::cluster
