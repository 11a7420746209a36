#include "engine/set/address_set.hpp"

#include <bit>

namespace clusterip {
namespace {

using set::OffsetSpan;
using set::SparseWords;

constexpr Uint128 word_of(Uint128 bits) {
  return bits >> 6;
}
constexpr unsigned bit_of(Uint128 bits) {
  return static_cast<unsigned>(low_half(bits) & 63U);
}
constexpr std::uint64_t mask(unsigned low, unsigned high) {
  return (~std::uint64_t{0} << low) & (~std::uint64_t{0} >> (63U - high));
}
bool is_v4(const Address& address) {
  return address.family() == Family::kIPv4;
}
std::uint64_t offset_of(const Address& address) {
  return low_half(address.bits());
}
OffsetSpan offsets_of(const Span& span) {
  return {offset_of(span.first), offset_of(span.last)};
}
std::optional<Address> v4_address(std::uint64_t offset) {
  if (offset == set::kNoOffset) return std::nullopt;
  return Address(Family::kIPv4, offset);
}

// The part of a word's bits that lies inside [first, last].
std::uint64_t inside(Uint128 number, Uint128 first, Uint128 last) {
  const unsigned low = number == word_of(first) ? bit_of(first) : 0;
  const unsigned high = number == word_of(last) ? bit_of(last) : 63;
  return mask(low, high);
}

// The first address of [first, last] whose bit was clear when its word was looked at.
std::optional<Uint128> first_free(const SparseWords& words, Uint128 first, Uint128 last) {
  for (Uint128 number = word_of(first);; ++number) {
    const auto* word = words.find(number);
    const std::uint64_t free =
        (word == nullptr ? ~std::uint64_t{0} : ~word->load()) & inside(number, first, last);
    if (free != 0) return (number << 6) | static_cast<unsigned>(std::countr_zero(free));
    if (number == word_of(last)) return std::nullopt;
  }
}

std::optional<Uint128> first_free_circular(const SparseWords& words, Uint128 first, Uint128 last,
                                           Uint128 start) {
  if (const auto found = first_free(words, start, last)) return found;
  if (start == first) return std::nullopt;
  return first_free(words, first, start - 1);
}

}  // namespace

AddressSet::AddressSet() = default;
AddressSet::~AddressSet() = default;

bool AddressSet::claim(const Address& address) noexcept {
  if (is_v4(address)) return v4_.claim(line(), offset_of(address));
  const std::uint64_t bit = std::uint64_t{1} << bit_of(address.bits());
  return (v6_.make(word_of(address.bits())).fetch_or(bit) & bit) == 0;
}

bool AddressSet::release(const Address& address) noexcept {
  if (is_v4(address)) return v4_.release(line(), offset_of(address));
  auto* word = v6_.find(word_of(address.bits()));
  if (word == nullptr) return false;
  const std::uint64_t bit = std::uint64_t{1} << bit_of(address.bits());
  releases_begun_.fetch_add(1);
  const bool was_claimed = (word->fetch_and(~bit) & bit) != 0;
  releases_ended_.fetch_add(1);
  return was_claimed;
}

bool AddressSet::contains(const Address& address) const noexcept {
  if (is_v4(address)) return v4_.contains(offset_of(address));
  const auto* word = v6_.find(word_of(address.bits()));
  return word != nullptr && ((word->load() >> bit_of(address.bits())) & 1U) != 0;
}

std::optional<Address> AddressSet::claim_next(const Span& span, const Address& start) noexcept {
  if (is_v4(start)) return v4_address(v4_.claim_next(line(), offsets_of(span), offset_of(start)));
  for (;;) {
    const auto found = find_free(span, start);
    if (!found || claim(*found)) return found;
  }
}

std::optional<Address> AddressSet::find_free(const Span& span, const Address& start) const noexcept {
  if (is_v4(start)) {
    return v4_address(v4_.find_free(lines_[set::thread_index()], offsets_of(span), offset_of(start)));
  }
  for (;;) {
    const std::uint64_t ended = releases_ended_.load();
    const std::uint64_t begun = releases_begun_.load();
    if (const auto found = first_free_circular(v6_, span.first.bits(), span.last.bits(), start.bits())) {
      return Address(Family::kIPv6, *found);
    }
    if (begun == ended && releases_begun_.load() == begun) return std::nullopt;
  }
}

template <class Visit>
void AddressSet::each_word(const Span& span, Visit visit) const {
  if (is_v4(span.first)) {
    v4_.each_word(offsets_of(span), [&](std::uint64_t number, std::uint64_t bits) { visit(number, bits); });
    return;
  }
  const Uint128 first = span.first.bits();
  const Uint128 last = span.last.bits();
  for (const Uint128 number : v6_.numbers(word_of(first), word_of(last))) {
    if (const auto* word = v6_.find(number)) visit(number, word->load() & inside(number, first, last));
  }
}

std::uint64_t AddressSet::count(const Span& span) const noexcept {
  std::uint64_t total = 0;
  each_word(span, [&](Uint128, std::uint64_t word) { total += static_cast<unsigned>(std::popcount(word)); });
  return total;
}

void AddressSet::for_each(const Span& span, const std::function<void(const Address&)>& visit) const {
  const Family family = span.first.family();
  each_word(span, [&](Uint128 number, std::uint64_t word) {
    for (; word != 0; word &= word - 1) {
      visit(Address(family, (number << 6) | static_cast<unsigned>(std::countr_zero(word))));
    }
  });
}

}  // namespace clusterip
