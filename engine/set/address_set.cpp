#include "engine/set/address_set.hpp"

#include <bit>
#include <vector>

#include "engine/set/flat_words.hpp"
#include "engine/set/sparse_words.hpp"

namespace clusterip {
namespace {

using set::FlatWords;
using set::SparseWords;

constexpr Uint128 word_of(Uint128 bits) {
  return bits >> 6;
}
constexpr unsigned bit_of(Uint128 bits) {
  return static_cast<unsigned>(low_half(bits) & 63U);
}
// Bits from `low` to `high`, both set.
constexpr std::uint64_t mask(unsigned low, unsigned high) {
  return (~std::uint64_t{0} << low) & (~std::uint64_t{0} >> (63U - high));
}

std::atomic<std::uint64_t>* find_word(const FlatWords& words, Uint128 number) {
  return const_cast<FlatWords&>(words).find(low_half(number));
}
std::atomic<std::uint64_t>* find_word(const SparseWords& words, Uint128 number) {
  return words.find(number);
}
std::atomic<std::uint64_t>& make_word(FlatWords& words, Uint128 number) {
  return words.make(low_half(number));
}
std::atomic<std::uint64_t>& make_word(SparseWords& words, Uint128 number) {
  return words.make(number);
}

// The part of a word's bits that lies inside [first, last].
std::uint64_t inside(Uint128 number, Uint128 first, Uint128 last) {
  const unsigned low = number == word_of(first) ? bit_of(first) : 0;
  const unsigned high = number == word_of(last) ? bit_of(last) : 63;
  return mask(low, high);
}

// The first address of [first, last] whose bit was clear when its word was looked at.
template <class Words>
std::optional<Uint128> first_free(const Words& words, Uint128 first, Uint128 last) {
  for (Uint128 number = word_of(first);; ++number) {
    const auto* word = find_word(words, number);
    const std::uint64_t free =
        (word == nullptr ? ~std::uint64_t{0} : ~word->load()) & inside(number, first, last);
    if (free != 0) return (number << 6) | static_cast<unsigned>(std::countr_zero(free));
    if (number == word_of(last)) return std::nullopt;
  }
}

template <class Words>
std::optional<Uint128> first_free_circular(const Words& words, Uint128 first, Uint128 last, Uint128 start) {
  if (const auto found = first_free(words, start, last)) return found;
  if (start == first) return std::nullopt;
  return first_free(words, first, start - 1);
}

}  // namespace

struct AddressSet::Impl {
  FlatWords v4;
  SparseWords v6;
  // Releases that began and that ended: equal and unchanged around a search that found nothing means that no
  // address came free meanwhile.
  std::atomic<std::uint64_t> releases_begun{0};
  std::atomic<std::uint64_t> releases_ended{0};

  std::atomic<std::uint64_t>* find(const Address& address) const {
    const Uint128 number = word_of(address.bits());
    return address.family() == Family::kIPv4 ? find_word(v4, number) : find_word(v6, number);
  }
  std::atomic<std::uint64_t>& make(const Address& address) {
    const Uint128 number = word_of(address.bits());
    return address.family() == Family::kIPv4 ? make_word(v4, number) : make_word(v6, number);
  }
  std::optional<Address> search(const Span& span, const Address& start) const {
    const Family family = span.first.family();
    const auto found = family == Family::kIPv4
                           ? first_free_circular(v4, span.first.bits(), span.last.bits(), start.bits())
                           : first_free_circular(v6, span.first.bits(), span.last.bits(), start.bits());
    if (!found) return std::nullopt;
    return Address(family, *found);
  }
  // Like search, but an absent answer is exact.
  std::optional<Address> search_exactly(const Span& span, const Address& start) const {
    for (;;) {
      const std::uint64_t ended = releases_ended.load();
      const std::uint64_t begun = releases_begun.load();
      if (const auto found = search(span, start)) return found;
      if (begun == ended && releases_begun.load() == begun) return std::nullopt;
    }
  }
  template <class Visit>
  void each_word(const Span& span, Visit visit) const;
};

AddressSet::AddressSet() : impl_(std::make_unique<Impl>()) {}
AddressSet::~AddressSet() = default;

bool AddressSet::claim(const Address& address) noexcept {
  const std::uint64_t bit = std::uint64_t{1} << bit_of(address.bits());
  return (impl_->make(address).fetch_or(bit) & bit) == 0;
}

bool AddressSet::release(const Address& address) noexcept {
  auto* word = impl_->find(address);
  if (word == nullptr) return false;
  const std::uint64_t bit = std::uint64_t{1} << bit_of(address.bits());
  impl_->releases_begun.fetch_add(1);
  const bool was_claimed = (word->fetch_and(~bit) & bit) != 0;
  impl_->releases_ended.fetch_add(1);
  return was_claimed;
}

bool AddressSet::contains(const Address& address) const noexcept {
  const auto* word = impl_->find(address);
  return word != nullptr && ((word->load() >> bit_of(address.bits())) & 1U) != 0;
}

std::optional<Address> AddressSet::claim_next(const Span& span, const Address& start) noexcept {
  for (;;) {
    const auto found = impl_->search_exactly(span, start);
    if (!found || claim(*found)) return found;
  }
}

std::optional<Address> AddressSet::find_free(const Span& span, const Address& start) const noexcept {
  return impl_->search_exactly(span, start);
}

template <class Visit>
void AddressSet::Impl::each_word(const Span& span, Visit visit) const {
  const Uint128 first = span.first.bits();
  const Uint128 last = span.last.bits();
  const auto report = [&](Uint128 number, const std::atomic<std::uint64_t>* word) {
    if (word != nullptr) visit(number, word->load() & inside(number, first, last));
  };
  if (span.first.family() == Family::kIPv4) {
    const std::uint64_t end = low_half(word_of(last)) + 1;
    for (std::uint64_t n = v4.next(low_half(word_of(first))); n < end; n = v4.next(n + 1))
      report(n, v4.find(n));
  } else {
    for (const Uint128 n : v6.numbers(word_of(first), word_of(last))) report(n, v6.find(n));
  }
}

std::uint64_t AddressSet::count(const Span& span) const noexcept {
  std::uint64_t total = 0;
  impl_->each_word(span,
                   [&](Uint128, std::uint64_t word) { total += static_cast<unsigned>(std::popcount(word)); });
  return total;
}

void AddressSet::for_each(const Span& span, const std::function<void(const Address&)>& visit) const {
  const Family family = span.first.family();
  impl_->each_word(span, [&](Uint128 number, std::uint64_t word) {
    for (; word != 0; word &= word - 1) {
      visit(Address(family, (number << 6) | static_cast<unsigned>(std::countr_zero(word))));
    }
  });
}

}  // namespace clusterip
