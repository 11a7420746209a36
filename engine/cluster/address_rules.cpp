#include "engine/cluster/address_rules.hpp"

#include "engine/cluster/go_text.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

constexpr const char* kNoAddress = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
constexpr const char* kNoCidr = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

Reasons not_canonical(const std::string& canonical) {
  return {"must be in canonical form (" + go_quote(canonical) + ")"};
}

}  // namespace

Reasons check_address(std::string_view text) {
  const AddressText read = examine_address(text);
  if (read.fault == TextFault::kNotCanonical) return not_canonical(read.sloppy->to_string());
  return check_legacy_address(text, true);
}

Reasons check_cidr(std::string_view text) {
  const CidrText read = examine_cidr(text);
  if (read.fault == TextFault::kNotCanonical) return not_canonical(read.sloppy->to_string());
  return check_legacy_cidr(text, true);
}

Reasons check_legacy_address(std::string_view text, bool strict) {
  const TextFault fault = examine_address(text).fault;
  if (fault == TextFault::kUnreadable) return {kNoAddress};
  if (strict && fault == TextFault::kLeadingZeros) return {"must not have leading 0s"};
  if (strict && fault == TextFault::kIpv4Mapped) return {"must not be an IPv4-mapped IPv6 address"};
  return {};
}

Reasons check_legacy_cidr(std::string_view text, bool strict) {
  const TextFault fault = examine_cidr(text).fault;
  if (fault == TextFault::kUnreadable) return {kNoCidr};
  if (!strict) return {};
  if (fault == TextFault::kLeadingZeros) return {"must not have leading 0s in IP or prefix length"};
  if (fault == TextFault::kIpv4Mapped) return {"must not have an IPv4-mapped IPv6 address"};
  if (fault == TextFault::kHostBits) return {"must not have bits set beyond the prefix length"};
  return {};
}

}  // namespace clusterip::cluster
