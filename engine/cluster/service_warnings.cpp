#include "engine/cluster/service_warnings.hpp"

#include "engine/cluster/go_text.hpp"
#include "engine/cluster/service_traits.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

using Warnings = std::vector<std::string>;

constexpr std::string_view kTopologyHints = "service.kubernetes.io/topology-aware-hints";

std::string at(const std::string& field, std::size_t index) {
  return field + "[" + std::to_string(index) + "]";
}

bool is_out_of_favour(TextFault fault) {
  return fault == TextFault::kLeadingZeros || fault == TextFault::kIpv4Mapped;
}

std::string non_standard(const std::string& field, const char* what, const std::string& text,
                         const std::string& better, const VersionProfile& version) {
  return field + ": non-standard " + what + " " + go_quote(text) +
         (version.strict_service_addresses ? " is invalid"
                                           : " will be considered invalid in a future Kubernetes release") +
         ": use " + go_quote(better);
}

void warn_address(const std::string& field, const std::string& text, const VersionProfile& version,
                  Warnings& warnings) {
  const AddressText read = examine_address(text);
  if (!read.sloppy) return;
  const std::string canonical = read.sloppy->to_string();
  if (is_out_of_favour(read.fault)) {
    warnings.push_back(non_standard(field, "IP address", text, canonical, version));
  } else if (read.fault == TextFault::kNotCanonical) {
    warnings.push_back(field + ": IPv6 address " + go_quote(text) +
                       " should be in RFC 5952 canonical format (" + go_quote(canonical) + ")");
  }
}

void warn_cidr(const std::string& field, const std::string& text, const VersionProfile& version,
               Warnings& warnings) {
  const CidrText read = examine_cidr(text);
  if (!read.sloppy) return;
  const std::string canonical = read.sloppy->to_string();
  const std::size_t before = warnings.size();
  const auto address = read_address_sloppy(std::string_view(text).substr(0, text.find('/')));
  if (address && *address != read.sloppy->network()) {
    const std::string single = address->to_string() + "/" + std::to_string(address_bits(address->family()));
    warnings.push_back(field + ": CIDR value " + go_quote(text) +
                       " is ambiguous in this context (should be " + go_quote(canonical) + " or " +
                       go_quote(single) + "?)");
  }
  if (is_out_of_favour(read.fault)) {
    warnings.push_back(non_standard(field, "CIDR value", text, canonical, version));
  }
  if (warnings.size() == before && read.fault == TextFault::kNotCanonical) {
    warnings.push_back(field + ": IPv6 CIDR value " + go_quote(text) +
                       " should be in RFC 5952 canonical format (" + go_quote(canonical) + ")");
  }
}

void warn_headless(const Service& service, Warnings& warnings) {
  if (!service.load_balancer_ip.empty()) {
    warnings.emplace_back("spec.loadBalancerIP is ignored for headless services");
  }
  if (!service.external_ips.empty()) {
    warnings.emplace_back("spec.externalIPs is ignored for headless services");
  }
  if (service.session_affinity != "None") {
    warnings.emplace_back("spec.SessionAffinity is ignored for headless services");
  }
}

void warn_lists(const Service& service, bool headless, const VersionProfile& version, Warnings& warnings) {
  for (std::size_t i = 0; i < service.external_ips.size(); ++i) {
    warn_address(at("spec.externalIPs", i), service.external_ips[i], version, warnings);
  }
  const bool has_external_ips = !service.external_ips.empty();
  const bool is_external_name = service.type == kExternalNameType;
  if (has_external_ips && !headless && !is_external_name) {
    warnings.emplace_back("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  if (!service.load_balancer_ip.empty()) {
    warn_address("spec.loadBalancerIP", service.load_balancer_ip, version, warnings);
  }
  for (std::size_t i = 0; i < service.load_balancer_source_ranges.size(); ++i) {
    warn_cidr(at("spec.loadBalancerSourceRanges", i), service.load_balancer_source_ranges[i], version,
              warnings);
  }
  if (has_external_ips && is_external_name) {
    warnings.emplace_back("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
  }
  if (!service.external_name.empty() && !is_external_name) {
    warnings.emplace_back("spec.externalName is ignored when spec.type is not \"ExternalName\"");
  }
}

}  // namespace

std::vector<std::string> service_warnings(const Service& service, const VersionProfile& version) {
  Warnings warnings;
  if (service.meta.annotations.count(kTopologyHints) > 0) {
    warnings.push_back("annotation " + std::string(kTopologyHints) +
                       " is deprecated, please use service.kubernetes.io/topology-mode instead");
  }
  const bool has_address = !service.cluster_ip.empty() && service.cluster_ip != kHeadless;
  for (std::size_t i = 0; has_address && i < service.cluster_ips.size(); ++i) {
    warn_address(at("spec.clusterIPs", i), service.cluster_ips[i], version, warnings);
  }
  const bool headless = service.type == kClusterIpType && service.cluster_ip == kHeadless;
  if (headless) warn_headless(service, warnings);
  warn_lists(service, headless, version, warnings);
  if (service.traffic_distribution == "PreferClose" && version.knows_same_zone_traffic) {
    warnings.emplace_back("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
  }
  return warnings;
}

}  // namespace clusterip::cluster
