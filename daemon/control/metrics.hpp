// The state as Prometheus text, computed when it is asked for: nothing is counted along the way that the
// state itself can tell. Upstream's names for what upstream counts.
#pragma once

#include <string>

#include "daemon/audit/audit_log.hpp"
#include "daemon/control/allocation_tally.hpp"
#include "daemon/control/controllers.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

struct MetricsSources {
  const Store& store;
  const cluster::Authority& authority;
  const AllocationTally& tally;
  const Controllers& controllers;
  const AuditLog* audit;  // may be null
};

std::string metrics_text(const MetricsSources& sources);

}  // namespace clusterip::daemon
