// The rules of a report: their names, which are an interface, and what they say, in one line each.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "engine/verify/finding.hpp"

namespace clusterip::verify {

struct Rule {
  std::string_view name;
  Severity severity;
  std::string_view meaning;
};

// In the order of reports.
inline constexpr std::array kStateRules{
    Rule{"duplicate-address", Severity::kError, "two Services hold one address"},
    Rule{"missing-ipaddress", Severity::kError, "the address of a Service has no IPAddress object"},
    Rule{"wrong-parent", Severity::kError,
         "the IPAddress of a Service's address names another Service or no Service"},
    Rule{"orphan-ipaddress", Severity::kError,
         "a managed IPAddress whose Service does not exist or does not list the address"},
    Rule{"wrong-labels", Severity::kError,
         "an IPAddress of a Service lacks the managed-by label or has the wrong family label"},
    Rule{"outside-every-range", Severity::kError, "the address of a Service lies in no ServiceCIDR"},
    Rule{"unusable-address", Severity::kError,
         "the address of a Service is the network or broadcast address of every range that contains it"},
    Rule{"family-mismatch", Severity::kError,
         "clusterIPs, ipFamilies and ipFamilyPolicy of a Service do not fit together"},
    Rule{"malformed", Severity::kError, "an address or CIDR cannot be read or is not in canonical form"},
    Rule{"held-by-terminating", Severity::kInfo,
         "the address of a Service lies in terminating ServiceCIDRs only"},
    Rule{"default-differs", Severity::kWarning,
         "ServiceCIDR kubernetes is absent or differs from --service-cluster-ip-range"},
    Rule{"api-service-outside-default", Severity::kWarning,
         "Service default/kubernetes lies outside ServiceCIDR kubernetes"},
    Rule{"unprotected-range", Severity::kWarning,
         "a ServiceCIDR has no finalizer though it is not being deleted"},
    Rule{"stuck-terminating", Severity::kWarning, "a ServiceCIDR is being deleted though nothing blocks it"},
};

// What only a replay can find, for it sees when things came about.
inline constexpr Rule kAllocatedFromTerminating{
    "allocated-from-terminating", Severity::kError,
    "an address was given out though every range with it had been asked to go before the request came"};

// The place of a rule in reports; rules of other origin stand behind all of these.
constexpr std::size_t rule_order(std::string_view name) {
  std::size_t place = 0;
  while (place < kStateRules.size() && kStateRules[place].name != name) ++place;
  return place;
}

}  // namespace clusterip::verify
