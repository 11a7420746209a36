// The rules for clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy, by themselves and against the stored
// Service.
//
// Mirrors ValidateServiceClusterIPsRelatedFields and the two upgrade-downgrade checks of
// pkg/apis/core/validation/validation.go.
#pragma once

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"
#include "engine/cluster/version_profile.hpp"

namespace clusterip::cluster {

// `old`: the stored Service on an update, else null; address texts that stand in it are taken as they are.
FieldErrors validate_address_fields(const Service& service, const Service* old,
                                    const VersionProfile& version);

// What an update may not change: addresses and families once set, but for a second one added or released.
FieldErrors validate_address_changes(const Service& service, const Service& old);
FieldErrors validate_family_changes(const Service& service, const Service& old);

}  // namespace clusterip::cluster
