// The ServiceCIDRs that are being deleted, what keeps each of them, and what would let it go.
// (ServiceCIDR controller, 6.4)
//
// A pure function of the state. Cost: one look-up of ranges for each address, when something is terminating;
// else nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/cluster/instant.hpp"
#include "engine/verify/state.hpp"

namespace clusterip::verify {

// An address whose IPAddress keeps a range, for no other range has it.
struct RangeKeeper {
  Address address;
  std::string holder;   // "Service default/a", or what the IPAddress names
  bool is_held = true;  // false: no Service holds it; the IPAddress is left over
};

struct TerminatingRange {
  std::string name;
  std::vector<std::string> cidrs;
  cluster::Instant since;
  bool is_covered = false;  // other ranges have all of it: nothing can keep it
  std::size_t keeper_count = 0;
  std::vector<RangeKeeper> keepers;  // in ascending order, at most as many as asked for
  std::string advice;                // one sentence: what would let it go
};

std::vector<TerminatingRange> terminating_ranges(const State& state, std::size_t most_keepers);

}  // namespace clusterip::verify
