#include "engine/cluster/service_traffic_rules.hpp"

#include <algorithm>

#include "engine/cluster/address_rules.hpp"
#include "engine/cluster/service_port_rules.hpp"
#include "engine/cluster/service_traits.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::int64_t kAffinityLimitSeconds = 86400;
constexpr std::string_view kSourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
constexpr const char* kOnlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";

std::string at(const std::string& field, std::size_t index) {
  return field + "[" + std::to_string(index) + "]";
}

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool is_load_balancer(const Service& service) {
  return service.type == kLoadBalancerType;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

FieldErrors validate_client_ip_affinity(const Service& service) {
  const std::string field = "spec.sessionAffinityConfig";
  const std::string reason = "when session affinity type is ClientIP";
  const auto& config = service.session_affinity_config;
  if (!config) return {required(field, reason)};
  if (!config->has_client_ip) return {required(field + ".clientIP", reason)};
  if (!config->timeout_seconds) return {required(field + ".clientIP.timeoutSeconds", reason)};
  if (*config->timeout_seconds > 0 && *config->timeout_seconds <= kAffinityLimitSeconds) return {};
  return {invalid(field + ".clientIP.timeoutSeconds", *config->timeout_seconds,
                  "must be greater than 0 and less than 86400")};
}

struct SpecialRange {
  Cidr cidr;
  const char* reason;
};

// Why an endpoint cannot have this address. No two of the ranges overlap.
Reasons check_not_special(std::string_view text) {
  static constexpr const char* kLoopback = "may not be in the loopback range (127.0.0.0/8, ::1/128)";
  static constexpr const char* kLinkLocal = "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
  static constexpr const char* kMulticast =
      "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
  static constexpr SpecialRange kRanges[] = {
      {Cidr(Address::v4(0x7f000000), 8), kLoopback},
      {Cidr(Address::v6(0, 1), 128), kLoopback},
      {Cidr(Address::v4(0xa9fe0000), 16), kLinkLocal},
      {Cidr(Address::v6(0xfe80000000000000, 0), 10), kLinkLocal},
      {Cidr(Address::v4(0xe0000000), 24), kMulticast},
  };
  const auto address = read_address_sloppy(text);
  if (!address) return {"must be a valid IP address"};
  if (address->bits() == 0) return {"may not be unspecified (" + std::string(text) + ")"};
  // ff02, ff12 and so on: the flags in the second byte may be anything.
  const bool is_link_multicast =
      address->family() == Family::kIPv6 && ((high_half(address->bits()) >> 48) & 0xff0fU) == 0xff02U;
  if (is_link_multicast) return {kMulticast};
  for (const SpecialRange& range : kRanges) {
    if (range.cidr.contains(*address)) return {range.reason};
  }
  return {};
}

FieldErrors validate_annotated_ranges(const Service& service, const Service* old, const std::string& value,
                                      const VersionProfile& version) {
  FieldErrors errors;
  const std::string field = "metadata.annotations[" + std::string(kSourceRangesAnnotation) + "]";
  if (!is_load_balancer(service)) errors.push_back(forbidden(field, kOnlyLoadBalancer));
  if (old != nullptr) {
    const auto before = old->meta.annotations.find(kSourceRangesAnnotation);
    const bool had_one = before != old->meta.annotations.end();
    const std::string_view old_value = had_one ? std::string_view(before->second) : std::string_view();
    if (old_value == value) return errors;
  }
  std::string_view rest = trim(value);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view cidr = trim(rest.substr(0, comma));
    append_invalid(errors, field, cidr, check_legacy_cidr(cidr, version.strict_service_addresses));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
    if (rest.empty()) append_invalid(errors, field, "", check_legacy_cidr("", true));
  }
  return errors;
}

