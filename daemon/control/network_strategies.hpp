// ServiceCIDRs and IPAddresses: what the apiserver does with them between body and commit.
// (pkg/registry/networking/servicecidr and ipaddress)
#pragma once

#include <memory>

#include "daemon/control/in_flight.hpp"
#include "daemon/control/strategy.hpp"
#include "daemon/store/store.hpp"
#include "engine/cluster/authority.hpp"

namespace clusterip::daemon {

std::unique_ptr<Strategy> make_service_cidr_strategy();
// Creating one takes the address in the set, so that no Service is given it.
// The requests of all strategies share `in_flight`.
std::unique_ptr<Strategy> make_ip_address_strategy(cluster::Authority& authority, const Store& store,
                                                   InFlight& in_flight);

}  // namespace clusterip::daemon
