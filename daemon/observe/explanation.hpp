// The printed forms of an explanation: who holds an address, and what requests would be answered.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "daemon/observe/report.hpp"
#include "engine/verify/explain.hpp"

namespace clusterip::daemon {

// As table, json or yaml; the other formats print json. `unread`: why the explanation is not whole, as in a
// Report.
void write_explanation(const verify::Explanation& explanation, ReportFormat format, std::ostream& out,
                       const std::vector<std::string>& unread = {});

void write_explanation_text(const verify::Explanation& explanation, std::ostream& out);

}  // namespace clusterip::daemon
