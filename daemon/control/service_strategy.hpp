// Services: the engine's authority gives them families and addresses, in one step with their IPAddress
// objects.
#pragma once

#include <memory>

#include "daemon/control/strategy.hpp"
#include "daemon/store/store.hpp"
#include "engine/cluster/authority.hpp"

namespace clusterip::daemon {

std::unique_ptr<Strategy> make_service_strategy(cluster::Authority& authority, const Store& store);

}  // namespace clusterip::daemon
