// Event objects as JSON, in the words of core/v1 and of events.k8s.io/v1. (pkg/apis/events/v1/conversion.go)
#pragma once

#include "daemon/api/object_json.hpp"
#include "engine/cluster/event_object.hpp"

namespace clusterip::api {

Decoded<cluster::EventObject> decode_event(const nlohmann::json& object, cluster::EventApi words);
nlohmann::json encode(const cluster::EventObject& event, cluster::EventApi words);

}  // namespace clusterip::api
