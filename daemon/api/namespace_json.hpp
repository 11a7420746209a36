// Namespaces as JSON.
#pragma once

#include "daemon/api/object_json.hpp"
#include "engine/cluster/namespace_object.hpp"

namespace clusterip::api {

Decoded<cluster::NamespaceObject> decode_namespace(const nlohmann::json& object);
nlohmann::json encode(const cluster::NamespaceObject& object);

}  // namespace clusterip::api
