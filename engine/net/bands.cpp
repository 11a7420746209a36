#include "engine/net/bands.hpp"

#include <algorithm>
#include <limits>

namespace clusterip {
namespace {

constexpr unsigned kShortestIPv6Length = 64;
constexpr std::uint64_t kSmallestStaticBand = 16;
constexpr std::uint64_t kLargestStaticBand = 256;

std::uint64_t usable_addresses(const Cidr& cidr) {
  const unsigned host_bits = cidr.host_bits();
  if (host_bits >= 64) return std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t excluded = cidr.family() == Family::kIPv4 ? 2 : 1;
  const std::uint64_t all = std::uint64_t{1} << host_bits;
  return all > excluded ? all - excluded : 0;
}

// RangeSize of k8s.io/utils/net: signed 64-bit arithmetic that gives up on the largest ranges.
std::uint64_t range_size(Family notation, unsigned host_bits) {
  if (host_bits + 1 >= address_bits(notation)) return 0;
  if (host_bits >= 63) return std::numeric_limits<std::int64_t>::max();
  return std::uint64_t{1} << host_bits;
}

std::uint64_t static_band_size(Family notation, unsigned host_bits) {
  const std::uint64_t size = range_size(notation, host_bits);
  if (size <= kSmallestStaticBand) return 0;
  return std::clamp(size / kSmallestStaticBand, kSmallestStaticBand, kLargestStaticBand);
}

Address plus(const Address& address, Uint128 offset) {
  return {address.family(), address.bits() + offset};
}

}  // namespace

std::optional<Span> Bands::usable() const noexcept {
  if (size == 0) return std::nullopt;
  return Span{first, *last};
}

std::optional<Span> Bands::static_band() const noexcept {
  if (static_size == 0) return std::nullopt;
  return Span{first, plus(first, static_size - 1)};
}

std::optional<Span> Bands::dynamic_band() const noexcept {
  if (dynamic_size() == 0) return std::nullopt;
  return Span{plus(first, static_size), *last};
}

namespace {

std::variant<Bands, BandsRefusal> make_bands(const Cidr& cidr, Family notation) {
  if (cidr.family() == Family::kIPv6 && cidr.length() < kShortestIPv6Length) {
    return BandsRefusal{"shortest allowed prefix length for service CIDR is 64, got " +
                        std::to_string(cidr.length())};
  }
  if (cidr.network().is_last_of_family()) return BandsRefusal{"invalid address []"};

  Bands bands;
  bands.cidr = cidr;
  bands.first = plus(cidr.network(), 1);
  if (cidr.family() == Family::kIPv6) {
    bands.last = cidr.last();
  } else if (cidr.last().bits() != 0) {
    bands.last = plus(cidr.last(), ~Uint128{0});
  }
  bands.size = usable_addresses(cidr);
  bands.static_size = static_band_size(notation, cidr.host_bits());
  return bands;
}

}  // namespace

std::variant<Bands, BandsRefusal> make_bands(const Cidr& cidr) {
  return make_bands(cidr, cidr.family());
}

std::variant<Bands, BandsRefusal> make_bands_of_mapped(const Cidr& cidr) {
  return make_bands(cidr, Family::kIPv6);
}

std::optional<Bands> bands_of(const Cidr& cidr) {
  auto made = make_bands(cidr);
  if (auto* bands = std::get_if<Bands>(&made)) return *bands;
  return std::nullopt;
}

}  // namespace clusterip
