// The controller of the ServiceCIDR `kubernetes`: creates it from --service-cluster-ip-range, adds the second
// family to it, marks it ready, and reports once where flag and object differ. It never takes a CIDR away.
//
// Mirrors pkg/controlplane/controller/defaultservicecidr. Runs in every apiserver, every 10 s.
#pragma once

#include <string>
#include <vector>

#include "engine/cluster/effects.hpp"
#include "engine/cluster/version_profile.hpp"
#include "engine/net/cidr.hpp"

namespace clusterip::cluster {

inline constexpr Duration kDefaultServiceCidrInterval = Duration::seconds(10);

// What a process has reported already: each is reported once.
struct DefaultCidrReports {
  bool mismatch = false;
  bool not_ready = false;
  friend bool operator==(const DefaultCidrReports&, const DefaultCidrReports&) = default;
};

struct DefaultCidrSync {
  Effects effects;
  DefaultCidrReports reports;  // what has been reported once the effects are carried out
};

// One visit. `flag`: the ranges of --service-cluster-ip-range in order; `object`: the ServiceCIDR
// `kubernetes`, or null. After a create that is answered with "already exists" the effects behind it are not
// carried out, and default_cidr_exists_already says what is.
DefaultCidrSync sync_default_service_cidr(const std::vector<Cidr>& flag, const ServiceCidr* object,
                                          const DefaultCidrReports& reports, Instant now,
                                          const VersionProfile& version);

// Upstream takes the empty answer of such a create for the object: it reports a mismatch with [], and thereby
// uses up the only report of the process.
DefaultCidrSync default_cidr_exists_already(const std::vector<Cidr>& flag, const DefaultCidrReports& reports,
                                            const VersionProfile& version);

// Whether the controller would add the second family to this object.
bool is_single_to_dual(const std::vector<Cidr>& flag, const std::vector<std::string>& cidrs);

}  // namespace clusterip::cluster
