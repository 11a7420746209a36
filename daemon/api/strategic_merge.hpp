// The strategic merge of a patch into an object.
//
// Mirrors apimachinery pkg/util/strategicpatch, its order of lists and its refusals included. Which lists are
// merged, and by which key, says the schema.
#pragma once

#include <nlohmann/json.hpp>

#include "daemon/api/schema.hpp"
#include "daemon/api/status.hpp"

namespace clusterip::api {

// Both are objects.
Result<nlohmann::json> merge_strategically(const nlohmann::json& object, const nlohmann::json& patch,
                                           const ObjectSchema& schema);

}  // namespace clusterip::api
