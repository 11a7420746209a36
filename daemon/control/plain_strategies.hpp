// Namespaces and Events: kinds that ClusterIP allocation needs around it, with few rules of their own.
#pragma once

#include <memory>

#include "daemon/control/strategy.hpp"

namespace clusterip::daemon {

std::unique_ptr<Strategy> make_namespace_strategy();
std::unique_ptr<Strategy> make_event_strategy();

}  // namespace clusterip::daemon
