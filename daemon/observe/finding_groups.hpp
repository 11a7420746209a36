// Findings as a table shows them: notes that repeat are one line with their number and the first of them.
//
// Only findings of severity info are put together, by rule and by the ServiceCIDRs that they name: errors and
// warnings each ask for something to be done. The forms that programs read stay complete.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/verify/finding.hpp"

namespace clusterip::daemon {

struct FindingGroup {
  const verify::Finding* first = nullptr;
  std::size_t count = 1;
  // For several: the first addresses or objects, and how many more; else empty.
  std::string examples;

  bool is_many() const { return count > 1; }
  // The message of the first; for several, behind the examples.
  std::string message() const;
};

// In the order of `findings`, which must outlive the groups; notes alike up to `most_alike` stay single.
std::vector<FindingGroup> group_findings(const std::vector<const verify::Finding*>& findings,
                                         std::size_t most_alike);

}  // namespace clusterip::daemon
