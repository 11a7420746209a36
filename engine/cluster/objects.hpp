// The three kinds of object that ClusterIP allocation is about, as values: Service, ServiceCIDR and
// IPAddress.
//
// They hold what the rules look at. Texts stay as they were sent (an address may be malformed, a family
// unknown): what they mean is decided by the rules, not by the type. JSON is read and written in daemon/api.
// (k8s.io/api core/v1 and networking/v1)
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cluster/instant.hpp"

namespace clusterip::cluster {

inline constexpr std::string_view kDefaultServiceCidrName = "kubernetes";
inline constexpr std::string_view kServiceCidrFinalizer = "networking.k8s.io/service-cidr-finalizer";
inline constexpr std::string_view kFamilyLabel = "ipaddress.kubernetes.io/ip-family";
inline constexpr std::string_view kManagedByLabel = "ipaddress.kubernetes.io/managed-by";
inline constexpr std::string_view kAllocatorIdentity = "ipallocator.k8s.io";
inline constexpr std::string_view kHeadless = "None";
inline constexpr std::string_view kReadyCondition = "Ready";

using Labels = std::map<std::string, std::string, std::less<>>;

struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  std::optional<bool> controller;
  std::optional<bool> block_owner_deletion;
  friend bool operator==(const OwnerReference&, const OwnerReference&) = default;
};

// Which client set which fields. `fields_json` is the tree of fields as compact JSON; no rule reads it.
struct ManagedFields {
  std::string manager;
  std::string operation;
  std::string api_version;
  std::optional<Instant> time;
  std::string fields_type;
  std::string fields_json;
  std::string subresource;
  friend bool operator==(const ManagedFields&, const ManagedFields&) = default;
};

struct ObjectMeta {
  std::string name;
  std::string generate_name;
  std::string name_space;  // empty for cluster-scoped objects
  std::string uid;
  std::string resource_version;
  std::int64_t generation = 0;
  std::optional<Instant> creation;
  std::optional<Instant> deletion;  // set: the object is being deleted and waits for its finalizers
  std::optional<std::int64_t> deletion_grace_seconds;
  std::vector<std::string> finalizers;
  Labels labels;
  Labels annotations;
  std::vector<OwnerReference> owner_references;
  std::vector<ManagedFields> managed_fields;

  bool has_finalizer(std::string_view finalizer) const;
};

struct Condition {
  std::string type;
  std::string status;  // "True", "False", "Unknown", or whatever a client wrote
  std::string reason;
  std::string message;
  std::optional<Instant> last_transition;
  std::int64_t observed_generation = 0;
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct ServiceCidr {
  ObjectMeta meta;
  std::vector<std::string> cidrs;
  // The list was sent, though empty: upstream prints such a list as [] and a missing one as null.
  bool empty_cidrs_given = false;
  std::vector<Condition> conditions;

  const Condition* ready_condition() const;
  // Whether upstream's allocators take it for ready: not being deleted, and Ready is True or was never set
  // (4.3).
  bool counts_as_ready() const;
};

struct ParentRef {
  std::string group;
  std::string resource;
  std::string name_space;
  std::string name;

  bool is_service() const { return group.empty() && resource == "services"; }
  friend bool operator==(const ParentRef&, const ParentRef&) = default;
};

struct IpAddress {
  ObjectMeta meta;  // the name is the address
  std::optional<ParentRef> parent;

  // Carries the managed-by label of the ClusterIP allocators.
  bool is_managed() const;
};

// A port's number or name: 80 and "80" differ (k8s.io/apimachinery intstr).
struct IntOrString {
  std::int64_t number = 0;
  std::optional<std::string> text;  // set: it is a text, and `number` says nothing
  friend bool operator==(const IntOrString&, const IntOrString&) = default;
};

struct ServicePort {
  std::string name;
  std::string protocol;
  std::int64_t port = 0;
  IntOrString target_port;
  std::int64_t node_port = 0;
  std::optional<std::string> app_protocol;
  friend bool operator==(const ServicePort&, const ServicePort&) = default;
};

// status.loadBalancer.ingress[].ports[]
struct PortStatus {
  std::int64_t port = 0;
  std::string protocol;
  std::optional<std::string> error;
  friend bool operator==(const PortStatus&, const PortStatus&) = default;
};

// status.loadBalancer.ingress[]
struct LoadBalancerIngress {
  std::string ip;
  std::string hostname;
  std::optional<std::string> ip_mode;
  std::vector<PortStatus> ports;
  friend bool operator==(const LoadBalancerIngress&, const LoadBalancerIngress&) = default;
};

struct Service {
  ObjectMeta meta;
  std::string type;  // empty: ClusterIP
  std::string cluster_ip;
  std::vector<std::string> cluster_ips;
  std::vector<std::string> ip_families;
  std::optional<std::string> ip_family_policy;
  Labels selector;
  std::vector<ServicePort> ports;
  std::string external_name;
  std::vector<std::string> external_ips;
  std::string session_affinity;
  // spec.sessionAffinityConfig.clientIP.timeoutSeconds. Three levels, each of which may be missing alone.
  struct AffinityConfig {
    bool has_client_ip = false;
    std::optional<std::int64_t> timeout_seconds;
    friend bool operator==(const AffinityConfig&, const AffinityConfig&) = default;
  };
  std::optional<AffinityConfig> session_affinity_config;
  std::string load_balancer_ip;
  std::vector<std::string> load_balancer_source_ranges;
  std::optional<std::string> load_balancer_class;
  std::optional<bool> allocate_load_balancer_node_ports;
  std::string external_traffic_policy;
  std::optional<std::string> internal_traffic_policy;
  std::optional<std::string> traffic_distribution;
  std::int64_t health_check_node_port = 0;
  bool publish_not_ready_addresses = false;
  std::vector<LoadBalancerIngress> ingress;  // status.loadBalancer.ingress
  std::vector<Condition> conditions;         // status.conditions

  bool is_external_name() const { return type == "ExternalName"; }
  // None is the first cluster IP (or the only one given, before the plural field is filled in).
  bool is_headless() const;
  // The addresses it holds: nothing for headless and ExternalName Services, else cluster_ips as written.
  std::vector<std::string> addresses() const;
};

// "services/default/a", "servicecidrs/kubernetes", "ipaddresses/10.0.0.1": how reports name an object.
std::string object_path(std::string_view plural, const ObjectMeta& meta);

}  // namespace clusterip::cluster
