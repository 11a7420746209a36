// Whether an applied configuration has the shape of its kind, said as server-side apply says it.
//
// Every field must be known and of its type, and no item of a keyed list may be there twice. An ordinary
// write is lenient where this is not. (sigs.k8s.io/structured-merge-diff typed, validate)
#pragma once

#include <nlohmann/json.hpp>

#include "daemon/api/resources.hpp"
#include "daemon/api/status.hpp"

namespace clusterip::api {

// 500 without a reason, as upstream answers, with all faults in the order of their text.
Refusal check_typed(const nlohmann::json& configuration, const Resource& resource, std::string_view version);

}  // namespace clusterip::api
