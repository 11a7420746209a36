// Events, through either of their two APIs.
#pragma once

#include <memory>

#include "daemon/control/strategy.hpp"

namespace clusterip::daemon {

// `index`: kEvents or kGroupedEvents.
std::unique_ptr<Strategy> make_event_strategy(api::ResourceIndex index);

}  // namespace clusterip::daemon
