// Where searches begin: the only chance in the engine, and always an input.
//
// Draws is any type with `std::uint64_t below(std::uint64_t bound)`: a number in [0, bound), a bound of 0
// standing for 2^64. The two functions here ask it in the order and with the bounds of upstream
// (ipallocator.go createDynamic), so that equal draws give equal addresses.
#pragma once

#include <concepts>
#include <cstdint>

#include "engine/net/bands.hpp"

namespace clusterip {

template <class T>
concept DrawSource = requires(T draws, std::uint64_t bound) {
  { draws.below(bound) } -> std::same_as<std::uint64_t>;
};

// A fast generator of fair draws, for one thread at a time. (SplitMix64)
class SeededDraws {
 public:
  explicit constexpr SeededDraws(std::uint64_t seed) noexcept : state_(seed) {}
  constexpr std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  // Off from uniform by less than bound / 2^64.
  constexpr std::uint64_t below(std::uint64_t bound) noexcept {
    const std::uint64_t drawn = next();
    return bound == 0 ? drawn : high_half(Uint128{drawn} * bound);
  }

 private:
  std::uint64_t state_;
};

// Where a search of the dynamic band starts; the band must not be empty.
template <DrawSource Draws>
Address dynamic_start(const Bands& bands, Draws& draws) {
  // The size of a /64 does not fit in a signed integer, so upstream draws 64 bits there and pulls a start
  // beyond the band back by the static band.
  constexpr std::uint64_t kSignedLimit = (std::uint64_t{1} << 63) - 1;
  const std::uint64_t size = bands.dynamic_size();
  std::uint64_t offset = draws.below(size >= kSignedLimit ? 0 : size);
  if (size >= kSignedLimit && offset > ~std::uint64_t{0} - bands.static_size) offset -= bands.static_size;
  const Span band = *bands.dynamic_band();
  const Address start{band.first.family(), band.first.bits() + offset};
  return band.contains(start) ? start : band.first;
}

// Where a search of the static band starts; the band must not be empty.
template <DrawSource Draws>
Address static_start(const Bands& bands, Draws& draws) {
  return {bands.first.family(), bands.first.bits() + draws.below(bands.static_size)};
}

}  // namespace clusterip
