// Reading addresses and CIDRs from text, in the two ways of Kubernetes.
//
// The legacy (sloppy) reader takes what old Kubernetes versions took and old objects may still hold: leading
// zeros in decimal numbers, IPv4-mapped IPv6 addresses (read as the IPv4 address they map), host bits in a
// CIDR (dropped). It mirrors ParseIPSloppy and ParseCIDRSloppy of k8s.io/utils/net, which keep the reader of
// Go 1.16. Strict reading is what new fields must pass: k8s.io/apimachinery pkg/util/validation/ip.go over
// Go's net/netip. Neither takes zones, signs, blanks or prefix lengths beyond the family's width.
//
// Any bytes may come in; nothing is allocated, nothing throws; linear in the text.
#pragma once

#include <optional>
#include <string_view>

#include "engine/net/cidr.hpp"

namespace clusterip {

// The first reason why strict validation refuses a text, in upstream's order of checks.
enum class TextFault {
  kNone,
  kUnreadable,    // not even the legacy reader takes it
  kLeadingZeros,  // or any other text that only the legacy reader takes
  kIpv4Mapped,
  kHostBits,      // CIDRs only
  kNotCanonical,  // a right value, not in canonical form
};

struct AddressText {
  // The value as the legacy reader takes it.
  std::optional<Address> sloppy;
  TextFault fault = TextFault::kUnreadable;
  // The value that strict validation takes, whatever its form.
  std::optional<Address> strict() const noexcept {
    return fault == TextFault::kNone || fault == TextFault::kNotCanonical ? sloppy : std::nullopt;
  }
};

struct CidrText {
  std::optional<Cidr> sloppy;
  TextFault fault = TextFault::kUnreadable;
  // The prefix as written, for an IPv4-mapped CIDR in IPv6 terms: what containment is asked of
  // (relation, 6.2).
  std::optional<Cidr> written;
  std::optional<Cidr> strict() const noexcept {
    return fault == TextFault::kNone || fault == TextFault::kNotCanonical ? sloppy : std::nullopt;
  }
};

AddressText examine_address(std::string_view text);
CidrText examine_cidr(std::string_view text);

// The legacy reader alone.
std::optional<Address> read_address_sloppy(std::string_view text);
std::optional<Cidr> read_cidr_sloppy(std::string_view text);

// Strict and in canonical form: what a new API field may hold.
std::optional<Address> read_address(std::string_view text);
std::optional<Cidr> read_cidr(std::string_view text);

}  // namespace clusterip
