// Whether the address fields of one Service fit together. (pkg/apis/core/validation
// ValidateServiceClusterIPsRelatedFields and what allocation leaves behind, 2.6 and 5.3)
#include <array>
#include <optional>

#include "engine/cluster/go_text.hpp"
#include "engine/net/text.hpp"
#include "engine/verify/object_rules.hpp"

namespace clusterip::verify {
namespace {

using cluster::Service;

std::string quoted(const std::vector<std::string>& texts) {
  return cluster::json_list(texts);
}

// The two singular and plural fields, and the type.
std::string list_fault(const Service& service) {
  const std::vector<std::string>& ips = service.cluster_ips;
  if (service.is_external_name()) {
    const bool holds = (!ips.empty() && !service.is_headless()) ||
                       (!service.cluster_ip.empty() && service.cluster_ip != cluster::kHeadless);
    return holds ? "an ExternalName Service has clusterIPs " + quoted(ips) : "";
  }
  if (ips.empty()) {
    if (service.cluster_ip == cluster::kHeadless) return {};
    return service.cluster_ip.empty()
               ? "clusterIPs is empty"
               : "clusterIPs is empty, but clusterIP is " + cluster::json_quote(service.cluster_ip);
  }
  if (ips.front() != service.cluster_ip) {
    return "clusterIP is " + cluster::json_quote(service.cluster_ip) + ", but clusterIPs is " + quoted(ips);
  }
  if (ips.size() > 2) return "clusterIPs has more than two values: " + quoted(ips);
  if (ips.size() == 2 && (ips[0] == cluster::kHeadless || ips[1] == cluster::kHeadless)) {
    return "clusterIPs is " + quoted(ips) + ", but None stands alone";
  }
  return {};
}

// ipFamilies by itself, and against the addresses.
std::string family_fault(const Service& service) {
  const std::vector<std::string>& families = service.ip_families;
  for (const std::string& family : families) {
    if (family != "IPv4" && family != "IPv6") {
      return "ipFamilies names the unknown family " + cluster::json_quote(family);
    }
  }
  if (families.size() > 2 || (families.size() == 2 && families[0] == families[1])) {
    return "ipFamilies is " + quoted(families);
  }
  if (service.is_headless() || service.cluster_ips.empty()) return {};
  const std::vector<std::string>& ips = service.cluster_ips;
  if (ips.size() != families.size()) {
    return "clusterIPs is " + quoted(ips) + ", but ipFamilies is " + quoted(families);
  }
  for (std::size_t i = 0; i < ips.size(); ++i) {
    const auto address = read_address_sloppy(ips[i]);
    if (address && family_name(address->family()) != families[i]) {
      return "clusterIPs is " + quoted(ips) + ", but ipFamilies is " + quoted(families);
    }
  }
  return {};
}

std::string policy_fault(const Service& service) {
  if (!service.ip_family_policy) return {};
  const std::string& policy = *service.ip_family_policy;
  const std::size_t families = service.ip_families.size();
  const bool single = policy == "SingleStack";
  const bool required = policy == "RequireDualStack";
  if (!single && !required && policy != "PreferDualStack") {
    return "ipFamilyPolicy is " + cluster::json_quote(policy);
  }
  if (families == 0) return "ipFamilyPolicy is " + policy + ", but ipFamilies is empty";
  if ((single && families != 1) || (required && families != 2)) {
    return "ipFamilyPolicy is " + policy + ", but ipFamilies is " + quoted(service.ip_families);
  }
  return {};
}

}  // namespace

std::string shape_fault(const Service& service) {
  std::string fault = list_fault(service);
  if (!fault.empty() || service.is_external_name()) return fault;
  const bool of_an_old_server = service.ip_families.empty() && !service.ip_family_policy;
  if (of_an_old_server) return fault;
  fault = family_fault(service);
  return fault.empty() ? policy_fault(service) : fault;
}

}  // namespace clusterip::verify
