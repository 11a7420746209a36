// The ServiceCIDR controller: finalizer, Ready condition, and when a ServiceCIDR that was asked to go may go.
//
// Mirrors pkg/controller/servicecidrs/servicecidrs_controller.go. Pure: a view and the time go in, effects
// come out. The hazards of upstream's rule are kept, since other parts rely on knowing them: two equal
// ServiceCIDRs that are deleted together each count as the other's cover, and a cover may itself be
// terminating.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/cluster/effects.hpp"
#include "engine/cluster/service_cidr_index.hpp"
#include "engine/cluster/version_profile.hpp"

namespace clusterip::cluster {

// The finalizer stays for at least this long after a ServiceCIDR was asked to go, so that allocations begun
// by a server that did not know show up first.
inline constexpr Duration kServiceCidrDeletionGrace = Duration::seconds(10);

// Shows the IPAddresses inside a CIDR (or more of them) to `visit` until that says false.
using VisitAddressesIn =
    std::function<void(const Cidr& cidr, const std::function<bool(const IpAddress& object)>& visit)>;

// The cluster as the controller sees it.
struct ServiceCidrView {
  const ServiceCidrIndex& index;
  VisitAddressesIn addresses_in;
};

// Why a ServiceCIDR cannot go: managed IPAddresses that no other ServiceCIDR has. Empty: it can.
// At most `limit` names, in the order in which the view shows them.
std::vector<std::string> deletion_blockers(const ServiceCidr& object, const ServiceCidrView& view,
                                           std::size_t limit);
bool can_delete(const ServiceCidr& object, const ServiceCidrView& view);

// What one visit of the controller does. `object` is the ServiceCIDR as the view holds it; `grace` differs
// from upstream's where there is one server alone, which cannot lag behind itself.
Effects sync_service_cidr(const ServiceCidr& object, const ServiceCidrView& view, Instant now,
                          const VersionProfile& version, Duration grace = kServiceCidrDeletionGrace);

// Whom the controller visits after a change, by name. Updates and deletions: the object itself.
ServiceCidrIndex::Names visits_after_add(const ServiceCidr& object, const ServiceCidrIndex& index);
// After an IPAddress was added or deleted; nobody for unmanaged ones.
ServiceCidrIndex::Names visits_after_address(const IpAddress& object, const ServiceCidrIndex& index);

}  // namespace clusterip::cluster
