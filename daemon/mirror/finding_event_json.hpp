// Findings as Kubernetes Events, so that `kubectl describe` shows them at the objects that they are about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/mirror/api_client.hpp"
#include "daemon/mirror/finding_history.hpp"
#include "engine/cluster/effects.hpp"

namespace clusterip::daemon {

inline constexpr std::string_view kEventReporter = "clusterip-mirror";

struct FindingEvent {
  cluster::Event event;
  bool is_over = false;  // the finding is resolved: no warning
};

// One for each object of a finding that was confirmed or resolved.
std::vector<FindingEvent> finding_events(const TrackedFinding& tracked);

// Where the object is, and its uid in the answer ("": it tells none). Events without a uid are not shown by
// `kubectl describe`.
std::string object_target(const cluster::Event& event);
std::string read_uid(const std::string& answer);

// The request that creates the Event.
ApiCall event_call(const FindingEvent& finding, const std::string& uid, cluster::Instant now);

}  // namespace clusterip::daemon