FieldErrors validate_ingress(const LoadBalancerIngress& ingress, const std::vector<std::string>& stored,
                             const std::string& field, const VersionProfile& version) {
  FieldErrors errors;
  if (!ingress.ip.empty() && !contains(stored, ingress.ip)) {
    append_invalid(errors, field + ".ip", ingress.ip,
                   check_legacy_address(ingress.ip, version.strict_service_addresses));
  }
  if (!ingress.ip_mode) {
    if (!ingress.ip.empty()) {
      errors.push_back(required(field + ".ipMode", "must be specified when `ip` is set"));
    }
  } else if (ingress.ip.empty()) {
    errors.push_back(forbidden(field + ".ipMode", "may not be specified when `ip` is not set"));
  } else if (*ingress.ip_mode != "VIP" && *ingress.ip_mode != "Proxy") {
    errors.push_back(not_supported(field + ".ipMode", json_quote(*ingress.ip_mode), {"Proxy", "VIP"}));
  }
  if (ingress.hostname.empty()) return errors;
  append_invalid(errors, field + ".hostname", ingress.hostname, check_dns_subdomain(ingress.hostname));
  if (read_address_sloppy(ingress.hostname)) {
    errors.push_back(invalid(field + ".hostname", ingress.hostname, "must be a DNS name, not an IP address"));
  }
  return errors;
}

}  // namespace

FieldErrors validate_session_affinity(const Service& service) {
  FieldErrors errors;
  const std::string& affinity = service.session_affinity;
  if (affinity.empty()) {
    errors.push_back(required("spec.sessionAffinity"));
  } else if (affinity != "ClientIP" && affinity != "None") {
    errors.push_back(not_supported("spec.sessionAffinity", json_quote(affinity), {"ClientIP", "None"}));
  }
  if (affinity == "ClientIP") append(errors, validate_client_ip_affinity(service));
  if (affinity == "None" && service.session_affinity_config) {
    errors.push_back(
        forbidden("spec.sessionAffinityConfig", "must not be set when session affinity is None"));
  }
  return errors;
}

FieldErrors validate_external_ips(const Service& service, const Service* old, const VersionProfile& version) {
  FieldErrors errors;
  for (std::size_t i = 0; i < service.external_ips.size(); ++i) {
    const std::string& text = service.external_ips[i];
    const bool stands = old != nullptr && contains(old->external_ips, text);
    Reasons reasons;
    if (!stands) reasons = check_legacy_address(text, version.strict_service_addresses);
    if (reasons.empty()) reasons = check_not_special(text);
    append_invalid(errors, at("spec.externalIPs", i), text, reasons);
  }
  return errors;
}

FieldErrors validate_source_ranges(const Service& service, const Service* old,
                                   const VersionProfile& version) {
  if (service.load_balancer_source_ranges.empty()) {
    const auto annotation = service.meta.annotations.find(kSourceRangesAnnotation);
    if (annotation == service.meta.annotations.end()) return {};
    return validate_annotated_ranges(service, old, annotation->second, version);
  }
  FieldErrors errors;
  // The capital L is upstream's.
  const std::string field = "spec.LoadBalancerSourceRanges";
  if (!is_load_balancer(service)) errors.push_back(forbidden(field, kOnlyLoadBalancer));
  std::vector<std::string> stored;
  if (old != nullptr) {
    for (const std::string& text : old->load_balancer_source_ranges) stored.emplace_back(trim(text));
  }
  for (std::size_t i = 0; i < service.load_balancer_source_ranges.size(); ++i) {
    const std::string_view text = trim(service.load_balancer_source_ranges[i]);
    if (contains(stored, text)) continue;
    append_invalid(errors, at(field, i), text, check_legacy_cidr(text, version.strict_service_addresses));
  }
  return errors;
}

FieldErrors validate_node_port_switch(const Service& service) {
  const bool is_set = service.allocate_load_balancer_node_ports.has_value();
  if (is_set == is_load_balancer(service)) return {};
  if (is_set) return {forbidden("spec.allocateLoadBalancerNodePorts", kOnlyLoadBalancer)};
  // Upstream forgets the "spec" of this path.
  return {required("allocateLoadBalancerNodePorts")};
}

