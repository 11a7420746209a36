// Which families a Service gets: its ipFamilies and ipFamilyPolicy, from what the client sent, the stored
// Service and the families that the cluster has.
//
// Mirrors initIPFamilyFields in registry/core/service/storage/alloc.go, step by step, with the validation of
// the address fields that it runs first. A ServiceCIDR never adds a family: the cluster has those of
// --service-cluster-ip-range.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"
#include "engine/cluster/version_profile.hpp"
#include "engine/net/cidr.hpp"

namespace clusterip::cluster {

// The families of --service-cluster-ip-range; the first one is the default of a Service.
struct ClusterFamilies {
  Family primary = Family::kIPv4;
  bool dual_stack = false;

  bool has(Family family) const { return dual_stack || family == primary; }
  std::size_t count() const { return dual_stack ? 2 : 1; }
};
// `flag`: one or two ranges.
ClusterFamilies cluster_families(const std::vector<Cidr>& flag);

// Fills in families and policy of `service`. `old`: the stored Service on an update, else null. Errors: why
// the request is refused (422); the Service may be half filled in then.
FieldErrors resolve_families(Service& service, const Service* old, const ClusterFamilies& families,
                             const VersionProfile& version);

// Whether an update leaves a PreferDualStack Service as it is: the cluster may have gained or lost a family
// since, and only a change of policy, addresses or families makes the Service follow.
bool keeps_prefer_dual_stack(const Service& service, const Service* old);

}  // namespace clusterip::cluster
