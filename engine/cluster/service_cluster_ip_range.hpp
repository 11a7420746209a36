// The kube-apiserver flag --service-cluster-ip-range: one or two CIDRs of different families.
//
// The legacy reader takes the CIDRs (leading zeros pass, host bits are dropped, an IPv4-mapped CIDR is the
// IPv4 one). The empty text means upstream's default. What refuses a flag comes back in upstream's words,
// several reasons as "[a, b]". Mirrors getServiceIPAndRanges (cmd/kube-apiserver/app/options/completion.go),
// ServiceIPRange (pkg/controlplane/apiserver/options) and validateClusterIPFlags (validation.go), with
// RangeSize of k8s.io/utils/net: an IPv4 or IPv6 /0 or /1 counts as empty. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/net/cidr.hpp"

namespace clusterip::cluster {

struct ServiceClusterIpRange {
  Cidr primary;
  std::optional<Cidr> secondary;

  // The families that Services may have; the first is the default.
  std::vector<Family> families() const;
  // As ServiceCIDR.spec.cidrs of the default object holds them.
  std::vector<std::string> texts() const;
  // The address of Service default/kubernetes: the first of the primary range.
  Address api_server_address() const;
  friend bool operator==(const ServiceClusterIpRange&, const ServiceClusterIpRange&) = default;
};

// What differs between versions and set-ups of the apiserver.
struct ServiceClusterIpRangeRules {
  // At most 20 host bits in each CIDR: 1.33, whose bitmap allocators still run.
  bool limit_host_bits = false;
  // The primary family must be this address's; absent with the endpoint reconciler "none".
  std::optional<Address> advertise_address;
};

std::variant<ServiceClusterIpRange, std::string> read_service_cluster_ip_range(
    std::string_view text, const ServiceClusterIpRangeRules& rules = {});

}  // namespace clusterip::cluster