FieldErrors validate_load_balancer_class(const Service& service, const Service* old) {
  FieldErrors errors;
  const std::string field = "spec.loadBalancerClass";
  const auto& name = service.load_balancer_class;
  if (old != nullptr && is_load_balancer(*old) && is_load_balancer(service) &&
      old->load_balancer_class != name) {
    errors.push_back(invalid_json(field, name ? json_quote(*name) : "null", "may not change once set"));
  }
  if (!name) return errors;
  if (is_load_balancer(service)) {
    append_invalid(errors, field, *name, check_label_key(*name));
  } else {
    errors.push_back(forbidden(field, kOnlyLoadBalancer));
  }
  return errors;
}

FieldErrors validate_external_traffic(const Service& service) {
  FieldErrors errors;
  const std::string field = "spec.externalTrafficPolicy";
  const std::string& policy = service.external_traffic_policy;
  if (!is_externally_accessible(service)) {
    if (!policy.empty()) {
      errors.push_back(
          invalid_json(field, json_quote(policy), "may only be set for externally-accessible services"));
    }
  } else if (policy.empty()) {
    errors.push_back(required(field));
  } else if (policy != "Cluster" && policy != "Local") {
    errors.push_back(not_supported(field, json_quote(policy), {"Cluster", "Local"}));
  }
  const std::string port_field = "spec.healthCheckNodePort";
  if (needs_health_check_port(service)) {
    if (service.health_check_node_port == 0) {
      errors.push_back(required(port_field));
    } else {
      append(errors, validate_port_number(port_field, service.health_check_node_port));
    }
  } else if (service.health_check_node_port != 0) {
    errors.push_back(
        invalid(port_field, service.health_check_node_port,
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  }
  return errors;
}

FieldErrors validate_external_traffic_change(const Service& service, const Service& old) {
  if (!needs_health_check_port(service) || !needs_health_check_port(old)) return {};
  if (service.health_check_node_port == old.health_check_node_port) return {};
  return {forbidden("spec.healthCheckNodePort", "field is immutable")};
}

FieldErrors validate_internal_traffic(const Service& service) {
  const std::string field = "spec.internalTrafficPolicy";
  const auto& policy = service.internal_traffic_policy;
  if (policy) {
    if (*policy == "Cluster" || *policy == "Local") return {};
    return {not_supported(field, json_quote(*policy), {"Cluster", "Local"})};
  }
  const bool needs_it =
      service.type == kNodePortType || service.type == kLoadBalancerType || service.type == kClusterIpType;
  if (needs_it) return {required(field)};
  return {};
}

FieldErrors validate_traffic_distribution(const Service& service, const VersionProfile& version) {
  if (!service.traffic_distribution) return {};
  std::vector<std::string> supported{"PreferClose"};
  if (version.knows_same_zone_traffic)
    supported.insert(supported.end(), {"PreferSameZone", "PreferSameNode"});
  if (contains(supported, *service.traffic_distribution)) return {};
  return {not_supported("spec.trafficDistribution", json_quote(*service.traffic_distribution), supported)};
}

FieldErrors validate_load_balancer_status(const Service& service, const Service& old,
                                          const VersionProfile& version) {
  const std::string field = "status.loadBalancer.ingress";
  if (!is_load_balancer(service) && !service.ingress.empty()) {
    return {forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")};
  }
  std::vector<std::string> stored;
  for (const LoadBalancerIngress& ingress : old.ingress) {
    if (!ingress.ip.empty()) stored.push_back(ingress.ip);
  }
  FieldErrors errors;
  for (std::size_t i = 0; i < service.ingress.size(); ++i) {
    append(errors, validate_ingress(service.ingress[i], stored, at(field, i), version));
  }
  return errors;
}

}  // namespace clusterip::cluster
