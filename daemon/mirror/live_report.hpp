// The findings of a mirrored cluster in the shape of JUnit and SARIF.
#pragma once

#include <vector>

#include "daemon/mirror/finding_history.hpp"
#include "daemon/mirror/mirrored_cluster.hpp"
#include "daemon/observe/rule_report.hpp"

namespace clusterip::daemon {

// A confirmed finding counts by its severity; one that is suspected, or over, is a note. A mirror that is out
// of step is a failure of the run: nothing that it says is called clean.
RuleReport live_report(const std::vector<TrackedFinding>& findings, const MirrorHealth& health);

}  // namespace clusterip::daemon
