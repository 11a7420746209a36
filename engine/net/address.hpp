// An IP address as a value: a family and up to 128 bits.
//
// IPv4 and IPv6 never mix: an IPv4 address is not the IPv6 address that maps it, and all IPv4 addresses order
// before all IPv6 ones. Text is read in text.hpp; this file only writes it, in canonical form (RFC 5952,
// dotted quad), as Go's net/netip prints it. No operation but to_string allocates; all are wait-free.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/net/uint128.hpp"

namespace clusterip {

enum class Family : std::uint8_t { kIPv4, kIPv6 };

constexpr unsigned address_bits(Family family) noexcept {
  return family == Family::kIPv4 ? 32 : 128;
}
constexpr Family other_family(Family family) noexcept {
  return family == Family::kIPv4 ? Family::kIPv6 : Family::kIPv4;
}
// "IPv4" or "IPv6", the words of Service.spec.ipFamilies.
constexpr std::string_view family_name(Family family) noexcept {
  return family == Family::kIPv4 ? "IPv4" : "IPv6";
}

class Address {
 public:
  // 0.0.0.0, so that values can live in containers.
  constexpr Address() noexcept = default;
  // `bits` beyond the family's width are a programmer's error and are cut off.
  constexpr Address(Family family, Uint128 bits) noexcept
      : bits_(bits & low_mask(address_bits(family))), family_(family) {}

  static constexpr Address v4(std::uint32_t bits) noexcept { return {Family::kIPv4, bits}; }
  static constexpr Address v6(std::uint64_t high, std::uint64_t low) noexcept {
    return {Family::kIPv6, make_uint128(high, low)};
  }

  constexpr Family family() const noexcept { return family_; }
  constexpr Uint128 bits() const noexcept { return bits_; }

  // True for an IPv6 address inside ::ffff:0:0/96.
  constexpr bool is_ipv4_mapped() const noexcept {
    return family_ == Family::kIPv6 && (bits_ >> 32) == Uint128{0xffff};
  }
  // The IPv4 address that this one maps; itself when it maps none.
  constexpr Address unmapped() const noexcept {
    return is_ipv4_mapped() ? v4(static_cast<std::uint32_t>(bits_)) : *this;
  }
  // True for 255.255.255.255 and the all-ones IPv6 address: there is no next address.
  constexpr bool is_last_of_family() const noexcept { return bits_ == low_mask(address_bits(family_)); }

  friend constexpr bool operator==(const Address& a, const Address& b) noexcept {
    return a.family_ == b.family_ && a.bits_ == b.bits_;
  }
  friend constexpr std::strong_ordering operator<=>(const Address& a, const Address& b) noexcept {
    if (a.family_ != b.family_) return a.family_ <=> b.family_;
    if (a.bits_ == b.bits_) return std::strong_ordering::equal;
    return a.bits_ < b.bits_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }

  // Canonical text; an IPv4-mapped address prints as ::ffff:10.0.0.1.
  std::string to_string() const;

 private:
  Uint128 bits_ = 0;
  Family family_ = Family::kIPv4;
};

// For hashed containers: mixes all bits and the family.
struct AddressHash {
  std::size_t operator()(const Address& address) const noexcept {
    const Uint128 bits = address.bits();
    std::uint64_t mixed = low_half(bits) ^ (high_half(bits) * 0x9e3779b97f4a7c15U) ^
                          (static_cast<std::uint64_t>(address.family()) << 63);
    mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93U;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
  }
};

}  // namespace clusterip
