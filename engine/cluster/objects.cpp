#include "engine/cluster/objects.hpp"

#include <algorithm>

namespace clusterip::cluster {

bool ObjectMeta::has_finalizer(std::string_view finalizer) const {
  return std::find(finalizers.begin(), finalizers.end(), finalizer) != finalizers.end();
}

const Condition* ServiceCidr::ready_condition() const {
  const auto found = std::find_if(conditions.begin(), conditions.end(), [](const Condition& condition) {
    return condition.type == kReadyCondition;
  });
  return found == conditions.end() ? nullptr : &*found;
}

bool ServiceCidr::counts_as_ready() const {
  if (meta.deletion) return false;
  const Condition* ready = ready_condition();
  return ready == nullptr || ready->status == "True";
}

bool IpAddress::is_managed() const {
  const auto label = meta.labels.find(kManagedByLabel);
  return label != meta.labels.end() && label->second == kAllocatorIdentity;
}

bool Service::is_headless() const {
  return cluster_ips.empty() ? cluster_ip == kHeadless : cluster_ips.front() == kHeadless;
}

std::vector<std::string> Service::addresses() const {
  if (is_external_name() || is_headless()) return {};
  return cluster_ips;
}

std::string object_path(std::string_view plural, const ObjectMeta& meta) {
  std::string path(plural);
  if (!meta.name_space.empty()) path.append("/").append(meta.name_space);
  return path.append("/").append(meta.name);
}

}  // namespace clusterip::cluster
