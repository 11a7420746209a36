// The mirror's metrics in Prometheus' text form, computed from what it holds when asked, never adjusted by
// hand.
#pragma once

#include <string>

#include "daemon/mirror/audit_judge.hpp"
#include "daemon/mirror/mirror.hpp"

namespace clusterip::daemon {

// `audit`: null where no audit events come in.
std::string mirror_metrics(const Mirror& mirror, const AuditJudge* audit);

}  // namespace clusterip::daemon
