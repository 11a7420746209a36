// Could upstream have answered so? The whole of a replay: a record in, a decision for each request about
// Services and IPAddresses out, and what is wrong with the state that they led to.
//
// Decisions and state are judged apart: upstream has faults through which decisions that are permitted one by
// one leave an unsound state. Such a state is a finding, with the events that led there.
//
// Cost: n log n in the requests, plus for each decision the ServiceCIDRs and the objects of its addresses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/verify/decision.hpp"
#include "engine/verify/finding.hpp"

namespace clusterip::verify {

// One event on the way to a finding.
struct ChainLink {
  std::string audit_id;
  Instant time;
  std::string what;
};

struct ReplayFinding {
  Finding finding;
  // When it came about; absent: before the record began.
  std::optional<Instant> since;
  std::vector<ChainLink> chain;
};

// Decisions in the order of the record's requests.
std::vector<Decision> judge_all(const History& history);

// The state at the end of the record, by the rules of `verify`, and what was given out of ranges that had
// been asked to go (allocated-from-terminating). Where the beginning is not known, only what the record
// itself shows counts.
std::vector<ReplayFinding> find_faults(const History& history);

}  // namespace clusterip::verify
