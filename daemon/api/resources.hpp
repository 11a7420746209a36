// The registry of kinds: what the API serves, and what each is called.
//
// Discovery, paths, errors, storage and tables all read this one table. A resource's place in it is its id in
// the store of a running process; on disk it goes by stored_as. A view shows the objects of another resource.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "daemon/api/status.hpp"

namespace clusterip::api {

enum class ResourceIndex : std::uint8_t {
  kServices,
  kServiceCidrs,
  kIpAddresses,
  kNamespaces,
  kEvents,
  kGroupedEvents,  // the same objects as kEvents, as events.k8s.io shows them
};
inline constexpr std::size_t kResourceCount = 6;
// The first ones, which have objects of their own.
inline constexpr std::size_t kStoredCount = 5;

struct Resource {
  ResourceIndex index;
  std::string_view group;                      // "" for the core group
  std::span<const std::string_view> versions;  // the preferred one first
  std::string_view plural;
  std::string_view singular;
  std::string_view kind;
  std::span<const std::string_view> short_names;
  std::span<const std::string_view> categories;
  std::string_view stored_as;
  bool namespaced = false;
  bool has_status = false;
  bool erased_together = true;  // DELETE of a whole collection

  Subject subject() const { return {group, plural, kind}; }
  // "v1", "networking.k8s.io/v1beta1"
  std::string api_version(std::string_view version) const;
  bool serves(std::string_view version) const;
  // Whose objects they are.
  ResourceIndex storage() const;
  bool is_view() const { return storage() != index; }
  // Whether upstream answers for it from a cache; where it does, some refusals are worded otherwise.
  bool is_cached() const { return storage() != ResourceIndex::kEvents; }
};

const std::array<Resource, kResourceCount>& resources();
const Resource& resource(ResourceIndex index);
// The resource of that plural name in that group and version.
const Resource* find_resource(std::string_view group, std::string_view version, std::string_view plural);
// The one whose objects say so of themselves.
const Resource* find_kind_resource(std::string_view api_version, std::string_view kind);

}  // namespace clusterip::api
