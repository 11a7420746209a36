// The rules for metadata.ownerReferences and metadata.managedFields.
// (apimachinery pkg/api/validation/objectmeta.go, pkg/apis/meta/v1/validation)
#pragma once

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::cluster {

// No index stands in these fields' paths: upstream leaves it out.
FieldErrors validate_owner_references(const std::vector<OwnerReference>& references);
FieldErrors validate_managed_fields(const std::vector<ManagedFields>& entries);

}  // namespace clusterip::cluster
