#include "engine/cluster/service_traits.hpp"

#include "engine/net/text.hpp"

namespace clusterip::cluster {

bool needs_cluster_ip(const Service& service) {
  return service.type != kExternalNameType;
}

bool is_headless_for_validation(const Service& service) {
  return service.cluster_ips.size() == 1 && service.cluster_ips.front() == kHeadless;
}

bool is_headless_for_allocation(const Service& service) {
  return !service.cluster_ips.empty() && service.cluster_ips.front() == kHeadless;
}

bool is_headless_without_selector(const Service& service) {
  return service.cluster_ip == kHeadless && service.selector.empty();
}

bool wants_node_ports(const Service& service) {
  if (service.type == kNodePortType) return true;
  return service.type == kLoadBalancerType && service.allocate_load_balancer_node_ports.value_or(true);
}

bool needs_health_check_port(const Service& service) {
  return service.type == kLoadBalancerType && service.external_traffic_policy == "Local";
}

bool is_externally_accessible(const Service& service) {
  if (service.type == kLoadBalancerType || service.type == kNodePortType) return true;
  return service.type == kClusterIpType && !service.external_ips.empty();
}

bool has_policy(const Service& service, std::string_view policy) {
  return service.ip_family_policy && *service.ip_family_policy == policy;
}

std::optional<Family> family_of_name(std::string_view name) {
  if (name == family_name(Family::kIPv4)) return Family::kIPv4;
  if (name == family_name(Family::kIPv6)) return Family::kIPv6;
  return std::nullopt;
}

std::optional<Family> family_of_address(std::string_view text) {
  const auto address = read_address_sloppy(text);
  if (!address) return std::nullopt;
  return address->family();
}

std::set<std::int64_t> node_ports(const Service& service) {
  std::set<std::int64_t> ports;
  for (const ServicePort& port : service.ports) {
    if (port.node_port != 0) ports.insert(port.node_port);
  }
  return ports;
}

}  // namespace clusterip::cluster
