// How Kubernetes divides a ServiceCIDR: which addresses Services can have, and which of them are set apart
// for requests that name an address (the static band) or used first for requests that do not (the dynamic
// band).
//
//   network | first ......................................... last | broadcast (IPv4 only)
//           | static band: static_size | dynamic band: the rest    |
//
// Mirrors pkg/registry/core/service/ipallocator/ipallocator.go (NewIPAllocator, hostsPerNetwork) and
// calculateRangeOffset in bitmap.go, with RangeSize of k8s.io/utils/net and its quirks: no bands for IPv4 /0
// and /1. Pure, wait-free, allocates nothing but refusal texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/net/cidr.hpp"

namespace clusterip {

// Inclusive on both ends.
struct Span {
  Address first;
  Address last;

  constexpr bool contains(const Address& address) const noexcept {
    return address.family() == first.family() && first <= address && address <= last;
  }
  // The number of addresses; 0 stands for 2^128, the whole of IPv6.
  constexpr Uint128 size() const noexcept { return last.bits() - first.bits() + 1; }
  friend constexpr bool operator==(const Span&, const Span&) noexcept = default;
};

struct Bands {
  Cidr cidr;
  // Network address + 1 and the last host. `last` is absent where no such address exists (0.0.0.0/32), and
  // lies before `first` where the CIDR has no usable address.
  Address first;
  std::optional<Address> last;
  // Usable addresses: 2^h - 2 for IPv4, 2^h - 1 for IPv6, never below 0; at most 2^64 - 1 (a /64).
  std::uint64_t size = 0;
  // Of them in the static band, at its lower end: 0, or 16 to 256.
  std::uint64_t static_size = 0;

  constexpr std::uint64_t dynamic_size() const noexcept { return size - static_size; }
  // Absent where the band is empty.
  std::optional<Span> static_band() const noexcept;
  std::optional<Span> dynamic_band() const noexcept;
  // [first, last]: absent where the CIDR has no usable address.
  std::optional<Span> usable() const noexcept;
};

// Why no allocator can serve a CIDR, in upstream's words.
struct BandsRefusal {
  std::string message;
};

// Refused: IPv6 shorter than /64, and the one-address CIDRs of the last IPv4 and IPv6 address.
std::variant<Bands, BandsRefusal> make_bands(const Cidr& cidr);
// The same for an IPv4 CIDR that was written as an IPv4-mapped one (::ffff:10.0.0.0/96): upstream then counts
// in IPv6 terms, and /0 and /1 have bands.
std::variant<Bands, BandsRefusal> make_bands_of_mapped(const Cidr& cidr);
// The same without the reason.
std::optional<Bands> bands_of(const Cidr& cidr);

}  // namespace clusterip
