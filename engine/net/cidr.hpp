// A CIDR as a value: a network address without host bits, and a prefix length.
//
// Exact at every length from /0 to /128. All operations but to_string are constexpr, wait-free and allocate
// nothing.
#pragma once

#include <algorithm>
#include <compare>
#include <string>

#include "engine/net/address.hpp"

namespace clusterip {

class Cidr {
 public:
  // 0.0.0.0/0, so that values can live in containers.
  constexpr Cidr() noexcept = default;
  // Host bits of `address` are dropped. A length beyond the family's width is cut to it.
  constexpr Cidr(Address address, unsigned prefix_length) noexcept
      : length_(std::min(prefix_length, address_bits(address.family()))),
        network_(address.family(), address.bits() & ~low_mask(address_bits(address.family()) - length_)) {}

  constexpr Family family() const noexcept { return network_.family(); }
  constexpr Address network() const noexcept { return network_; }
  constexpr unsigned length() const noexcept { return length_; }
  constexpr unsigned host_bits() const noexcept { return address_bits(family()) - length_; }
  // The address with all host bits set: the broadcast address of an IPv4 network.
  constexpr Address last() const noexcept { return {family(), network_.bits() | low_mask(host_bits())}; }

  constexpr bool contains(const Address& address) const noexcept {
    return address.family() == family() && ((address.bits() ^ network_.bits()) & ~low_mask(host_bits())) == 0;
  }
  constexpr bool contains(const Cidr& other) const noexcept {
    return length_ <= other.length_ && contains(other.network_);
  }
  // Whether the two share an address; CIDRs can only nest, never cross.
  constexpr bool overlaps(const Cidr& other) const noexcept {
    return contains(other) || other.contains(*this);
  }

  // Whether Kubernetes lets a Service have `address` through this CIDR: inside, and neither the network
  // address nor, for IPv4, the broadcast address. (pkg/api/servicecidr PrefixContainsIP)
  constexpr bool has_host(const Address& address) const noexcept {
    if (!contains(address) || address == network_) return false;
    return family() == Family::kIPv6 || address != last();
  }

  friend constexpr bool operator==(const Cidr& a, const Cidr& b) noexcept = default;
  // By network, then the shorter prefix first, so that a CIDR comes before those inside it.
  friend constexpr std::strong_ordering operator<=>(const Cidr& a, const Cidr& b) noexcept {
    const auto order = a.network_ <=> b.network_;
    return order != 0 ? order : a.length_ <=> b.length_;
  }

  std::string to_string() const { return network_.to_string() + "/" + std::to_string(length_); }

 private:
  unsigned length_ = 0;
  Address network_;
};

struct CidrHash {
  std::size_t operator()(const Cidr& cidr) const noexcept {
    return AddressHash{}(cidr.network()) * 131 + cidr.length();
  }
};

}  // namespace clusterip
