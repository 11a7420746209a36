#include "engine/verify/state.hpp"

#include <algorithm>
#include <utility>

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

// All but the Service that it names.
ClaimEntry claim_of(const cluster::IpAddress& object, const Address& address) {
  ClaimEntry::Oddities odd;
  odd.label_fault = label_fault(object, address.family());
  ClaimEntry claim;
  claim.creation = object.meta.creation;
  claim.parent_kind = parent_kind(object);
  if (claim.parent_kind == ClaimEntry::Parent::kOther) odd.other_parent = parent_text(*object.parent);
  claim.managed = object.is_managed();
  claim.family_label = has_right_family_label(object, address.family());
  if (odd != ClaimEntry::Oddities{}) claim.odd = std::make_unique<const ClaimEntry::Oddities>(std::move(odd));
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

const ClaimEntry::Oddities& ClaimEntry::oddities() const {
  static const Oddities kNone;
  return odd ? *odd : kNone;
}

const std::string& ClaimEntry::parent() const {
  return service != nullptr ? service->first : oddities().other_parent;
}

bool AddressEntry::claim_names_a_holder() const {
  return std::find(holders.begin(), holders.end(), claim->service) != holders.end();
}

HeldAddress& State::at(const Address& address) {
  return *addresses_.try_emplace(address).first;
}

bool State::put(const cluster::Service& service) {
  const std::string key = service_key(service.meta.name_space, service.meta.name);
  const std::size_t before = service_count_;
  erase_service(service.meta.name_space, service.meta.name);
  const bool known = service_count_ != before;
  see(service.meta);
  for (const auto& condition : service.conditions) see(condition.last_transition);

  ++service_count_;
  Holder& holder = *services_.try_emplace(key).first;
  ServiceEntry& entry = holder.second;
  entry.exists = true;
  entry.creation = service.meta.creation;
  for (const std::string& text : held_addresses(service)) {
    const auto address = read_address_sloppy(text);
    if (!address) continue;
    HeldAddress* held = &at(*address);
    if (std::find(entry.addresses.begin(), entry.addresses.end(), held) != entry.addresses.end()) continue;
    entry.addresses.push_back(held);
    held->second.holders.push_back(&holder);
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
  const auto address = read_address(name);
  if (!address) {
    strays_.insert(name);
  } else {
    ClaimEntry& claim = at(*address).second.claim.emplace(claim_of(object, *address));
    if (claim.parent_kind == ClaimEntry::Parent::kService) {
      const cluster::ParentRef& parent = *object.parent;
      claim.service = &*services_.try_emplace(service_key(parent.name_space, parent.name)).first;
      ++claim.service->second.named_by;
    }
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
  if (found == services_.end() || !found->second.exists) return;
  Holder& holder = *found;
  for (HeldAddress* held : std::exchange(holder.second.addresses, {})) {
    auto& holders = held->second.holders;
    holders.erase(std::remove(holders.begin(), holders.end(), &holder), holders.end());
    drop_if_empty(*held);
  }
  object_findings_.erase(service_ref(holder.first));
  --service_count_;
  holder.second.exists = false;
  drop_if_unneeded(holder);
}

void State::erase_ip_address(const std::string& name) {
  object_findings_.erase(ip_address_ref(name));
  if (strays_.erase(name) > 0) {
    --ip_addresses_;
    return;
  }
  const auto address = read_address(name);
  if (!address) return;
  const auto found = addresses_.find(*address);
  if (found == addresses_.end() || !found->second.claim) return;
  Holder* named = found->second.claim->service;
  found->second.claim.reset();
  --ip_addresses_;
  drop_if_empty(*found);
  if (named == nullptr) return;
  --named->second.named_by;
  drop_if_unneeded(*named);
}

void State::erase_range(std::string_view name) {
  object_findings_.erase(range_ref(std::string(name)));
  ranges_.erase(name);
}

const ServiceEntry* State::find_service(const std::string& key) const {
  const auto found = services_.find(key);
  return found == services_.end() || !found->second.exists ? nullptr : &found->second;
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

void State::drop_if_empty(const HeldAddress& held) {
  if (held.second.holders.empty() && !held.second.claim) addresses_.erase(addresses_.find(held.first));
}

void State::drop_if_unneeded(const Holder& holder) {
  if (!holder.second.exists && holder.second.named_by == 0) services_.erase(services_.find(holder.first));
}

}  // namespace clusterip::verify
