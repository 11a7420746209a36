#include "engine/verify/state.hpp"

#include <algorithm>

#include "engine/net/text.hpp"
#include "engine/verify/object_rules.hpp"

namespace clusterip::verify {
namespace {

ClaimEntry::Parent parent_kind(const cluster::IpAddress& object) {
  if (!object.parent) return ClaimEntry::Parent::kNone;
  return object.parent->is_service() ? ClaimEntry::Parent::kService : ClaimEntry::Parent::kOther;
}

// As the column PARENTREF of kubectl shows it.
std::string parent_text(const cluster::ParentRef& parent) {
  std::string text = parent.resource;
  if (!parent.group.empty()) text += "." + parent.group;
  if (!parent.name_space.empty()) text += "/" + parent.name_space;
  return text + "/" + parent.name;
}

ClaimEntry claim_of(const cluster::IpAddress& object, const Address& address) {
  ClaimEntry claim;
  if (object.meta.name != address.to_string()) claim.written_name = object.meta.name;
  claim.creation = object.meta.creation;
  claim.parent_kind = parent_kind(object);
  if (object.parent) {
    claim.parent = object.parent->is_service() ? service_key(object.parent->name_space, object.parent->name)
                                               : parent_text(*object.parent);
  }
  claim.managed = object.is_managed();
  claim.family_label = has_right_family_label(object, address.family());
  claim.label_fault = label_fault(object, address.family());
  return claim;
}

}  // namespace

std::string service_key(std::string_view name_space, std::string_view name) {
  std::string key;
  key.reserve(name_space.size() + 1 + name.size());
  return key.append(name_space).append("/").append(name);
}

ObjectRef service_ref(std::string_view key) {
  const std::size_t slash = key.find('/');
  return {"Service", std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

ObjectRef ip_address_ref(std::string name) {
  return {"IPAddress", "", std::move(name)};
}

ObjectRef range_ref(std::string name) {
  return {"ServiceCIDR", "", std::move(name)};
}

bool State::put(const cluster::Service& service) {
  const std::string key = service_key(service.meta.name_space, service.meta.name);
  const bool known = services_.contains(key);
  if (known) erase_service(service.meta.name_space, service.meta.name);
  see(service.meta);
  for (const auto& condition : service.conditions) see(condition.last_transition);

  Holder& holder = *services_.try_emplace(key).first;
  ServiceEntry& entry = holder.second;
  entry.creation = service.meta.creation;
  for (const std::string& text : held_addresses(service)) {
    const auto address = read_address_sloppy(text);
    if (!address) continue;
    if (std::find(entry.addresses.begin(), entry.addresses.end(), *address) != entry.addresses.end())
      continue;
    entry.addresses.push_back(*address);
    addresses_[*address].holders.push_back(&holder);
  }
  note(service_ref(key), judge_alone(service));
  return !known;
}

bool State::put(const cluster::IpAddress& object) {
  const std::string& name = object.meta.name;
  const std::size_t before = ip_addresses_;
  erase_ip_address(name);
  const bool known = ip_addresses_ != before;
  see(object.meta);

  ++ip_addresses_;
  const auto address = read_address_sloppy(name);
  AddressEntry* entry = address ? &addresses_[*address] : nullptr;
  if (entry == nullptr || entry->claim) {
    strays_.insert(name);
  } else {
    entry->claim = claim_of(object, *address);
  }
  note(ip_address_ref(name), judge_alone(object));
  return !known;
}

bool State::put(const cluster::ServiceCidr& range) {
  const bool known = ranges_.find(range.meta.name) != nullptr;
  see(range.meta);
  for (const auto& condition : range.conditions) see(condition.last_transition);
  ranges_.put(range);
  note(range_ref(range.meta.name), judge_alone(range));
  return !known;
}

void State::erase_service(std::string_view name_space, std::string_view name) {
  const auto found = services_.find(service_key(name_space, name));
  if (found == services_.end()) return;
  const Holder* holder = &*found;
  for (const Address& address : found->second.addresses) {
    auto& holders = addresses_[address].holders;
    holders.erase(std::remove(holders.begin(), holders.end(), holder), holders.end());
    drop_if_empty(address);
  }
  object_findings_.erase(service_ref(found->first));
  services_.erase(found);
}

void State::erase_ip_address(const std::string& name) {
  object_findings_.erase(ip_address_ref(name));
  if (strays_.erase(name) > 0) {
    --ip_addresses_;
    return;
  }
  const auto address = read_address_sloppy(name);
  if (!address) return;
  const auto found = addresses_.find(*address);
  if (found == addresses_.end() || !found->second.claim) return;
  const std::string& written = found->second.claim->written_name;
  if (name != (written.empty() ? address->to_string() : written)) return;
  found->second.claim.reset();
  --ip_addresses_;
  drop_if_empty(*address);
}

void State::erase_range(std::string_view name) {
  object_findings_.erase(range_ref(std::string(name)));
  ranges_.erase(name);
}

const ServiceEntry* State::find_service(const std::string& key) const {
  const auto found = services_.find(key);
  return found == services_.end() ? nullptr : &found->second;
}

const State::AddressEntry* State::find_address(const Address& address) const {
  const auto found = addresses_.find(address);
  return found == addresses_.end() ? nullptr : &found->second;
}

std::vector<Address> State::addresses() const {
  std::vector<Address> all;
  all.reserve(addresses_.size());
  for (const auto& [address, entry] : addresses_) all.push_back(address);
  std::sort(all.begin(), all.end());
  return all;
}

void State::see(const std::optional<cluster::Instant>& instant) {
  if (instant && (!newest_ || *newest_ < *instant)) newest_ = instant;
}

void State::see(const cluster::ObjectMeta& meta) {
  see(meta.creation);
  see(meta.deletion);
  for (const auto& fields : meta.managed_fields) see(fields.time);
}

void State::note(const ObjectRef& object, std::vector<Finding> findings) {
  if (findings.empty()) {
    object_findings_.erase(object);
  } else {
    object_findings_[object] = std::move(findings);
  }
}

void State::drop_if_empty(const Address& address) {
  const auto found = addresses_.find(address);
  if (found != addresses_.end() && found->second.holders.empty() && !found->second.claim) {
    addresses_.erase(found);
  }
}

}  // namespace clusterip::verify
