// Where a CIDR's range is: an open-addressed hash from CIDRs to small numbers, made for reading.
//
//   slot   | key: 40 bits | seat: 24 bits |      eight to a cache line, linear probing, at most half full
//   key    0 = empty; IPv4: network and length themselves; IPv6: a mix of them, so the caller compares
//
// A value; nothing here is atomic.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/net/cidr.hpp"

namespace clusterip {

class RangeIndex {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr unsigned kSeatBits = 24;
  static constexpr std::uint32_t kMostSeats = std::uint32_t{1} << kSeatBits;

  // The key of the range of `length` around the address.
  static std::uint64_t key_of(const Address& address, unsigned length) noexcept {
    const std::uint64_t tag = length + 1;
    if (address.family() == Family::kIPv4) {
      const std::uint64_t network = low_half(address.bits()) & ~std::uint64_t{0} << (32 - length);
      return network << 8 | tag;
    }
    const Uint128 network = address.bits() & ~low_mask(128 - length);
    const std::uint64_t mixed = (low_half(network) ^ std::rotl(high_half(network) * kMix, 32)) * kMix;
    return mixed >> 32 << 8 | tag;
  }

  // The seat under the key for which is(seat) holds; kNone.
  template <class Is>
  std::uint32_t find(std::uint64_t key, Is is) const noexcept {
    if (slots_.empty()) return kNone;
    for (std::size_t at = home(key); slots_[at] != 0; at = next(at)) {
      if (slots_[at] >> kSeatBits == key && is(seat_of(slots_[at]))) return seat_of(slots_[at]);
    }
    return kNone;
  }

  // `seat` is below kMostSeats.
  void insert(std::uint64_t key, std::uint32_t seat) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    put(key << kSeatBits | seat);
    ++used_;
  }
  // The two are there. Later ones of the probe move up, so that no gap ends a look-up.
  void erase(std::uint64_t key, std::uint32_t seat) {
    std::size_t gap = home(key);
    while (slots_[gap] != (key << kSeatBits | seat)) gap = next(gap);
    for (std::size_t at = next(gap); slots_[at] != 0; at = next(at)) {
      // Whether its home lies behind the gap, seen from where it is.
      if (((at - home(slots_[at] >> kSeatBits)) & mask()) < ((at - gap) & mask())) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = 0;
    --used_;
  }

 private:
  static constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15U;
  static constexpr std::size_t kSmallest = 16;

  static std::uint32_t seat_of(std::uint64_t slot) noexcept {
    return static_cast<std::uint32_t>(slot % kMostSeats);
  }
  std::size_t mask() const noexcept { return slots_.size() - 1; }
  std::size_t next(std::size_t at) const noexcept { return (at + 1) & mask(); }
  std::size_t home(std::uint64_t key) const noexcept {
    return static_cast<std::size_t>(key * kMix >> shift_);
  }
  void put(std::uint64_t slot) {
    std::size_t at = home(slot >> kSeatBits);
    while (slots_[at] != 0) at = next(at);
    slots_[at] = slot;
  }
  void grow() {
    const std::vector<std::uint64_t> old = std::exchange(slots_, {});
    slots_.resize(old.empty() ? kSmallest : 2 * old.size());
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots_.size()));
    for (const std::uint64_t slot : old) {
      if (slot != 0) put(slot);
    }
  }

  std::vector<std::uint64_t> slots_;
  std::size_t used_ = 0;
  unsigned shift_ = 0;
};

}  // namespace clusterip
