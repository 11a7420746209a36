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

namespace {

// Each range's place; the ranges are sorted, so those around one are the last that contain it.
std::vector<RangePlace> places_of(const std::vector<Range>& ranges, const std::vector<std::uint32_t>& ready) {
  std::vector<RangePlace> places(ranges.size());
  std::vector<std::uint32_t> open;
  for (std::uint32_t position = 0; position < ranges.size(); ++position) {
    while (!open.empty() && !ranges[open.back()].bands.cidr.contains(ranges[position].bands.cidr)) {
      open.pop_back();
    }
    if (!open.empty()) places[position].around = open.back();
    open.push_back(position);
  }
  for (std::uint32_t number = 0; number < ready.size(); ++number) places[ready[number]].ready = number;
  return places;
}

}  // namespace

RangeTable::RangeTable(std::vector<Range> ranges, MarkLines<set::Native>& lines)
    : ranges_(std::move(ranges)) {
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
  marks_ = std::make_unique<FullMarks<set::Native>>(lines, places_of(ranges_, ready_));
}

std::uint32_t RangeTable::smallest_around(const Address& address) const noexcept {
  for (const unsigned length : lengths_) {
    const auto found = positions_.find(Cidr(address, length));
    if (found != positions_.end()) return found->second;
  }
  return kNoRange;
}

const Range* RangeTable::find(const Cidr& cidr) const noexcept {
  const auto found = positions_.find(cidr);
  return found == positions_.end() ? nullptr : &ranges_[found->second];
}

}  // namespace clusterip
