// The verification API of the mirror, /apis/clusterip.dev/v1, as JSON: findings over time, ranges with what
// keeps them, and how fresh all of it is. Every answer carries the staleness of the mirror.
#pragma once

#include <string_view>

#include "daemon/mirror/audit_judge.hpp"
#include "daemon/mirror/mirror.hpp"
#include "daemon/observe/verification_answer_json.hpp"

namespace clusterip::daemon {

// `path` behind /apis/clusterip.dev/v1: "", "/findings", "/cidrs", "/decisions", "/explain". `audit`: null
// where no audit events come in. `parameter`: "" for one that was not given.
VerificationAnswer answer_verification(const Mirror& mirror, const AuditJudge* audit, std::string_view path,
                                       const VerificationParameter& parameter);

}  // namespace clusterip::daemon
