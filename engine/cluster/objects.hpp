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

struct ObjectMeta {
  std::string name;
  std::string generate_name;
  std::string name_space;  // empty for cluster-scoped objects
  std::string uid;
  std::string resource_version;
  std::optional<Instant> creation;
  std::optional<Instant> deletion;  // set: the object is being deleted and waits for its finalizers
  std::vector<std::string> finalizers;
  Labels labels;
  Labels annotations;

  bool has_finalizer(std::string_view finalizer) const;
};

struct Condition {
  std::string type;
  std::string status;  // "True", "False", "Unknown", or whatever a client wrote
  std::string reason;
  std::string message;
  std::optional<Instant> last_transition;
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct ServiceCidr {
  ObjectMeta meta;
  std::vector<std::string> cidrs;
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

struct ServicePort {
  std::string name;
  std::string protocol;
  std::int64_t port = 0;
  std::string target_port;  // a number or a name, as text
  std::int64_t node_port = 0;
  std::optional<std::string> app_protocol;
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

  bool is_external_name() const { return type == "ExternalName"; }
  // None is the first cluster IP (or the only one given, before the plural field is filled in).
  bool is_headless() const;
  // The addresses it holds: nothing for headless and ExternalName Services, else cluster_ips as written.
  std::vector<std::string> addresses() const;
};

// "services/default/a", "servicecidrs/kubernetes", "ipaddresses/10.0.0.1": how reports name an object.
std::string object_path(std::string_view plural, const ObjectMeta& meta);

}  // namespace clusterip::cluster
