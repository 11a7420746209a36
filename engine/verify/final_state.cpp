#include "engine/verify/final_state.hpp"

#include <utility>

namespace clusterip::verify {
namespace {

cluster::Service named_service(const std::string& key, const ServiceFacts& facts) {
  cluster::Service service = service_of(facts);
  const auto slash = key.find('/');
  service.meta.name_space = key.substr(0, slash);
  service.meta.name = key.substr(slash + 1);
  return service;
}

cluster::IpAddress ip_address_of(const Address& address, const AddressLife& life) {
  cluster::IpAddress object;
  object.meta.name = address.to_string();
  object.meta.uid = life.uid;
  object.meta.resource_version = std::to_string(life.revision);
  object.meta.creation = life.creation;
  object.parent = life.parent;
  if (life.managed) object.meta.labels.emplace(cluster::kManagedByLabel, cluster::kAllocatorIdentity);
  if (life.labels_right) object.meta.labels.emplace(cluster::kFamilyLabel, family_name(address.family()));
  return object;
}

// Each object that is there at the end, one at a time.
void for_each_final(const Lives& lives, const auto& service, const auto& address, const auto& range) {
  for (const auto& [key, all] : lives.services.all()) {
    for (const ServiceLife& life : all) {
      if (life.gone.to == kEnd && life.gone_by == kNoRequest && !life.versions.empty())
        service(key, *life.versions.back().facts);
    }
  }
  for (const auto& [known, all] : lives.addresses.all()) {
    const AddressLife& last = all.back();
    if (last.deleted.to == kEnd && !last.doubtful) address(known, last);
  }
  for (const RangeLife& object : lives.ranges.objects()) {
    if (object.gone_by == kNoRequest && object.object) range(*object.object);
  }
}

}  // namespace

StartState final_objects(const Lives& lives) {
  StartState objects;
  for_each_final(
      lives,
      [&](const std::string& key, const ServiceFacts& facts) {
        objects.services.push_back({key, facts});
      },
      [&](const Address& address, const AddressLife& life) {
        objects.addresses.push_back({address, life});
      },
      [&](const cluster::ServiceCidr& range) { objects.cidrs.push_back(range); });
  return objects;
}

State final_state(const Lives& lives) {
  State state;
  for_each_final(
      lives, [&](const std::string& key, const ServiceFacts& facts) { state.put(named_service(key, facts)); },
      [&](const Address& address, const AddressLife& life) { state.put(ip_address_of(address, life)); },
      [&](const cluster::ServiceCidr& range) { state.put(range); });
  return state;
}

}  // namespace clusterip::verify
