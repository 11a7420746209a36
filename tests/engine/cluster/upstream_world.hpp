// Small upstream clusters for tests, in a line each.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/cluster/upstream.hpp"

namespace clusterip::cluster {

inline ServiceClusterIpRange flag_of(std::string_view text) {
  return std::get<ServiceClusterIpRange>(read_service_cluster_ip_range(text));
}

inline Upstream new_world(std::uint64_t seed = 1) {
  return Upstream(*read_instant("2026-01-01T00:00:00Z"), seed);
}

inline UpstreamRequest request_to(std::size_t server, RequestBody body, RequestChoices choices = {}) {
  UpstreamRequest request;
  request.server = server;
  request.body = std::move(body);
  request.choices = std::move(choices);
  return request;
}

inline CreateServiceRequest new_service(std::string name, std::string address = "", std::string policy = "") {
  Service service;
  service.meta.name_space = "default";
  service.meta.name = std::move(name);
  service.cluster_ip = std::move(address);
  if (!policy.empty()) service.ip_family_policy = std::move(policy);
  ServicePort port;
  port.protocol = "TCP";
  port.port = 80;
  service.ports.push_back(port);
  return {std::move(service)};
}

inline CreateServiceCidrRequest new_range(std::string name, std::vector<std::string> cidrs) {
  ServiceCidr object;
  object.meta.name = std::move(name);
  object.cidrs = std::move(cidrs);
  return {std::move(object)};
}

inline PatchServiceRequest new_policy(std::string name, std::string policy) {
  ServicePatch patch;
  patch.ip_family_policy = std::move(policy);
  return {"default", std::move(name), std::move(patch)};
}

// The answer to a request, with all the time that it takes.
inline ApiAnswer ask(Upstream& world, std::size_t server, RequestBody body, RequestChoices choices = {}) {
  return world.finish(world.begin(request_to(server, std::move(body), std::move(choices))));
}

inline RequestChoices drawn(std::uint64_t offset) {
  RequestChoices choices;
  choices.draws = Draws{offset, offset};
  choices.first = Family::kIPv4;
  return choices;
}

}  // namespace clusterip::cluster
