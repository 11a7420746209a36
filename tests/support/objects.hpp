// Objects for tests, in one line each.
#pragma once

#include <string>
#include <vector>

#include "engine/cluster/objects.hpp"

namespace clusterip::testing {

// 2026-11-22T10:00:00Z and `seconds` after it.
cluster::Instant at(std::int64_t seconds);

// A Service "namespace/name" with these addresses, their families and the policy that goes with their number;
// created at at(0).
cluster::Service service(const std::string& key, std::vector<std::string> addresses);
// The IPAddress that the allocator writes for it.
cluster::IpAddress ip_address(const std::string& address, const std::string& key);
// A ready ServiceCIDR with its finalizer.
cluster::ServiceCidr range(const std::string& name, std::vector<std::string> cidrs);
// The same, asked to go at at(`seconds`).
cluster::ServiceCidr terminating(const std::string& name, std::vector<std::string> cidrs,
                                 std::int64_t seconds);

}  // namespace clusterip::testing
