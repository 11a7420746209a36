// When a finding about ServiceCIDRs came about: an address that no range has any more, or only ranges that
// are to go; a range that should be gone.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/verify/replay.hpp"

namespace clusterip::verify {

// The rules that this is about: outside-every-range, unusable-address, held-by-terminating,
// stuck-terminating.
bool is_about_ranges(std::string_view rule);

struct Onset {
  // When the last of what it takes had happened; absent: before the record.
  std::optional<Instant> since;
  // What happened to the ranges, in order.
  std::vector<ChainLink> links;
};
// `finding` is about the state at the end of the record.
Onset onset_of(const History& history, const Finding& finding);

// The first answer by which the object had been asked to go.
std::optional<Instant> asked_to_go(const RangeLife& object);
// That answer's event.
ChainLink asking_link(const History& history, const RangeLife& object);

}  // namespace clusterip::verify
