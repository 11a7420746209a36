// Small questions about a Service that several rules ask, each named as upstream means it.
//
// Upstream asks "is it headless" in three slightly different ways; the difference is kept, since odd requests
// (None together with another value) fall between them.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "engine/cluster/objects.hpp"
#include "engine/net/address.hpp"

namespace clusterip::cluster {

inline constexpr std::string_view kClusterIpType = "ClusterIP";
inline constexpr std::string_view kNodePortType = "NodePort";
inline constexpr std::string_view kLoadBalancerType = "LoadBalancer";
inline constexpr std::string_view kExternalNameType = "ExternalName";

inline constexpr std::string_view kSingleStack = "SingleStack";
inline constexpr std::string_view kPreferDualStack = "PreferDualStack";
inline constexpr std::string_view kRequireDualStack = "RequireDualStack";

// All types but ExternalName.
bool needs_cluster_ip(const Service& service);
// None is the one and only cluster IP: how validation sees it.
bool is_headless_for_validation(const Service& service);
// None is the first cluster IP, whatever follows: how allocation sees it.
bool is_headless_for_allocation(const Service& service);
// clusterIP is None and no Pods are selected: such a Service may have families that the cluster has not.
bool is_headless_without_selector(const Service& service);
// Ports on the nodes are given out for it: NodePort, and LoadBalancer unless it says no.
bool wants_node_ports(const Service& service);
// LoadBalancer with externalTrafficPolicy Local.
bool needs_health_check_port(const Service& service);
// NodePort, LoadBalancer, and ClusterIP with external IPs.
bool is_externally_accessible(const Service& service);

bool has_policy(const Service& service, std::string_view policy);
// "IPv4", "IPv6"; absent for any other text.
std::optional<Family> family_of_name(std::string_view name);
// Of an address as the legacy reader takes it.
std::optional<Family> family_of_address(std::string_view text);
// The node ports that are set.
std::set<std::int64_t> node_ports(const Service& service);

}  // namespace clusterip::cluster
