// A controller's report as a core/v1 Event, as upstream's recorders write it.
#pragma once

#include <nlohmann/json.hpp>

#include "engine/cluster/effects.hpp"

namespace clusterip::api {

// In the namespace of the object, `default` for cluster-scoped ones; named after the object and the time.
nlohmann::json encode_event(const cluster::Event& event, cluster::Instant now);

}  // namespace clusterip::api
