#include "engine/cluster/kubernetes_service.hpp"

namespace clusterip::cluster {

Address api_service_address(const Cidr& primary_range) {
  return {primary_range.family(), primary_range.network().bits() + 1};
}

Service kubernetes_service(const KubernetesServiceConfig& config) {
  Service service;
  service.meta.name = "kubernetes";
  service.meta.name_space = "default";
  service.meta.labels = {{"component", "apiserver"}, {"provider", "kubernetes"}};
  service.type = config.node_port > 0 ? "NodePort" : "ClusterIP";
  service.cluster_ip = api_service_address(config.primary_range).to_string();
  service.ip_family_policy = "SingleStack";
  service.session_affinity = "None";
  ServicePort port;
  port.name = "https";
  port.protocol = "TCP";
  port.port = config.port;
  port.target_port.number = config.target_port;
  port.node_port = config.node_port;
  service.ports.push_back(std::move(port));
  return service;
}

Effects sync_kubernetes_service(const KubernetesServiceConfig& config, bool exists) {
  if (exists) return {};
  return {CreateService{kubernetes_service(config)}};
}

}  // namespace clusterip::cluster
