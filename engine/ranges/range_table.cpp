#include "engine/ranges/range_table.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace clusterip {
namespace {

RangeState combined_state(const std::vector<Referrer>& referrers) noexcept {
  const auto any = [&](RangeState state) {
    return std::any_of(referrers.begin(), referrers.end(),
                       [&](const Referrer& r) { return r.state == state; });
  };
  if (any(RangeState::kReady)) return RangeState::kReady;
  return any(RangeState::kPending) ? RangeState::kPending : RangeState::kTerminating;
}

// Sets, adds or takes out the word of one object.
void hear(std::vector<Referrer>& referrers, const RangeChange& change) {
  const auto at = std::lower_bound(referrers.begin(), referrers.end(), change.name,
                                   [](const Referrer& r, const std::string& name) { return r.name < name; });
  const bool listed = at != referrers.end() && at->name == change.name;
  if (change.state && listed) {
    at->state = *change.state;
  } else if (change.state) {
    referrers.insert(at, {.name = change.name, .state = *change.state});
  } else if (listed) {
    referrers.erase(at);
  }
}

ReadyIPv4 ready_ipv4_of(const Bands& bands) {
  return {static_cast<std::uint32_t>(low_half(bands.cidr.network().bits())),
          static_cast<std::uint16_t>(bands.static_size), static_cast<std::uint8_t>(bands.cidr.host_bits())};
}

}  // namespace

void RangeTable::apply(const RangeChange& change, std::vector<std::uint64_t>& renumbered) {
  std::uint32_t seat = seat_of(change.cidr.network(), change.cidr.length());
  if (seat == kNoRange) {
    const auto bands = bands_of(change.cidr);
    if (!change.state || !bands) return;
    seat = add(*bands);
  }
  Range& range = *seats_[seat];
  hear(range.referrers, change);
  range.state = combined_state(range.referrers);
  set_ready(seat, range.state == RangeState::kReady && range.bands.size != 0, renumbered);
  if (range.referrers.empty()) remove(seat);
}

std::uint32_t RangeTable::add(const Bands& bands) {
  const Cidr& cidr = bands.cidr;
  const std::uint32_t around = smallest_around(cidr.network(), cidr.length()).seat;
  std::uint32_t seat = 0;
  if (free_seats_.empty()) {
    if (seats_.size() == RangeIndex::kMostSeats) {
      std::fputs("clusterip: more than 16777216 ranges of one family\n", stderr);
      std::abort();
    }
    seat = static_cast<std::uint32_t>(seats_.size());
    seats_.emplace_back();
    places_.emplace_back();
  } else {
    seat = free_seats_.back();
    free_seats_.pop_back();
  }
  seats_[seat] = std::make_unique<Range>(Range{.bands = bands, .referrers = {}});
  places_[seat] = {.around = around, .ready = kNoRange};
  move_inside(cidr, around, seat);
  by_cidr_.emplace(cidr, seat);
  index_.insert(RangeIndex::key_of(cidr.network(), cidr.length()), seat);
  count_length(cidr.length(), true);
  return seat;
}

void RangeTable::remove(std::uint32_t seat) {
  const Cidr cidr = seats_[seat]->bands.cidr;
  move_inside(cidr, seat, places_[seat].around);
  by_cidr_.erase(cidr);
  index_.erase(RangeIndex::key_of(cidr.network(), cidr.length()), seat);
  count_length(cidr.length(), false);
  seats_[seat] = nullptr;
  places_[seat] = {};
  free_seats_.push_back(seat);
}

void RangeTable::move_inside(const Cidr& cidr, std::uint32_t from, std::uint32_t to) {
  for (auto at = by_cidr_.upper_bound(cidr); at != by_cidr_.end() && cidr.contains(at->first);) {
    if (places_[at->second].around == from) places_[at->second].around = to;
    // Past all that lie inside this one.
    const Address last = at->first.last();
    at = by_cidr_.upper_bound(Cidr(last, address_bits(last.family())));
  }
}

void RangeTable::set_ready(std::uint32_t seat, bool ready, std::vector<std::uint64_t>& renumbered) {
  const std::uint32_t number = places_[seat].ready;
  if (ready == (number != kNoRange)) return;
  if (ready) {
    places_[seat].ready = static_cast<std::uint32_t>(ready_.size());
    renumbered.push_back(ready_.size());
    ready_.push_back(seat);
    ready_ipv4_.push_back(ready_ipv4_of(seats_[seat]->bands));
    return;
  }
  renumbered.push_back(number);
  renumbered.push_back(ready_.size() - 1);
  places_[ready_.back()].ready = number;
  ready_[number] = ready_.back();
  ready_ipv4_[number] = ready_ipv4_.back();
  ready_.pop_back();
  ready_ipv4_.pop_back();
  places_[seat].ready = kNoRange;
}

void RangeTable::count_length(unsigned length, bool more) {
  std::size_t& count = of_length_[length];
  count = more ? count + 1 : count - 1;
  if (count == 0) of_length_.erase(length);
  lengths_.clear();
  for (auto at = of_length_.rbegin(); at != of_length_.rend(); ++at) lengths_.push_back(at->first);
}

RangeTable::Smallest RangeTable::smallest_around(const Address& address,
                                                 unsigned shorter_than) const noexcept {
  for (const unsigned length : lengths_) {
    if (length >= shorter_than) continue;
    const std::uint32_t seat = seat_of(address, length);
    if (seat != kNoRange) return {seat, length};
  }
  return {};
}

RangeTable::Smallest RangeTable::smallest_around(const Address& address) const noexcept {
  constexpr unsigned kAny = 129;
  return smallest_around(address, kAny);
}

}  // namespace clusterip
