// One family's decisions: any address, this address, release. Rules of the specification, sections 3 and 4,
// without the faults that come from stale caches.
//
// It lies on a set of claimed addresses and a table of ranges. An answer through a range is given inside a
// view of the table, so the fence of Ranges holds here too. Any number of threads may call anything at any
// time; nothing locks, nothing allocates (IPv6 may grow its set). Who records what was given out, and for
// which object, sits above.
#pragma once

#include <cstddef>
#include <span>

#include "engine/alloc/draws.hpp"
#include "engine/alloc/outcome.hpp"
#include "engine/ranges/ranges.hpp"
#include "engine/set/address_set.hpp"

namespace clusterip {

// Told of each step of a decision. This one hears nothing and costs nothing; another type with the same
// members is passed to the calls that take one.
struct SilentObserver {
  void range_not_ready(const Range&) noexcept {}
  void band_full(const Range&, BandKind) noexcept {}
};

class FamilyAllocator {
 public:
  // The set may be shared by both families' allocators and must outlive them.
  FamilyAllocator(Family family, AddressSet& set) : ranges_(family), set_(set) {}

  Ranges& ranges() noexcept { return ranges_; }
  const Ranges& ranges() const noexcept { return ranges_; }

  // Any address, from any ready range. Ranges are tried from a drawn one on, each once; in each the dynamic
  // band, then the static band. Ranges that are marked full cost nothing; one that is full takes no draws,
  // the drawn one aside. Fails with kFull alone: at an instant during the call every ready range was full
  // (while the ranges are being changed: each at an instant of its own).
  template <DrawSource Draws, class Observer = SilentObserver>
  AllocateOutcome allocate(Draws& draws, Observer&& observer = {});
  // The same with the caller's order of ranges; those that are not ready, or not there, are skipped.
  template <DrawSource Draws, class Observer = SilentObserver>
  AllocateOutcome allocate(Draws& draws, std::span<const Cidr> order, Observer&& observer = {});
  // Any address of one range: kFull, kNotReady; kMismatchedNetwork where there is no such range.
  template <DrawSource Draws, class Observer = SilentObserver>
  AllocateOutcome allocate_in(const Cidr& cidr, Draws& draws, Observer&& observer = {});

  // This address, through the smallest ready range that has it as a host: kAllocated, kMismatchedNetwork.
  AllocateOutcome allocate(const Address& address);
  // This address through this range: kNotReady, kNotInRange, kAllocated, kMismatchedNetwork.
  AllocateOutcome allocate_in(const Cidr& cidr, const Address& address);

  enum class Release : std::uint8_t { kReleased, kWasFree, kMismatchedNetwork };
  // Gives an address back, whatever the state of its range. Upstream keeps an address that no range has as a
  // host, and so does this.
  Release release(const Address& address);
  // The same for an address that perhaps no range has. True: it was claimed. Nobody may release addresses of
  // this family but through here.
  bool give_back(const Address& address);

  bool contains(const Address& address) const noexcept { return set_.contains(address); }

 private:
  // The dynamic band of a ready range; kNoOffset: full.
  template <DrawSource Draws>
  std::uint64_t claim_dynamic(std::size_t thread, const ReadyIPv4& range, Draws& draws) noexcept;
  // Both bands, and the static one alone once the dynamic one was full.
  template <DrawSource Draws, class Observer>
  AllocateOutcome search(const Range& range, Draws& draws, Observer& observer);
  template <DrawSource Draws, class Observer>
  AllocateOutcome search_static(const Range& range, Draws& draws, Observer& observer);
  // From the ready range with the number `from` on, where that one may be marked full.
  template <DrawSource Draws, class Observer>
  AllocateOutcome search_others(Ranges::Shown view, std::uint64_t from, Draws& draws, Observer& observer);
  template <DrawSource Draws, class Observer>
  AllocateOutcome search_one_by_one(const RangeTable& table, std::uint64_t from, Draws& draws,
                                    Observer& observer);
  AllocateOutcome claim(const Range& range, const Address& address);
  bool is_full(const Range& range) const noexcept;
  bool give_back(Ranges::Shown view, std::uint32_t seat, const Address& address);

