// The repair loop: brings Services and their IPAddress objects back in step, from both sides.
//
// Mirrors pkg/registry/core/service/ipallocator/controller/repairip.go. Runs in every apiserver: once over
// everything at the start, then for each object that changed. No Service is ever changed. Addresses of a
// Service are compared with IPAddress names as texts, as upstream does: a Service that spells an IPv6 address
// in another way never matches its own IPAddress.
#pragma once

#include <functional>
#include <string_view>

#include "engine/cluster/effects.hpp"
#include "engine/cluster/service_cidr_index.hpp"
#include "engine/cluster/version_profile.hpp"

namespace clusterip::cluster {

// An IPAddress whose Service does not exist is kept for this long.
inline constexpr Duration kOrphanGrace = Duration::seconds(60);
// One whose Service does not list it, though it was created after the Service.
inline constexpr Duration kFreshAddressGrace = Duration::seconds(5);

// The cluster as the loop sees it.
struct RepairView {
  const ServiceCidrIndex& index;
  // Null where there is none.
  std::function<const Service*(std::string_view name_space, std::string_view name)> find_service;
  std::function<const IpAddress*(std::string_view address)> find_address;
};

// One visit from the Service's side.
Effects repair_service(const Service& service, const RepairView& view);
// One visit from the IPAddress's side.
Effects repair_ip_address(const IpAddress& object, const RepairView& view, Instant now,
                          const VersionProfile& version);

// The IPAddress that the allocators and the loop write for a Service's address.
IpAddress ip_address_for(const Address& address, const Service& service);
// Both labels of the allocators, and the family's the right one.
bool has_allocator_labels(const IpAddress& object);

}  // namespace clusterip::cluster
