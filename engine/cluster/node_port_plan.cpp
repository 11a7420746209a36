// How the writes of Services take node ports (registry/core/service/storage/alloc.go).
#include <map>
#include <set>
#include <utility>

#include "engine/cluster/node_ports.hpp"
#include "engine/cluster/service_traits.hpp"

namespace clusterip::cluster {
namespace {

using Refusal = std::optional<ServiceRefusal>;

ServiceRefusal internal_error(std::string message) {
  return {ServiceRefusal::Kind::kInternal, {}, std::move(message)};
}

Refusal claim_named(std::size_t index, std::int64_t port, NodePortOperation& operation) {
  const auto refusal = operation.claim(port);
  if (!refusal) return std::nullopt;
  return refuse_invalid({invalid("spec.ports[" + std::to_string(index) + "].nodePort", port, *refusal)});
}

Refusal claim_any(std::int64_t& port, NodePortOperation& operation, SeededDraws& draws) {
  const auto found = operation.claim_any(draws);
  if (!found) return internal_error("failed to allocate a nodePort: range is full");
  port = *found;
  return std::nullopt;
}

bool has_node_port_type(const Service& service) {
  return service.type == kNodePortType || service.type == kLoadBalancerType;
}

// The node port that the client asked for, for any protocol of the same port.
std::int64_t requested_for(std::int64_t port, const Service& service) {
  for (const ServicePort& candidate : service.ports) {
    if (candidate.port == port && candidate.node_port != 0) return candidate.node_port;
  }
  return 0;
}

// One port of a new Service. Ports with the same number, of several protocols, share a node port.
Refusal take_first(Service& service, std::size_t index, std::map<std::int64_t, std::int64_t>& shared,
                   NodePortOperation& operation, SeededDraws& draws) {
  ServicePort& port = service.ports[index];
  if (port.node_port == 0 && !wants_node_ports(service)) return std::nullopt;
  const auto known = shared.find(port.port);
  if (known == shared.end()) {
    const std::int64_t wanted = requested_for(port.port, service);
    Refusal refusal;
    if (wanted != 0) {
      refusal = claim_named(index, wanted, operation);
      if (!refusal) port.node_port = wanted;
    } else {
      refusal = claim_any(port.node_port, operation, draws);
    }
    if (!refusal) shared[port.port] = port.node_port;
    return refusal;
  }
  if (port.node_port == known->second) return std::nullopt;
  if (port.node_port != 0) return claim_named(index, port.node_port, operation);
  port.node_port = known->second;
  return std::nullopt;
}

Refusal take_health_check_port(Service& service, NodePortOperation& operation, SeededDraws& draws) {
  const std::int64_t wanted = service.health_check_node_port;
  if (wanted == 0) {
    const auto found = operation.claim_any(draws);
    if (!found) return internal_error("failed to allocate a HealthCheck NodePort 0: range is full");
    service.health_check_node_port = *found;
    return std::nullopt;
  }
  const auto refusal = operation.claim(wanted);
  if (!refusal) return std::nullopt;
  return internal_error("failed to allocate requested HealthCheck NodePort " + std::to_string(wanted) + ": " +
                        *refusal);
}

Refusal update_ports(Service& service, const Service& old, NodePortOperation& operation, SeededDraws& draws) {
  const std::set<std::int64_t> before = node_ports(old);
  std::set<std::int64_t> taken;
  std::set<std::pair<std::string, std::int64_t>> seen;
  for (std::size_t i = 0; i < service.ports.size(); ++i) {
    ServicePort& port = service.ports[i];
    if (port.node_port == 0 && !wants_node_ports(service)) continue;
    if (port.node_port == 0) {
      if (auto refusal = claim_any(port.node_port, operation, draws)) return refusal;
    } else if (before.count(port.node_port) == 0 && taken.insert(port.node_port).second) {
      if (auto refusal = claim_named(i, port.node_port, operation)) return refusal;
    }
    if (!seen.emplace(port.protocol, port.node_port).second) {
      const std::string pair = port.protocol + " " + std::to_string(port.node_port);
      return ServiceRefusal{ServiceRefusal::Kind::kUnknown, {}, "duplicate nodePort: {" + pair + "}"};
    }
  }
  const std::set<std::int64_t> after = node_ports(service);
  for (const std::int64_t port : before) {
    if (after.count(port) == 0) operation.release_later(port);
  }
  return std::nullopt;
}

}  // namespace

Refusal take_ports_for_create(Service& service, NodePortOperation& operation, SeededDraws& draws) {
  std::map<std::int64_t, std::int64_t> shared;
  for (std::size_t i = 0; has_node_port_type(service) && i < service.ports.size(); ++i) {
    if (auto refusal = take_first(service, i, shared, operation, draws)) return refusal;
  }
  if (needs_health_check_port(service)) return take_health_check_port(service, operation, draws);
  return std::nullopt;
}

Refusal take_ports_for_update(Service& service, const Service& old, NodePortOperation& operation,
                              SeededDraws& draws) {
  if (has_node_port_type(old) && !has_node_port_type(service)) {
    for (const std::int64_t port : node_ports(old)) operation.release_later(port);
  }
  if (has_node_port_type(service)) {
    if (auto refusal = update_ports(service, old, operation, draws)) return refusal;
  }
  const bool needed = needs_health_check_port(old);
  const bool needs = needs_health_check_port(service);
  if (needs && !needed) return take_health_check_port(service, operation, draws);
  if (needed && !needs) operation.release_later(old.health_check_node_port);
  return std::nullopt;
}

std::vector<std::int64_t> held_node_ports(const Service& service) {
  const std::set<std::int64_t> ports = node_ports(service);
  std::vector<std::int64_t> held(ports.begin(), ports.end());
  if (service.health_check_node_port != 0) held.push_back(service.health_check_node_port);
  return held;
}

}  // namespace clusterip::cluster
