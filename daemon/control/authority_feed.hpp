// Keeps the engine's authority in step with the store: addresses when it starts, ranges always.
//
// When the answer to a ServiceCIDR's deletion goes out, that ServiceCIDR gives out nothing more. Addresses
// are told to the authority by the requests that write them (the strategies' pledges).
#pragma once

#include "daemon/store/store.hpp"
#include "engine/cluster/authority.hpp"

namespace clusterip::daemon {

// Takes in what the store holds, and from then on what is committed. Before the first request.
void feed_authority(Store& store, cluster::Authority& authority);

}  // namespace clusterip::daemon
