// 128-bit unsigned arithmetic: the one place where the compiler's extended integer is named.
//
// Everything is constexpr, noexcept and wait-free. Values wrap modulo 2^128, as for any unsigned integer.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

namespace clusterip {

__extension__ using Uint128 = unsigned __int128;

inline constexpr Uint128 kMaxUint128 = ~Uint128{0};

constexpr std::uint64_t high_half(Uint128 value) noexcept {
  return static_cast<std::uint64_t>(value >> 64);
}
constexpr std::uint64_t low_half(Uint128 value) noexcept {
  return static_cast<std::uint64_t>(value);
}
constexpr Uint128 make_uint128(std::uint64_t high, std::uint64_t low) noexcept {
  return (Uint128{high} << 64) | low;
}

// 2^exponent, and 2^128 wrapped to 0 for an exponent of 128 or more.
constexpr Uint128 power_of_two(unsigned exponent) noexcept {
  return exponent >= 128 ? Uint128{0} : Uint128{1} << exponent;
}

// The lowest `bits` bits set; all of them for 128 or more.
constexpr Uint128 low_mask(unsigned bits) noexcept {
  return bits >= 128 ? kMaxUint128 : power_of_two(bits) - 1;
}

// Decimal text without leading zeros. Allocates the string.
std::string to_decimal(Uint128 value);

}  // namespace clusterip
