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
  const Range* range = cidr.family() == ranges_.family() ? view->find(cidr) : nullptr;
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

bool FamilyAllocator::give_back(Ranges::Shown view, std::uint32_t seat, const Address& address) {
  return ranges_.marks().release(view.thread(), view->places(), seat, [&] { return set_.release(address); });
}

namespace {

// Cidr::has_host of the range of this length around the address.
bool is_host(const Address& address, unsigned length) {
  if (address.family() == Family::kIPv6) return Cidr(address, length).has_host(address);
  const std::uint64_t hosts = (std::uint64_t{1} << (32 - length)) - 1;
  const std::uint64_t host = low_half(address.bits()) & hosts;
  return host != 0 && host != hosts;
}

}  // namespace

FamilyAllocator::Release FamilyAllocator::release(const Address& address) {
  const Ranges::View view = ranges_.view();
  if (address.family() != ranges_.family()) return Release::kMismatchedNetwork;
  const RangeTable::Smallest smallest = view->smallest_around(address);
  if (smallest.seat == kNoRange) return Release::kMismatchedNetwork;
  if (!is_host(address, smallest.length)) [[unlikely]] {
    const bool any =
        view->any_containing(address, [&](const Range& range) { return range.bands.cidr.has_host(address); });
    if (!any) return Release::kMismatchedNetwork;
  }
  return give_back(view.shown(), smallest.seat, address) ? Release::kReleased : Release::kWasFree;
}

bool FamilyAllocator::give_back(const Address& address) {
  const Ranges::View view = ranges_.view();
  const std::uint32_t smallest = view->smallest_around(address).seat;
  return smallest == kNoRange ? set_.release(address) : give_back(view.shown(), smallest, address);
}

}  // namespace clusterip
