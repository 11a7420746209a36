#include "tests/support/objects.hpp"

#include "engine/net/text.hpp"

namespace clusterip::testing {

cluster::Instant at(std::int64_t seconds) {
  return *cluster::read_instant("2026-11-22T10:00:00Z") + cluster::Duration::seconds(seconds);
}

cluster::Service service(const std::string& key, std::vector<std::string> addresses) {
  cluster::Service object;
  object.meta.name_space = key.substr(0, key.find('/'));
  object.meta.name = key.substr(key.find('/') + 1);
  object.meta.creation = at(0);
  object.type = "ClusterIP";
  object.cluster_ip = addresses.empty() ? "" : addresses.front();
  for (const std::string& text : addresses) {
    const auto address = read_address_sloppy(text);
    object.ip_families.emplace_back(family_name(address ? address->family() : Family::kIPv4));
  }
  object.ip_family_policy = addresses.size() == 2 ? "RequireDualStack" : "SingleStack";
  object.cluster_ips = std::move(addresses);
  return object;
}

cluster::IpAddress ip_address(const std::string& address, const std::string& key) {
  cluster::IpAddress object;
  object.meta.name = address;
  object.meta.creation = at(0);
  const auto value = read_address_sloppy(address);
  object.meta.labels.emplace(cluster::kManagedByLabel, cluster::kAllocatorIdentity);
  object.meta.labels.emplace(cluster::kFamilyLabel, family_name(value ? value->family() : Family::kIPv4));
  object.parent =
      cluster::ParentRef{"", "services", key.substr(0, key.find('/')), key.substr(key.find('/') + 1)};
  return object;
}

cluster::ServiceCidr range(const std::string& name, std::vector<std::string> cidrs) {
  cluster::ServiceCidr object;
  object.meta.name = name;
  object.meta.creation = at(0);
  object.meta.finalizers.emplace_back(cluster::kServiceCidrFinalizer);
  object.cidrs = std::move(cidrs);
  object.conditions.push_back({"Ready", "True", "", "Kubernetes Service CIDR is ready", at(0), 0});
  return object;
}

cluster::ServiceCidr terminating(const std::string& name, std::vector<std::string> cidrs,
                                 std::int64_t seconds) {
  cluster::ServiceCidr object = range(name, std::move(cidrs));
  object.meta.deletion = at(seconds);
  object.conditions.front().status = "False";
  object.conditions.front().reason = "Terminating";
  return object;
}

}  // namespace clusterip::testing
