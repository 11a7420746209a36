// The rules that one object alone can break: `malformed` and `family-mismatch`, and what is wrong with the
// labels of an IPAddress. Pure functions of the object.
#pragma once

#include <string>
#include <vector>

#include "engine/cluster/objects.hpp"
#include "engine/net/address.hpp"
#include "engine/verify/finding.hpp"

namespace clusterip::verify {

// The address texts that a Service holds. As Service::addresses, and the singular field where an old object
// has nothing else.
std::vector<std::string> held_addresses(const cluster::Service& service);

std::vector<Finding> judge_alone(const cluster::Service& service);
std::vector<Finding> judge_alone(const cluster::IpAddress& object);
std::vector<Finding> judge_alone(const cluster::ServiceCidr& range);

// Why clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy and type do not fit together; empty where they do.
// What is missing altogether contradicts nothing: objects of old servers have no families and no policy.
std::string shape_fault(const cluster::Service& service);

bool has_right_family_label(const cluster::IpAddress& object, Family family);
// "label … is missing", "label … is \"x\" in place of \"y\""; empty where both labels of the allocator are
// right.
std::string label_fault(const cluster::IpAddress& object, Family family);

}  // namespace clusterip::verify
