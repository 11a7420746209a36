// One audit event from JSON: the fields that carry a decision.
#pragma once

#include <nlohmann/json.hpp>

#include "daemon/api/audit_reader.hpp"

namespace clusterip::api {

// The event's own fields are checked; what a client sent is taken as far as it can be read.
AuditLine read_audit_event(const nlohmann::json& event);

}  // namespace clusterip::api
