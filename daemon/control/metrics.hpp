// The state as Prometheus text, computed when it is asked for: nothing is counted along the way that the
// state itself can tell.
#pragma once

#include <string>

#include "daemon/audit/audit_log.hpp"
#include "daemon/store/store.hpp"
#include "engine/cluster/authority.hpp"

namespace clusterip::daemon {

// `audit` may be null.
std::string metrics_text(const Store& store, const cluster::Authority& authority, const AuditLog* audit);

}  // namespace clusterip::daemon
