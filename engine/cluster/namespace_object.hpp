// A Namespace as an object of the API. (k8s.io/api core/v1, pkg/registry/core/namespace, and the rules in
// pkg/apis/core/validation)
#pragma once

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::cluster {

inline constexpr std::string_view kNamespaceFinalizer = "kubernetes";

struct NamespaceObject {
  ObjectMeta meta;
  std::vector<std::string> finalizers;  // its own ones, of the specification
  std::string phase;
  std::vector<Condition> conditions;
};

// The three ways to write one.
enum class NamespaceDoor { kMain, kStatus, kFinalize };

// What upstream fills in as it reads one.
void set_defaults(NamespaceObject& object);
// What is put right before a write: what a client may not choose, or not through this door.
void prepare_create(NamespaceObject& object);
void prepare_update(NamespaceObject& object, const NamespaceObject& old, NamespaceDoor door);

FieldErrors validate_create(const NamespaceObject& object);
FieldErrors validate_update(const NamespaceObject& object, const NamespaceObject& old, NamespaceDoor door);

}  // namespace clusterip::cluster
