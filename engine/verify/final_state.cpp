#include "engine/verify/final_state.hpp"

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
  object.meta.creation = life.stamp;
  object.parent = life.parent;
  if (life.managed) object.meta.labels.emplace(cluster::kManagedByLabel, cluster::kAllocatorIdentity);
  if (life.labels_right) object.meta.labels.emplace(cluster::kFamilyLabel, family_name(address.family()));
  return object;
}

}  // namespace

StartState final_objects(const History& history) {
  StartState objects;
  for (const auto& [key, lives] : history.services.all()) {
    for (const ServiceLife& life : lives) {
      if (life.gone.to == kEnd && life.gone_by == kNoRequest && !life.versions.empty()) {
        objects.services.push_back(named_service(key, *life.versions.back().facts));
      }
    }
  }
  for (const auto& [address, lives] : history.addresses.all()) {
    const AddressLife& last = lives.back();
    if (last.deleted.to == kEnd && !last.doubtful) objects.addresses.push_back(ip_address_of(address, last));
  }
  for (const RangeLife& object : history.ranges.objects()) {
    if (object.gone_by == kNoRequest && object.object) objects.cidrs.push_back(*object.object);
  }
  return objects;
}

State final_state(const History& history) {
  State state;
  const StartState objects = final_objects(history);
  for (const cluster::Service& service : objects.services) state.put(service);
  for (const cluster::IpAddress& address : objects.addresses) state.put(address);
  for (const cluster::ServiceCidr& range : objects.cidrs) state.put(range);
  return state;
}

}  // namespace clusterip::verify
