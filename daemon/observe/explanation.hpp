// The printed forms of an explanation: who holds an address, and what requests would be answered.
#pragma once

#include <iosfwd>

#include "daemon/observe/report.hpp"
#include "engine/verify/explain.hpp"

namespace clusterip::daemon {

// As table, json or yaml; the other formats print json.
void write_explanation(const verify::Explanation& explanation, ReportFormat format, std::ostream& out);

void write_explanation_text(const verify::Explanation& explanation, std::ostream& out);

}  // namespace clusterip::daemon
