// What Kubernetes takes for an address or a CIDR in an API object, with its words for what it refuses.
//
// New fields (ServiceCIDR, IPAddress) must hold canonical text. Fields older than these rules (Service) take
// other forms too, and without strict validation also leading zeros and IPv4-mapped addresses.
// (apimachinery pkg/util/validation/ip.go)
#pragma once

#include <string_view>

#include "engine/cluster/name_rules.hpp"

namespace clusterip::cluster {

// At most one reason each.
Reasons check_address(std::string_view text);
Reasons check_cidr(std::string_view text);
Reasons check_legacy_address(std::string_view text, bool strict);
Reasons check_legacy_cidr(std::string_view text, bool strict);

}  // namespace clusterip::cluster
