// Namespaces: what ClusterIP allocation needs around it, with few rules of their own.
#pragma once

#include <memory>

#include "daemon/control/strategy.hpp"

namespace clusterip::daemon {

std::unique_ptr<Strategy> make_namespace_strategy();

}  // namespace clusterip::daemon
