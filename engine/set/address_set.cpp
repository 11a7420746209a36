#include "engine/set/address_set.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

namespace clusterip {
namespace {

using set::OffsetSpan;
using set::thread_index;

bool is_v4(const Address& address) {
  return address.family() == Family::kIPv4;
}
std::uint64_t offset_of(const Address& address) {
  return low_half(address.bits());
}
std::uint64_t zone_of(const Address& address) {
  return high_half(address.bits());
}
OffsetSpan offsets_of(const Span& span) {
  return {offset_of(span.first), offset_of(span.last)};
}
std::optional<Address> v4_address(std::uint64_t offset) {
  if (offset == set::kNoOffset) return std::nullopt;
  return Address(Family::kIPv4, offset);
}

// The part of an IPv6 span that lies in one zone.
OffsetSpan part_in(std::uint64_t zone, const Span& span) {
  return {zone == zone_of(span.first) ? offset_of(span.first) : 0,
          zone == zone_of(span.last) ? offset_of(span.last) : ~std::uint64_t{0}};
}

// Asks search(zone, part, from) for each part of the span until one answers: from the start up, then from the
// first address of the span up to the start. A span beyond one zone has no exact "full" across its parts;
// Kubernetes has no range wider than a /64, so only tests ask for such.
template <class Search>
std::optional<Address> search_zones(const Span& span, const Address& start, Search search) {
  const auto ask = [&](std::uint64_t zone, const OffsetSpan& part,
                       std::uint64_t from) -> std::optional<Address> {
    const auto found = search(zone, part, from);
    if (!found) return std::nullopt;
    return Address::v6(zone, *found);
  };
  const std::uint64_t home = zone_of(start);
  const std::uint64_t from = offset_of(start);
  const OffsetSpan whole = part_in(home, span);
  if (zone_of(span.first) == zone_of(span.last)) return ask(home, whole, from);
  if (const auto found = ask(home, {from, whole.last}, from)) return found;
  for (std::uint64_t zone = home;;) {
    zone = zone == zone_of(span.last) ? zone_of(span.first) : zone + 1;
    if (zone == home) break;
    const OffsetSpan part = part_in(zone, span);
    if (const auto found = ask(zone, part, part.first)) return found;
  }
  if (from == whole.first) return std::nullopt;
  return ask(home, {whole.first, from - 1}, whole.first);
}

}  // namespace

AddressSet::AddressSet() = default;
AddressSet::~AddressSet() = default;

bool AddressSet::claim(const Address& address) noexcept {
  if (is_v4(address)) return v4_.claim(line(), offset_of(address));
  return v6_.make(zone_of(address)).claim(thread_index(), offset_of(address));
}

bool AddressSet::release(const Address& address) noexcept {
  if (is_v4(address)) return v4_.release(line(), offset_of(address));
  auto* zone = v6_.find(zone_of(address));
  return zone != nullptr && zone->release(thread_index(), offset_of(address));
}

bool AddressSet::contains(const Address& address) const noexcept {
  if (is_v4(address)) return v4_.contains(offset_of(address));
  auto* zone = v6_.find(zone_of(address));
  return zone != nullptr && zone->contains(thread_index(), offset_of(address));
}

std::optional<Address> AddressSet::claim_next(const Span& span, const Address& start) noexcept {
  if (is_v4(start)) return v4_address(v4_.claim_next(line(), offsets_of(span), offset_of(start)));
  return search_zones(span, start, [this](std::uint64_t zone, const OffsetSpan& part, std::uint64_t from) {
    return v6_.make(zone).claim_next(thread_index(), part, from);
  });
}

std::optional<Address> AddressSet::find_free(const Span& span, const Address& start) const noexcept {
  const std::size_t thread = thread_index();
  if (is_v4(start)) return v4_address(v4_.find_free(lines_[thread], offsets_of(span), offset_of(start)));
  return search_zones(span, start,
                      [&](std::uint64_t zone, const OffsetSpan& part, std::uint64_t from) -> IPv6Set::Found {
                        auto* set = v6_.find(zone);
                        return set == nullptr ? from : set->find_free(thread, part, from);
                      });
}

// visit(address of the first bit, bits), ascending.
template <class Visit>
void AddressSet::each_word(const Span& span, Visit visit) const {
  if (is_v4(span.first)) {
    v4_.each_word(offsets_of(span), [&](std::uint64_t number, std::uint64_t bits) {
      visit(Uint128{number} * IPv4Set::kBits, bits);
    });
    return;
  }
  for (const std::uint64_t zone : v6_.between(zone_of(span.first), zone_of(span.last))) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> words;
    v6_.find(zone)->each_word(
        thread_index(), part_in(zone, span),
        [&](std::uint64_t word, std::uint64_t bits) { words.emplace_back(word, bits); });
    std::sort(words.begin(), words.end());
    for (const auto& [word, bits] : words) visit(make_uint128(zone, word * IPv6Set::kBits), bits);
  }
}

std::uint64_t AddressSet::count(const Span& span) const noexcept {
  std::uint64_t total = 0;
  each_word(span, [&](Uint128, std::uint64_t word) { total += static_cast<unsigned>(std::popcount(word)); });
  return total;
}

void AddressSet::for_each(const Span& span, const std::function<void(const Address&)>& visit) const {
  const Family family = span.first.family();
  each_word(span, [&](Uint128 first, std::uint64_t word) {
    for (; word != 0; word &= word - 1) {
      visit(Address(family, first | static_cast<unsigned>(std::countr_zero(word))));
    }
  });
}

std::vector<Address> AddressSet::snapshot(const Span& span) const {
  std::vector<Address> addresses;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> image;
  const Family family = span.first.family();
  const auto add = [&](std::uint64_t zone, std::uint64_t bits_a_word) {
    for (const auto& [number, bits] : image) {
      for (std::uint64_t word = bits; word != 0; word &= word - 1) {
        const std::uint64_t offset = number * bits_a_word + static_cast<unsigned>(std::countr_zero(word));
        addresses.emplace_back(family, make_uint128(zone, offset));
      }
    }
  };
  if (is_v4(span.first)) {
    v4_.snapshot(lines_[thread_index()], offsets_of(span), image);
    add(0, IPv4Set::kBits);
    return addresses;
  }
  for (const std::uint64_t zone : v6_.between(zone_of(span.first), zone_of(span.last))) {
    v6_.find(zone)->snapshot(thread_index(), part_in(zone, span), image);
    add(zone, IPv6Set::kBits);
  }
  return addresses;
}

}  // namespace clusterip
