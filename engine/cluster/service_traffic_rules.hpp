// The rules for the fields of a Service that say where traffic comes from and goes to: session affinity,
// external IPs, load balancer fields, traffic policies.
//
// One function for each block of validateService in pkg/apis/core/validation/validation.go, so that the
// caller can put their errors in upstream's order. `old`: the stored Service on an update, else null; what
// stands in it is taken as it is.
#pragma once

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"
#include "engine/cluster/version_profile.hpp"

namespace clusterip::cluster {

FieldErrors validate_session_affinity(const Service& service);
FieldErrors validate_external_ips(const Service& service, const Service* old, const VersionProfile& version);
// The field, or the annotation that came before it.
FieldErrors validate_source_ranges(const Service& service, const Service* old, const VersionProfile& version);
FieldErrors validate_node_port_switch(const Service& service);
// `old`: null on a create and in the general check.
FieldErrors validate_load_balancer_class(const Service& service, const Service* old);
FieldErrors validate_external_traffic(const Service& service);
FieldErrors validate_external_traffic_change(const Service& service, const Service& old);
FieldErrors validate_internal_traffic(const Service& service);
FieldErrors validate_traffic_distribution(const Service& service, const VersionProfile& version);

// status.loadBalancer
FieldErrors validate_load_balancer_status(const Service& service, const Service& old,
                                          const VersionProfile& version);

}  // namespace clusterip::cluster
