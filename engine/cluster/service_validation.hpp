// What the apiserver refuses of a Service, as the causes of its 422 answer, in its order.
//
// Mirrors ValidateServiceCreate, ValidateServiceUpdate and ValidateServiceStatusUpdate of
// pkg/apis/core/validation/validation.go and the checks around them in apiserver pkg/registry/rest. The
// Service comes in as the steps before have left it: defaults set, name generated, families resolved,
// addresses and ports given out.
#pragma once

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"
#include "engine/cluster/version_profile.hpp"

namespace clusterip::cluster {

FieldErrors validate_service_create(const Service& service, const VersionProfile& version);
// `service` has been through prepare_service_update.
FieldErrors validate_service_update(const Service& service, const Service& old,
                                    const VersionProfile& version);
FieldErrors validate_service_status_update(const Service& service, const Service& old,
                                           const VersionProfile& version);

// What a client cannot set is wiped from a create: status, deletion.
void prepare_service_create(Service& service);
// What an update takes from the stored Service (status, metadata of the server), and the fields that a change
// of type drops.
void prepare_service_update(Service& service, const Service& old);
// A write through the status subresource changes nothing but status, labels and annotations.
void prepare_service_status_update(Service& service, const Service& old);

}  // namespace clusterip::cluster
