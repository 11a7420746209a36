// How full each CIDR of a state is: the figures of the report's `cidrs`.
//
// Used is what IPAddress objects claim between the first and the last usable address, whoever wrote them:
// each of them keeps its address from being given out. So used + free is the size, in both bands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net/cidr.hpp"
#include "engine/verify/state.hpp"

namespace clusterip::verify {

// What the allocators make of a CIDR: ready if one of its objects is; else terminating if all of them are.
enum class RangeState : std::uint8_t { kReady, kPending, kTerminating };

// "ready", "pending", "terminating".
std::string_view range_state_name(RangeState state);
RangeState state_of(const std::vector<const RangeObject*>& listing);

struct Usage {
  std::uint64_t used = 0;
  std::uint64_t free = 0;
};

struct RangeUsage {
  Cidr cidr;
  std::vector<std::string> names;  // of the objects that list it
  RangeState state = RangeState::kReady;
  Usage all;  // all zero where no allocator serves such a CIDR
  Usage static_band;
  Usage dynamic_band;
};

// One entry for each distinct CIDR, in ascending order. Cost: the addresses are sorted once.
std::vector<RangeUsage> range_usage(const State& state);

}  // namespace clusterip::verify