  Ranges ranges_;
  AddressSet& set_;
};

// The hot path of IPv4: everything in offsets, with the draw of dynamic_start.
template <DrawSource Draws>
[[gnu::always_inline]] inline std::uint64_t FamilyAllocator::claim_dynamic(std::size_t thread,
                                                                           const ReadyIPv4& range,
                                                                           Draws& draws) noexcept {
  const std::uint64_t last = range.last();
  const std::uint64_t border = range.first() + range.static_size;
  const std::uint64_t start = border + draws.below(last - border + 1);
  return set_.ipv4().claim_next(set_.line(thread), {border, last}, start);
}

template <DrawSource Draws, class Observer>
AllocateOutcome FamilyAllocator::search(const Range& range, Draws& draws, Observer& observer) {
  const Bands& bands = range.bands;
  if (bands.dynamic_size() == 0) return AllocateError::kFull;
  if (const auto found = set_.claim_next(*bands.dynamic_band(), dynamic_start(bands, draws))) {
    return Allocation{*found, bands.cidr, BandKind::kDynamic};
  }
  return search_static(range, draws, observer);
}

template <DrawSource Draws, class Observer>
[[gnu::noinline]] AllocateOutcome FamilyAllocator::search_static(const Range& range, Draws& draws,
                                                                 Observer& observer) {
  const Bands& bands = range.bands;
  observer.band_full(range, BandKind::kDynamic);
  if (bands.static_size == 0) return AllocateError::kFull;
  if (const auto found = set_.claim_next(*bands.static_band(), static_start(bands, draws))) {
    return Allocation{*found, bands.cidr, BandKind::kStatic};
  }
  observer.band_full(range, BandKind::kStatic);
  return AllocateError::kFull;
}

// Inlined: a call would put registers and the outcome on the stack, and the next locked instruction waits for
// every store before it. A quarter faster.
template <DrawSource Draws, class Observer>
[[gnu::always_inline]] inline AllocateOutcome FamilyAllocator::allocate(Draws& draws, Observer&& observer) {
  const Ranges::View view = ranges_.view();
  const std::uint64_t count = view->ready_count();
  if (count == 0) return AllocateError::kFull;
  const std::uint64_t drawn = draws.below(count);
  if (ranges_.marks().has(drawn)) [[unlikely]] {
    // Equal draws give equal answers, whether or not the range was known to be full.
    const Bands& bands = view->ready(drawn).bands;
    static_cast<void>(dynamic_start(bands, draws));
    if (bands.static_size != 0) static_cast<void>(static_start(bands, draws));
  } else if (ranges_.family() == Family::kIPv4) {
    const ReadyIPv4 range = view->ready_ipv4(drawn);
    const std::uint64_t found = claim_dynamic(view.shown().thread(), range, draws);
    if (found != set::kNoOffset) [[likely]] {
      const Cidr cidr(Address(Family::kIPv4, range.network), 32U - range.host_bits);
      return Allocation{Address(Family::kIPv4, found), cidr, BandKind::kDynamic};
    }
    const AllocateOutcome outcome = search_static(view->ready(drawn), draws, observer);
    if (std::holds_alternative<Allocation>(outcome)) return outcome;
  } else {
    const AllocateOutcome outcome = search(view->ready(drawn), draws, observer);
    if (std::holds_alternative<Allocation>(outcome)) [[likely]]
      return outcome;
  }
  return search_others(view.shown(), drawn, draws, observer);
}

template <DrawSource Draws, class Observer>
[[gnu::noinline]] AllocateOutcome FamilyAllocator::search_others(Ranges::Shown view, std::uint64_t from,
                                                                 Draws& draws, Observer& observer) {
  const std::uint64_t count = view->ready_count();
  if (!view.is_settled() || count > Ranges::Marks::kMost) {
    return search_one_by_one(*view, from, draws, observer);
  }
  AllocateOutcome outcome = AllocateError::kFull;
  const auto attempt = [&](std::uint64_t number) {
    const Range& range = view->ready(number);
    if (is_full(range)) {
      observer.band_full(range, BandKind::kDynamic);
      if (range.bands.static_size != 0) observer.band_full(range, BandKind::kStatic);
      return false;
    }
    outcome = search(range, draws, observer);
    return std::holds_alternative<Allocation>(outcome);
  };
  const auto full = [&](std::uint64_t number) { return is_full(view->ready(number)); };
  if (ranges_.marks().search(view.thread(), view->places(), count, from, attempt, full)) return outcome;
  // Who releases under a newer table does not know all ranges of this one.
  if (view.is_newest()) return AllocateError::kFull;
  return search_one_by_one(*view, from, draws, observer);
}

template <DrawSource Draws, class Observer>
AllocateOutcome FamilyAllocator::search_one_by_one(const RangeTable& table, std::uint64_t from, Draws& draws,
                                                   Observer& observer) {
  const std::uint64_t count = table.ready_count();
  for (std::uint64_t tried = 0, at = from; tried < count; ++tried) {
    const AllocateOutcome outcome = search(table.ready(at), draws, observer);
    if (std::holds_alternative<Allocation>(outcome)) return outcome;
    if (++at == count) at = 0;
  }
  return AllocateError::kFull;
}

template <DrawSource Draws, class Observer>
AllocateOutcome FamilyAllocator::allocate(Draws& draws, std::span<const Cidr> order, Observer&& observer) {
  const Ranges::View view = ranges_.view();
  for (const Cidr& cidr : order) {
    const Range* range = cidr.family() == ranges_.family() ? view->find(cidr) : nullptr;
    if (range == nullptr) continue;
    if (range->state != RangeState::kReady) {
      observer.range_not_ready(*range);
      continue;
    }
    const AllocateOutcome outcome = search(*range, draws, observer);
    if (std::holds_alternative<Allocation>(outcome)) return outcome;
  }
  return AllocateError::kFull;
}

template <DrawSource Draws, class Observer>
AllocateOutcome FamilyAllocator::allocate_in(const Cidr& cidr, Draws& draws, Observer&& observer) {
  const Ranges::View view = ranges_.view();
  const Range* range = cidr.family() == ranges_.family() ? view->find(cidr) : nullptr;
  if (range == nullptr) return AllocateError::kMismatchedNetwork;
  if (range->state != RangeState::kReady) {
    observer.range_not_ready(*range);
    return AllocateError::kNotReady;
  }
  return search(*range, draws, observer);
}

}  // namespace clusterip
