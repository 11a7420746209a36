#include "daemon/api/resources.hpp"

#include <algorithm>

namespace clusterip::api {
namespace {

using Names = std::string_view;

constexpr std::array<Names, 1> kV1{"v1"};
constexpr std::array<Names, 2> kV1AndBeta{"v1", "v1beta1"};
constexpr std::array<Names, 1> kSvc{"svc"};
constexpr std::array<Names, 1> kIp{"ip"};
constexpr std::array<Names, 1> kNs{"ns"};
constexpr std::array<Names, 1> kEv{"ev"};
constexpr std::array<Names, 1> kAll{"all"};

constexpr std::array<Resource, kResourceCount> kResources{{
    {ResourceIndex::kServices, "", kV1, "services", "service", "Service", kSvc, kAll, "services", true, true},
    {ResourceIndex::kServiceCidrs,
     "networking.k8s.io",
     kV1AndBeta,
     "servicecidrs",
     "servicecidr",
     "ServiceCIDR",
     {},
     {},
     "servicecidrs.networking.k8s.io",
     false,
     true},
    {ResourceIndex::kIpAddresses,
     "networking.k8s.io",
     kV1AndBeta,
     "ipaddresses",
     "ipaddress",
     "IPAddress",
     kIp,
     {},
     "ipaddresses.networking.k8s.io",
     false,
     false},
    {ResourceIndex::kNamespaces,
     "",
     kV1,
     "namespaces",
     "namespace",
     "Namespace",
     kNs,
     {},
     "namespaces",
     false,
     true,
     false},
    {ResourceIndex::kEvents, "", kV1, "events", "event", "Event", kEv, {}, "events", true, false},
    {ResourceIndex::kGroupedEvents,
     "events.k8s.io",
     kV1,
     "events",
     "event",
     "Event",
     kEv,
     {},
     "",
     true,
     false},
}};

}  // namespace

std::string Resource::api_version(std::string_view version) const {
  return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

bool Resource::serves(std::string_view version) const {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

ResourceIndex Resource::storage() const {
  return index == ResourceIndex::kGroupedEvents ? ResourceIndex::kEvents : index;
}

const std::array<Resource, kResourceCount>& resources() {
  return kResources;
}

const Resource& resource(ResourceIndex index) {
  return kResources[static_cast<std::size_t>(index)];
}

const Resource* find_resource(std::string_view group, std::string_view version, std::string_view plural) {
  const auto found = std::find_if(kResources.begin(), kResources.end(), [&](const Resource& candidate) {
    return candidate.group == group && candidate.plural == plural && candidate.serves(version);
  });
  return found == kResources.end() ? nullptr : &*found;
}

const Resource* find_kind_resource(std::string_view api_version, std::string_view kind) {
  for (const Resource& candidate : kResources) {
    if (candidate.kind != kind) continue;
    for (const std::string_view version : candidate.versions) {
      if (candidate.api_version(version) == api_version) return &candidate;
    }
  }
  return nullptr;
}

}  // namespace clusterip::api
