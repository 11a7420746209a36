#include "engine/alloc/family_allocator.hpp"

namespace clusterip {

AllocateOutcome FamilyAllocator::claim(const Range& range, const Address& address) {
  if (!set_.claim(address)) return AllocateError::kAllocated;
  const auto dynamic = range.bands.dynamic_band();
  const bool is_dynamic = dynamic && dynamic->contains(address);
  return Allocation{address, range.bands.cidr, is_dynamic ? BandKind::kDynamic : BandKind::kStatic};
}

AllocateOutcome FamilyAllocator::allocate(const Address& address) {
  const Ranges::View view = ranges_.view();
  AllocateOutcome outcome = AllocateError::kMismatchedNetwork;
  if (address.family() != ranges_.family()) return outcome;
  view->any_containing(address, [&](const Range& range) {
    if (range.state != RangeState::kReady || !range.bands.cidr.has_host(address)) return false;
    outcome = claim(range, address);
    return true;
  });
  return outcome;
}

AllocateOutcome FamilyAllocator::allocate_in(const Cidr& cidr, const Address& address) {
  const Ranges::View view = ranges_.view();
  const Range* range = view->find(cidr);
  if (range == nullptr) return AllocateError::kMismatchedNetwork;
  if (range->state != RangeState::kReady) return AllocateError::kNotReady;
  const auto usable = range->bands.usable();
  if (!usable || !usable->contains(address)) return AllocateError::kNotInRange;
  return claim(*range, address);
}

bool FamilyAllocator::is_full(const Range& range) const noexcept {
  const auto usable = range.bands.usable();
  return !usable || !set_.find_free(*usable, usable->first);
}

bool FamilyAllocator::give_back(const RangeTable& table, std::uint32_t position, const Address& address) {
  return table.marks().release(set::thread_index(), position, [&] { return set_.release(address); });
}

FamilyAllocator::Release FamilyAllocator::release(const Address& address) {
  const Ranges::View view = ranges_.view();
  if (address.family() != ranges_.family()) return Release::kMismatchedNetwork;
  const std::uint32_t smallest = view->smallest_around(address);
  for (std::uint32_t at = smallest; at != kNoRange; at = view->marks().place(at).around) {
    if (!view->ranges()[at].bands.cidr.has_host(address)) continue;
    return give_back(*view, smallest, address) ? Release::kReleased : Release::kWasFree;
  }
  return Release::kMismatchedNetwork;
}

bool FamilyAllocator::give_back(const Address& address) {
  const Ranges::View view = ranges_.view();
  const std::uint32_t smallest = view->smallest_around(address);
  return smallest == kNoRange ? set_.release(address) : give_back(*view, smallest, address);
}

}  // namespace clusterip
