// The three patches that name no owner: JSON Patch, merge patch, and strategic merge patch.
//
// Mirrors apiserver pkg/endpoints/handlers/patch.go; the strategic merge is daemon/api/strategic_merge.
#pragma once

#include <nlohmann/json.hpp>

#include "daemon/api/schema.hpp"
#include "daemon/api/status.hpp"

namespace clusterip::api {

Result<nlohmann::json> apply_json_patch(const nlohmann::json& object, const nlohmann::json& patch);
Result<nlohmann::json> apply_merge_patch(const nlohmann::json& object, const nlohmann::json& patch);
Result<nlohmann::json> apply_strategic_patch(const nlohmann::json& object, const nlohmann::json& patch,
                                             const ObjectSchema& schema);

}  // namespace clusterip::api
