// What several upstream servers share: the stored objects and the history of their changes, as etcd keeps
// them.
//
// Every write takes effect at once and appends a change; a cache is a copy of the objects that has taken in
// the history up to some place. A value: copying it copies the world, which is how interleavings are
// explored. Names of IPAddresses are canonical texts. Times are the writer's; created and deleted objects get
// them in whole seconds.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/cluster/effects.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::cluster {

enum class StoredKind : std::uint8_t { kService, kServiceCidr, kIpAddress };
inline constexpr std::size_t kStoredKinds = 3;
// "services", "servicecidrs", "ipaddresses".
std::string_view resource_name(StoredKind kind);

// "namespace/name", or the name alone for cluster-scoped objects.
std::string stored_key(const ObjectMeta& meta);

struct StoredChange {
  enum class Type : std::uint8_t { kAdded, kModified, kDeleted };

  Type type = Type::kAdded;
  Instant time;
  // The object after the change; of a deletion: the last state.
  std::variant<Service, ServiceCidr, IpAddress> object;

  StoredKind kind() const { return static_cast<StoredKind>(object.index()); }
  const ObjectMeta& meta() const;
};

struct StoredObjects {
  std::map<std::string, Service, std::less<>> services;
  std::map<std::string, ServiceCidr, std::less<>> service_cidrs;
  std::map<std::string, IpAddress, std::less<>> ip_addresses;

  void apply(const StoredChange& change);
  const Service* find_service(std::string_view name_space, std::string_view name) const;
  const ServiceCidr* find_service_cidr(std::string_view name) const;
  const IpAddress* find_ip_address(std::string_view address) const;
};

// How a write ended. Where upstream's answer differs by more than this, the caller words it.
enum class WriteResult : std::uint8_t { kDone, kExists, kBeingDeleted, kNotFound, kConflict };

class UpstreamStore {
 public:
  const StoredObjects& objects() const { return objects_; }
  const std::vector<StoredChange>& history() const { return history_; }

  // Creates set creation time and resourceVersion; the caller has validated the object.
  [[nodiscard]] WriteResult create(Service object, Instant now);
  [[nodiscard]] WriteResult create(ServiceCidr object, Instant now);
  [[nodiscard]] WriteResult create(IpAddress object, Instant now);
  // Replaces the object; kConflict where its resourceVersion is not the stored one.
  [[nodiscard]] WriteResult update(Service object, Instant now);
  [[nodiscard]] WriteResult update(ServiceCidr object, Instant now);
  // Removes the object at once; a ServiceCIDR with finalizers is marked instead.
  [[nodiscard]] WriteResult delete_service(std::string_view key, Instant now);
  [[nodiscard]] WriteResult delete_service_cidr(std::string_view name, Instant now);
  [[nodiscard]] WriteResult delete_ip_address(std::string_view address, Instant now);

  // The writes of the controllers. A finalizer that is added twice or removed twice is done.
  [[nodiscard]] WriteResult set_cidrs(std::string_view name, std::vector<std::string> cidrs, Instant now);
  [[nodiscard]] WriteResult add_finalizer(std::string_view name, Instant now);
  // Removing the last finalizer of an object that is being deleted removes the object.
  [[nodiscard]] WriteResult remove_finalizer(std::string_view name, Instant now);
  // A condition that is there already, with its time, is no change.
  [[nodiscard]] WriteResult apply_condition(std::string_view name, const Condition& condition, Instant now);

 private:
  template <class Object>
  WriteResult insert(std::map<std::string, Object, std::less<>>& objects, Object object, Instant now);
  template <class Object>
  WriteResult replace(std::map<std::string, Object, std::less<>>& objects, Object object, Instant now);
  template <class Object>
  WriteResult erase(std::map<std::string, Object, std::less<>>& objects, std::string_view key, Instant now);
  void record(StoredChange change);
  std::string next_version();

  StoredObjects objects_;
  std::vector<StoredChange> history_;
  std::uint64_t version_ = 0;
};

}  // namespace clusterip::cluster
