// The mirror's metrics in Prometheus' text form, computed from what it holds when asked, never adjusted by
// hand.
#pragma once

#include <string>

#include "daemon/mirror/mirror.hpp"

namespace clusterip::daemon {

std::string mirror_metrics(const Mirror& mirror);

}  // namespace clusterip::daemon
