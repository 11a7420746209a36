// The ServiceCIDRs of one family: every CIDR once, with the objects that list it.
//
// A range is a view: it holds no address. Ranges may nest, overlap and repeat. A range keeps its seat, a
// small number, while it is there; ready ones are numbered without gaps, so that one can be drawn: one that
// becomes ready gets the next number, and the last one takes the number of one that goes. Which ranges
// contain an address is one look-up for each prefix length in use, however many ranges there are. A change
// costs what it changes: its look-ups, and the ranges directly inside the one that comes or goes.
//
// Ranges changes tables that nobody reads (left_right.hpp); readers only read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net/bands.hpp"
#include "engine/ranges/full_marks.hpp"
#include "engine/ranges/range_index.hpp"

namespace clusterip {

enum class RangeState : std::uint8_t {
  kPending,      // known, not yet to be allocated from
  kReady,        // allocates
  kTerminating,  // being deleted: gives out nothing any more
};

// A ServiceCIDR object that lists the range.
struct Referrer {
  std::string name;
  RangeState state = RangeState::kPending;
  friend bool operator==(const Referrer&, const Referrer&) = default;
};

struct Range {
  Bands bands;
  std::vector<Referrer> referrers;  // by name
  // What the referrers add up to: ready when one of them is; else pending when one is; else terminating.
  RangeState state = RangeState::kPending;
};

// One object's word on one CIDR.
struct RangeChange {
  std::string name;
  Cidr cidr;
  // Absent: the object lists the CIDR no more.
  std::optional<RangeState> state;
};

// What an allocation needs to know about a ready range of IPv4, in eight bytes, since it draws any of them.
struct ReadyIPv4 {
  std::uint32_t network = 0;
  std::uint16_t static_size = 0;
  std::uint8_t host_bits = 0;

  std::uint64_t first() const noexcept { return std::uint64_t{network} + 1; }
  std::uint64_t last() const noexcept { return network + (std::uint64_t{1} << host_bits) - 2; }
};

class RangeTable {
 public:
  // Nothing happens if no allocator can serve the CIDR. Numbers of ready ranges that mean another range now,
  // or none, are added to `renumbered`.
  void apply(const RangeChange& change, std::vector<std::uint64_t>& renumbered);

  // Ascending by CIDR, so a range comes before those inside it: visit(range).
  template <class Visit>
  void each(Visit visit) const {
    for (const auto& [cidr, seat] : by_cidr_) visit(*seats_[seat]);
  }
  const Range* find(const Cidr& cidr) const noexcept {
    const std::uint32_t seat = seat_of(cidr.network(), cidr.length());
    return seat == kNoRange ? nullptr : seats_[seat].get();
  }

  // Those that are ready and have a usable address.
  std::uint64_t ready_count() const noexcept { return ready_ipv4_.size(); }
  const Range& ready(std::uint64_t number) const noexcept { return *seats_[ready_[number]]; }
  const ReadyIPv4& ready_ipv4(std::uint64_t number) const noexcept { return ready_ipv4_[number]; }

  // The longest prefix that contains an address, as a host or not; its seat is kNoRange for none.
  struct Smallest {
    std::uint32_t seat = kNoRange;
    unsigned length = 0;
  };
  Smallest smallest_around(const Address& address) const noexcept;
  const Range& at(std::uint32_t seat) const noexcept { return *seats_[seat]; }
  // How ranges lie around each other, by seat.
  const RangePlaces& places() const noexcept { return places_; }

  // Calls `visit` for each range that contains the address (its network and broadcast address too), the
  // longest prefix first, until it returns true. True: one did.
  template <class Visit>
  bool any_containing(const Address& address, Visit visit) const {
    for (std::uint32_t seat = smallest_around(address).seat; seat != kNoRange; seat = places_[seat].around) {
      if (visit(*seats_[seat])) return true;
    }
    return false;
  }

 private:
  std::uint32_t seat_of(const Address& address, unsigned length) const noexcept {
    // An address of the other family.
    if (length > address_bits(address.family())) return kNoRange;
    return index_.find(RangeIndex::key_of(address, length), [&](std::uint32_t seat) {
      // The key of IPv4 is all there is to compare.
      return address.family() == Family::kIPv4 || seats_[seat]->bands.cidr == Cidr(address, length);
    });
  }
  Smallest smallest_around(const Address& address, unsigned shorter_than) const noexcept;
  std::uint32_t add(const Bands& bands);
  void remove(std::uint32_t seat);
  // Ranges directly inside `cidr` whose surrounding one is `from` get `to`.
  void move_inside(const Cidr& cidr, std::uint32_t from, std::uint32_t to);
  void set_ready(std::uint32_t seat, bool ready, std::vector<std::uint64_t>& renumbered);
  void count_length(unsigned length, bool more);

  // What allocations read comes first, then what releases read.
  std::vector<ReadyIPv4> ready_ipv4_;  // by number; in IPv6 only its size is of use
  std::vector<std::uint32_t> ready_;   // seats, by number
  RangeIndex index_;
  std::vector<unsigned> lengths_;  // prefix lengths in use, longest first
  RangePlaces places_;
  std::vector<std::unique_ptr<Range>> seats_;
  std::vector<std::uint32_t> free_seats_;
  std::map<Cidr, std::uint32_t> by_cidr_;
  std::map<unsigned, std::size_t> of_length_;
};

}  // namespace clusterip
