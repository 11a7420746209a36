#include "engine/cluster/upstream_store.hpp"

#include <algorithm>

namespace clusterip::cluster {
namespace {

template <class Object>
void apply_to(std::map<std::string, Object, std::less<>>& objects, StoredChange::Type type,
              const Object& object) {
  if (type == StoredChange::Type::kDeleted) {
    objects.erase(stored_key(object.meta));
  } else {
    objects.insert_or_assign(stored_key(object.meta), object);
  }
}

template <class Object>
const Object* find_in(const std::map<std::string, Object, std::less<>>& objects, std::string_view key) {
  const auto found = objects.find(key);
  return found == objects.end() ? nullptr : &found->second;
}

}  // namespace

std::string_view resource_name(StoredKind kind) {
  switch (kind) {
    case StoredKind::kService:
      return "services";
    case StoredKind::kServiceCidr:
      return "servicecidrs";
    case StoredKind::kIpAddress:
      return "ipaddresses";
  }
  return "";
}

std::string stored_key(const ObjectMeta& meta) {
  return meta.name_space.empty() ? meta.name : meta.name_space + "/" + meta.name;
}

const ObjectMeta& StoredChange::meta() const {
  return std::visit([](const auto& each) -> const ObjectMeta& { return each.meta; }, object);
}

void StoredObjects::apply(const StoredChange& change) {
  if (const auto* service = std::get_if<Service>(&change.object)) {
    apply_to(services, change.type, *service);
  } else if (const auto* cidr = std::get_if<ServiceCidr>(&change.object)) {
    apply_to(service_cidrs, change.type, *cidr);
  } else {
    apply_to(ip_addresses, change.type, std::get<IpAddress>(change.object));
  }
}

const Service* StoredObjects::find_service(std::string_view name_space, std::string_view name) const {
  return find_in(services, std::string(name_space).append("/").append(name));
}
const ServiceCidr* StoredObjects::find_service_cidr(std::string_view name) const {
  return find_in(service_cidrs, name);
}
const IpAddress* StoredObjects::find_ip_address(std::string_view address) const {
  return find_in(ip_addresses, address);
}

std::string UpstreamStore::next_version() {
  return std::to_string(++version_);
}

void UpstreamStore::record(StoredChange change) {
  objects_.apply(change);
  history_.push_back(std::move(change));
}

template <class Object>
WriteResult UpstreamStore::insert(std::map<std::string, Object, std::less<>>& objects, Object object,
                                  Instant now) {
  const auto known = objects.find(stored_key(object.meta));
  if (known != objects.end()) {
    return known->second.meta.deletion ? WriteResult::kBeingDeleted : WriteResult::kExists;
  }
  object.meta.creation = now.whole_second();
  object.meta.resource_version = next_version();
  record({StoredChange::Type::kAdded, now, std::move(object)});
  return WriteResult::kDone;
}

template <class Object>
WriteResult UpstreamStore::replace(std::map<std::string, Object, std::less<>>& objects, Object object,
                                   Instant now) {
  const auto known = objects.find(stored_key(object.meta));
  if (known == objects.end()) return WriteResult::kNotFound;
  if (known->second.meta.resource_version != object.meta.resource_version) return WriteResult::kConflict;
  object.meta.resource_version = next_version();
  record({StoredChange::Type::kModified, now, std::move(object)});
  return WriteResult::kDone;
}

template <class Object>
WriteResult UpstreamStore::erase(std::map<std::string, Object, std::less<>>& objects, std::string_view key,
                                 Instant now) {
  const auto known = objects.find(key);
  if (known == objects.end()) return WriteResult::kNotFound;
  ++version_;
  record({StoredChange::Type::kDeleted, now, Object(known->second)});
  return WriteResult::kDone;
}

WriteResult UpstreamStore::create(Service object, Instant now) {
  return insert(objects_.services, std::move(object), now);
}
WriteResult UpstreamStore::create(ServiceCidr object, Instant now) {
  return insert(objects_.service_cidrs, std::move(object), now);
}
WriteResult UpstreamStore::create(IpAddress object, Instant now) {
  return insert(objects_.ip_addresses, std::move(object), now);
}
WriteResult UpstreamStore::update(Service object, Instant now) {
  return replace(objects_.services, std::move(object), now);
}
WriteResult UpstreamStore::update(ServiceCidr object, Instant now) {
  return replace(objects_.service_cidrs, std::move(object), now);
}
WriteResult UpstreamStore::delete_service(std::string_view key, Instant now) {
  return erase(objects_.services, key, now);
}
WriteResult UpstreamStore::delete_ip_address(std::string_view address, Instant now) {
  return erase(objects_.ip_addresses, address, now);
}

WriteResult UpstreamStore::delete_service_cidr(std::string_view name, Instant now) {
  const ServiceCidr* known = objects_.find_service_cidr(name);
  if (known == nullptr) return WriteResult::kNotFound;
  if (known->meta.finalizers.empty()) return erase(objects_.service_cidrs, name, now);
  if (known->meta.deletion) return WriteResult::kDone;
  ServiceCidr marked = *known;
  marked.meta.deletion = now.whole_second();
  marked.meta.deletion_grace_seconds = 0;
  return update(std::move(marked), now);
}

WriteResult UpstreamStore::set_cidrs(std::string_view name, std::vector<std::string> cidrs, Instant now) {
  const ServiceCidr* known = objects_.find_service_cidr(name);
  if (known == nullptr) return WriteResult::kNotFound;
  ServiceCidr changed = *known;
  changed.cidrs = std::move(cidrs);
  return update(std::move(changed), now);
}

WriteResult UpstreamStore::add_finalizer(std::string_view name, Instant now) {
  const ServiceCidr* known = objects_.find_service_cidr(name);
  if (known == nullptr) return WriteResult::kNotFound;
  if (known->meta.has_finalizer(kServiceCidrFinalizer)) return WriteResult::kDone;
  ServiceCidr changed = *known;
  changed.meta.finalizers.emplace_back(kServiceCidrFinalizer);
  return update(std::move(changed), now);
}

WriteResult UpstreamStore::remove_finalizer(std::string_view name, Instant now) {
  const ServiceCidr* known = objects_.find_service_cidr(name);
  if (known == nullptr || !known->meta.has_finalizer(kServiceCidrFinalizer)) return WriteResult::kDone;
  ServiceCidr changed = *known;
  std::erase(changed.meta.finalizers, kServiceCidrFinalizer);
  const bool gone = changed.meta.deletion && changed.meta.finalizers.empty();
  return gone ? erase(objects_.service_cidrs, name, now) : update(std::move(changed), now);
}

WriteResult UpstreamStore::apply_condition(std::string_view name, const Condition& condition, Instant now) {
  const ServiceCidr* known = objects_.find_service_cidr(name);
  if (known == nullptr) return WriteResult::kNotFound;
  if (const Condition* ready = known->ready_condition(); ready != nullptr && *ready == condition) {
    return WriteResult::kDone;
  }
  ServiceCidr changed = *known;
  const auto same = std::find_if(changed.conditions.begin(), changed.conditions.end(),
                                 [&](const Condition& each) { return each.type == condition.type; });
  if (same == changed.conditions.end()) {
    changed.conditions.push_back(condition);
  } else {
    *same = condition;
  }
  return update(std::move(changed), now);
}

}  // namespace clusterip::cluster
