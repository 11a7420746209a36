// The Service default/kubernetes, through which Pods find the API: created at the first address of the first
// range of --service-cluster-ip-range when it is missing, never changed afterwards.
//
// Mirrors pkg/controlplane/controller/kubernetesservice. Runs in every apiserver, every 10 s.
#pragma once

#include <cstdint>

#include "engine/cluster/effects.hpp"
#include "engine/net/cidr.hpp"

namespace clusterip::cluster {

inline constexpr Duration kKubernetesServiceInterval = Duration::seconds(10);

struct KubernetesServiceConfig {
  Cidr primary_range;
  std::int64_t port = 443;
  std::int64_t target_port = 6443;  // where the API itself listens
  std::int64_t node_port = 0;       // set: the Service is of type NodePort
};

// The address that the API's own Service has in this range.
Address api_service_address(const Cidr& primary_range);

// The Service as it is created: the server fills in the rest.
Service kubernetes_service(const KubernetesServiceConfig& config);

// One visit. `exists`: a Service of that name is there, whatever it looks like.
Effects sync_kubernetes_service(const KubernetesServiceConfig& config, bool exists);

}  // namespace clusterip::cluster
