// What was read of an audit line, as text in which every field shows: two ways of reading can be compared by
// it.
#pragma once

#include <string>

#include "daemon/api/audit_reader.hpp"

namespace clusterip::testing {

std::string audit_text(const api::AuditLine& line);

}  // namespace clusterip::testing
