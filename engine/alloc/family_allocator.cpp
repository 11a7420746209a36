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

FamilyAllocator::Release FamilyAllocator::release(const Address& address) {
  const Ranges::View view = ranges_.view();
  const bool known =
      address.family() == ranges_.family() &&
      view->any_containing(address, [&](const Range& range) { return range.bands.cidr.has_host(address); });
  if (!known) return Release::kMismatchedNetwork;
  return set_.release(address) ? Release::kReleased : Release::kWasFree;
}

}  // namespace clusterip
