#include "engine/cluster/service_normalization.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "engine/cluster/service_traits.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::int64_t kDefaultAffinitySeconds = 10800;

void set_affinity_defaults(Service& service) {
  if (service.session_affinity.empty()) service.session_affinity = "None";
  if (service.session_affinity == "None") service.session_affinity_config.reset();
  if (service.session_affinity != "ClientIP") return;
  const auto& config = service.session_affinity_config;
  if (config && config->has_client_ip && config->timeout_seconds) return;
  service.session_affinity_config = Service::AffinityConfig{true, kDefaultAffinitySeconds};
}

void set_port_defaults(ServicePort& port) {
  if (port.protocol.empty()) port.protocol = "TCP";
  const IntOrString& target = port.target_port;
  const bool is_unset = target.text ? target.text->empty() : target.number == 0;
  if (is_unset) port.target_port = IntOrString{port.port, std::nullopt};
}

void set_families_by_addresses(Service& service) {
  for (const std::string& text : service.cluster_ips) {
    const Family family = family_of_address(text).value_or(Family::kIPv4);
    service.ip_families.emplace_back(family_name(family));
  }
  if (service.ip_families.size() == 1) service.ip_family_policy = kSingleStack;
  if (service.ip_families.size() == 2) service.ip_family_policy = kRequireDualStack;
}

void keep_node_ports(Service& service, const Service& old) {
  std::set<std::int64_t> used;
  const auto before = node_ports(old);
  const auto after = node_ports(service);
  std::set_intersection(before.begin(), before.end(), after.begin(), after.end(),
                        std::inserter(used, used.begin()));
  std::map<std::string, std::int64_t> by_name;
  for (const ServicePort& port : old.ports) by_name[port.name] = port.node_port;
  for (ServicePort& port : service.ports) {
    const auto found = by_name.find(port.name);
    if (port.node_port != 0 || found == by_name.end() || used.count(found->second) > 0) continue;
    port.node_port = found->second;
  }
}

// How the strategy asks, which does not look at allocateLoadBalancerNodePorts.
bool has_node_port_type(const Service& service) {
  return service.type == kNodePortType || service.type == kLoadBalancerType;
}

bool is_load_balancer(const Service& service) {
  return service.type == kLoadBalancerType;
}

void drop_address_fields(Service& service, const Service& old) {
  if (service.cluster_ip == old.cluster_ip && service.cluster_ips == old.cluster_ips) {
    service.cluster_ip.clear();
    service.cluster_ips.clear();
  }
  if (service.ip_families == old.ip_families) service.ip_families.clear();
  if (service.ip_family_policy == old.ip_family_policy) service.ip_family_policy.reset();
}

}  // namespace

void set_defaults(Service& service) {
  set_affinity_defaults(service);
  if (service.type.empty()) service.type = kClusterIpType;
  for (ServicePort& port : service.ports) set_port_defaults(port);
  if (is_externally_accessible(service) && service.external_traffic_policy.empty()) {
    service.external_traffic_policy = "Cluster";
  }
  const bool has_internal_traffic = has_node_port_type(service) || service.type == kClusterIpType;
  if (!service.internal_traffic_policy && has_internal_traffic) service.internal_traffic_policy = "Cluster";
  if (!is_load_balancer(service)) return;
  if (!service.allocate_load_balancer_node_ports) service.allocate_load_balancer_node_ports = true;
  for (LoadBalancerIngress& ingress : service.ingress) {
    if (!ingress.ip.empty() && !ingress.ip_mode) ingress.ip_mode = "VIP";
  }
}

void set_defaults_on_read(Service& service, Family primary) {
  normalize_cluster_ips(service);
  if (!needs_cluster_ip(service)) {
    service.internal_traffic_policy.reset();
    return;
  }
  if (!service.ip_families.empty()) return;
  if (service.cluster_ip != kHeadless) {
    set_families_by_addresses(service);
    return;
  }
  service.ip_families.emplace_back(family_name(primary));
  if (service.selector.empty()) {
    service.ip_families.emplace_back(family_name(other_family(primary)));
    service.ip_family_policy = kRequireDualStack;
  } else {
    service.ip_family_policy = kSingleStack;
  }
}

void normalize_cluster_ips(Service& service) {
  if (!service.cluster_ip.empty() && service.cluster_ips.empty()) service.cluster_ips = {service.cluster_ip};
}

void normalize_cluster_ips(Service& service, const Service& old) {
  if (service.cluster_ip == old.cluster_ip) {
    if (service.cluster_ips.empty()) service.cluster_ips = old.cluster_ips;
    return;
  }
  if (service.cluster_ips != old.cluster_ips) return;
  if (service.cluster_ip.empty()) {
    service.cluster_ips.clear();
  } else {
    service.cluster_ips = {service.cluster_ip};
  }
}

void keep_allocated_values(Service& service, const Service& old) {
  if (needs_cluster_ip(old) && needs_cluster_ip(service)) {
    if (service.cluster_ip.empty()) service.cluster_ip = old.cluster_ip;
    if (service.cluster_ips.empty()) service.cluster_ips = old.cluster_ips;
  }
  if (wants_node_ports(old) && wants_node_ports(service)) keep_node_ports(service, old);
  if (needs_health_check_port(old) && needs_health_check_port(service) &&
      service.health_check_node_port == 0) {
    service.health_check_node_port = old.health_check_node_port;
  }
}

void drop_fields_of_old_type(Service& service, const Service& old) {
  if (needs_cluster_ip(old) && !needs_cluster_ip(service)) drop_address_fields(service, old);
  if (has_node_port_type(old) && !has_node_port_type(service)) {
    const auto before = node_ports(old);
    const auto after = node_ports(service);
    if (std::includes(before.begin(), before.end(), after.begin(), after.end())) {
      for (ServicePort& port : service.ports) port.node_port = 0;
    }
  }
  if (needs_health_check_port(old) && !needs_health_check_port(service) &&
      service.health_check_node_port == old.health_check_node_port) {
    service.health_check_node_port = 0;
  }
  if (is_load_balancer(old) && !is_load_balancer(service)) {
    if (service.allocate_load_balancer_node_ports == old.allocate_load_balancer_node_ports) {
      service.allocate_load_balancer_node_ports.reset();
    }
    if (service.load_balancer_class == old.load_balancer_class) service.load_balancer_class.reset();
  }
  if (is_externally_accessible(old) && !is_externally_accessible(service) &&
      service.external_traffic_policy == old.external_traffic_policy) {
    service.external_traffic_policy.clear();
  }
  if (!is_load_balancer(service)) service.ingress.clear();
}

}  // namespace clusterip::cluster
