#include "engine/ranges/range_table.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace clusterip {

RangeState combined_state(const std::vector<Referrer>& referrers) noexcept {
  const auto any = [&](RangeState state) {
    return std::any_of(referrers.begin(), referrers.end(),
                       [&](const Referrer& r) { return r.state == state; });
  };
  if (any(RangeState::kReady)) return RangeState::kReady;
  return any(RangeState::kPending) ? RangeState::kPending : RangeState::kTerminating;
}

RangeTable::RangeTable(std::vector<Range> ranges) : ranges_(std::move(ranges)) {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.bands.cidr < b.bands.cidr; });
  std::set<unsigned, std::greater<>> lengths;
  for (std::uint32_t position = 0; position < ranges_.size(); ++position) {
    const Range& range = ranges_[position];
    positions_.emplace(range.bands.cidr, position);
    lengths.insert(range.bands.cidr.length());
    if (range.state == RangeState::kReady && range.bands.size != 0) ready_.push_back(position);
  }
  lengths_.assign(lengths.begin(), lengths.end());
}

const Range* RangeTable::find(const Cidr& cidr) const noexcept {
  const auto found = positions_.find(cidr);
  return found == positions_.end() ? nullptr : &ranges_[found->second];
}

}  // namespace clusterip
