// Services: the engine's authority gives them families and addresses, in one step with their IPAddress
// objects.
#pragma once

#include <memory>

#include "daemon/control/allocation_tally.hpp"
#include "daemon/control/in_flight.hpp"
#include "daemon/control/strategy.hpp"
#include "daemon/store/store.hpp"
#include "engine/cluster/authority.hpp"

namespace clusterip::daemon {

// The requests of all strategies share `in_flight`.
std::unique_ptr<Strategy> make_service_strategy(cluster::Authority& authority, const Store& store,
                                                InFlight& in_flight, AllocationTally& tally);

}  // namespace clusterip::daemon
