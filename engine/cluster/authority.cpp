#include "engine/cluster/authority.hpp"

#include <utility>

#include "engine/cluster/network_validation.hpp"
#include "engine/cluster/repair.hpp"
#include "engine/cluster/service_cidr_index.hpp"
#include "engine/cluster/service_normalization.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

RangeState state_of(const ServiceCidr& object) {
  if (object.meta.deletion) return RangeState::kTerminating;
  return object.counts_as_ready() ? RangeState::kReady : RangeState::kPending;
}

// The IPAddresses that the Service gives back: those that exist and are its own.
std::vector<std::string> own_addresses(const std::vector<std::string>& texts, const Service& service,
                                       const FindAddress& find) {
  std::vector<std::string> names;
  for (const std::string& text : texts) {
    const auto address = read_address_sloppy(text);
    if (!address) continue;
    const IpAddress* object = find(address->to_string());
    const bool is_own = object != nullptr && object->parent && object->parent->is_service() &&
                        object->parent->name_space == service.meta.name_space &&
                        object->parent->name == service.meta.name;
    if (is_own) names.push_back(object->meta.name);
  }
  return names;
}

// Why the apiserver would refuse the IPAddress of an address; empty: it would not.
std::string refusal_of(const IpAddress& object) {
  const FieldErrors errors = validate_create(object);
  if (errors.empty()) return "";
  return "IPAddress.networking.k8s.io " + go_quote(object.meta.name) +
         " is invalid: " + aggregate_text(errors);
}

}  // namespace

Reservation::Reservation(Authority& owner, Service service, bool dry_run)
    : owner_(&owner), ports_(owner.ports_, dry_run) {
  write_.service = std::move(service);
}

Reservation::Reservation(Reservation&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)),
      ports_(std::move(other.ports_)),
      write_(std::move(other.write_)),
      claimed_(std::move(other.claimed_)) {}

Reservation::~Reservation() {
  if (owner_ == nullptr) return;
  for (const Address& address : claimed_) owner_->release(address);
}

void Reservation::commit() {
  if (owner_ == nullptr) return;
  for (const std::string& name : write_.deleted) {
    if (const auto address = read_address_sloppy(name)) owner_->release(*address);
  }
  ports_.commit();
  owner_ = nullptr;
}

Authority::Authority(const std::vector<Cidr>& flag, VersionProfile version, NodePortRange node_ports)
    : families_(cluster_families(flag)), ports_(node_ports), version_(std::move(version)) {}

const FamilyAllocator* Authority::allocator(Family family) const {
  if (!families_.has(family)) return nullptr;
  return family == Family::kIPv4 ? &v4_ : &v6_;
}

FamilyAllocator* Authority::find_allocator(Family family) {
  if (!families_.has(family)) return nullptr;
  return family == Family::kIPv4 ? &v4_ : &v6_;
}

void Authority::release(const Address& address) {
  (void)(address.family() == Family::kIPv4 ? v4_ : v6_).give_back(address);
}

void Authority::apply(Family family, const std::vector<RangeChange>& changes) {
  FamilyAllocator* allocator = find_allocator(family);
  if (allocator != nullptr && !changes.empty()) allocator->ranges().apply(changes);
}

void Authority::put_service_cidr(const ServiceCidr& object) {
  const std::lock_guard lock(objects_mutex_);
  const std::vector<Cidr> cidrs = readable_cidrs(object);
  std::vector<Cidr>& listed = listed_[object.meta.name];
  for (const Family family : {Family::kIPv4, Family::kIPv6}) {
    std::vector<RangeChange> changes;
    for (const Cidr& cidr : listed) {
      if (cidr.family() == family) changes.push_back({object.meta.name, cidr, std::nullopt});
    }
    for (const Cidr& cidr : cidrs) {
      if (cidr.family() == family) changes.push_back({object.meta.name, cidr, state_of(object)});
    }
    apply(family, changes);
  }
  listed = cidrs;
}

void Authority::remove_service_cidr(std::string_view name) {
  const std::lock_guard lock(objects_mutex_);
  const auto entry = listed_.find(name);
  if (entry == listed_.end()) return;
  for (const Cidr& cidr : entry->second) apply(cidr.family(), {{entry->first, cidr, std::nullopt}});
  listed_.erase(entry);
}

void Authority::add_service(const Service& stored) {
  for (const std::int64_t port : held_node_ports(stored)) (void)ports_.claim(port);
}

bool Authority::add_address(std::string_view name) {
  const auto address = read_address_sloppy(name);
  return address && set_.claim(*address);
}

void Authority::remove_address(std::string_view name) {
  if (const auto address = read_address_sloppy(name)) release(*address);
}

Authority::Refused Authority::refused(AllocateError error) {
  const bool is_full = error == AllocateError::kFull;
  return {std::string(to_text(error)), is_full, is_full || error == AllocateError::kAllocated};
}

Authority::Claim Authority::claim(const AddressRequest& request, const Service& service, SeededDraws& draws) {
  FamilyAllocator* allocator = find_allocator(request.family);
  AllocateOutcome outcome = AllocateError::kMismatchedNetwork;
  if (allocator != nullptr && request.text.empty()) {
    outcome = allocator->allocate(draws);
  } else if (const auto address = read_address_sloppy(request.text); allocator != nullptr && address) {
    outcome = allocator->allocate(*address);
  }
  if (const auto* error = std::get_if<AllocateError>(&outcome)) {
    return refused(*error);
  }
  const auto& [address, cidr, band] = std::get<Allocation>(outcome);
  std::string refusal = refusal_of(ip_address_for(address, service));
  if (refusal.empty()) return Taken{address, cidr};
  release(address);
  return Refused{std::move(refusal)};
}

// What a dry run answers: whether the address could be had now, or a range's network address for any that
// could.
Authority::Claim Authority::probe(const AddressRequest& request) {
  const FamilyAllocator* allocator = find_allocator(request.family);
  const auto wanted = read_address_sloppy(request.text);
  if (allocator == nullptr || (!wanted && !request.text.empty())) {
    return refused(AllocateError::kMismatchedNetwork);
  }
  const Ranges::View view = allocator->ranges().view();
  if (wanted) {
    const bool has_host = view->any_containing(*wanted, [&](const Range& range) {
      return range.state == RangeState::kReady && range.bands.cidr.has_host(*wanted);
    });
    if (!has_host) return refused(AllocateError::kMismatchedNetwork);
    if (set_.contains(*wanted)) return refused(AllocateError::kAllocated);
    return Taken{*wanted, std::nullopt};
  }
  std::optional<Address> network;
  view->each([&](const Range& range) {
    const auto usable = range.bands.usable();
    if (network || range.state != RangeState::kReady || !usable) return;
    if (set_.find_free(*usable, usable->first)) network = range.bands.cidr.network();
  });
  if (network) return Taken{*network, std::nullopt};
  return refused(AllocateError::kFull);
}

std::vector<Cidr> Authority::ranges_that_refused(const AddressRequest& request) const {
  std::vector<Cidr> cidrs;
  const FamilyAllocator* allocator = this->allocator(request.family);
  const auto wanted = read_address_sloppy(request.text);
  if (allocator == nullptr) return cidrs;
  const Ranges::View view = allocator->ranges().view();
  if (wanted) {
    // The smallest one is asked.
    view->any_containing(*wanted, [&](const Range& range) {
      if (range.state != RangeState::kReady || !range.bands.cidr.has_host(*wanted)) return false;
      cidrs.push_back(range.bands.cidr);
      return true;
    });
    return cidrs;
  }
  view->each([&](const Range& range) {
    const bool asked = range.state == RangeState::kReady && range.bands.dynamic_size() != 0;
    if (asked) cidrs.push_back(range.bands.cidr);
  });
  return cidrs;
}

std::optional<ServiceRefusal> Authority::take(const AddressPlan& plan, Reservation& into, SeededDraws& draws,
                                              const RequestOptions& options) {
  Service& service = into.write_.service;
  std::vector<Address> taken;
  for (const AddressRequest& request : plan.requests) {
    const Claim result = options.dry_run ? probe(request) : claim(request, service, draws);
    if (const auto* refused = std::get_if<Refused>(&result)) {
      ServiceRefusal refusal = refuse_address(service, request, refused->text, refused->is_full, version_);
      refusal.held = refused->held;
      refusal.address_asked = !request.text.empty();
      if (refused->held) refusal.refused_by = ranges_that_refused(request);
      return refusal;
    }
    const auto& [address, cidr] = std::get<Taken>(result);
    taken.push_back(address);
    if (!options.dry_run) into.claimed_.push_back(address);
    if (cidr) into.write_.given.push_back({*cidr, !request.text.empty()});
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    place(service, plan.requests[i], taken[i]);
    into.write_.created.push_back(ip_address_for(taken[i], service));
  }
  return std::nullopt;
}

ServiceDecision Authority::create(Service request, SeededDraws& draws, const RequestOptions& options) {
  Reservation reservation(*this, std::move(request), options.dry_run);
  Service& service = reservation.write_.service;
  auto plan = begin_create(service, families_, version_);
  if (auto* errors = std::get_if<FieldErrors>(&plan)) return refuse_invalid(std::move(*errors));
  if (auto refusal = take(std::get<AddressPlan>(plan), reservation, draws, options)) {
    return *std::move(refusal);
  }
  if (auto refusal = take_ports_for_create(service, reservation.ports_, draws)) return *std::move(refusal);
  if (FieldErrors errors = finish_create(service, version_); !errors.empty()) {
    return refuse_invalid(std::move(errors));
  }
  set_defaults_on_read(service, families_.primary);
  return reservation;
}

ServiceDecision Authority::update(Service request, const Service& stored, const FindAddress& find,
                                  SeededDraws& draws, const RequestOptions& options) {
  Service old = stored;
  set_defaults_on_read(old, families_.primary);
  Reservation reservation(*this, std::move(request), options.dry_run);
  Service& service = reservation.write_.service;
  auto begun = begin_update(service, old, families_, version_);
  if (auto* errors = std::get_if<FieldErrors>(&begun)) return refuse_invalid(std::move(*errors));
  const auto& plan = std::get<AddressPlan>(begun);
  if (auto refusal = take(plan, reservation, draws, options)) return *std::move(refusal);
  if (auto refusal = take_ports_for_update(service, old, reservation.ports_, draws))
    return *std::move(refusal);
  if (FieldErrors errors = finish_update(service, old, version_); !errors.empty()) {
    return refuse_invalid(std::move(errors));
  }
  // What is stored is what a read shows; upstream repairs it with every read instead.
  set_defaults_on_read(service, families_.primary);
  reservation.write_.deleted = own_addresses(plan.releases, old, find);
  return reservation;
}

Reservation Authority::remove(const Service& stored, const FindAddress& find) {
  Service old = stored;
  set_defaults_on_read(old, families_.primary);
  const AddressPlan plan = plan_delete(old);
  Reservation reservation(*this, std::move(old), false);
  for (const std::int64_t port : held_node_ports(stored)) reservation.ports_.release_later(port);
  reservation.write_.deleted = own_addresses(plan.releases, reservation.write_.service, find);
  return reservation;
}

}  // namespace clusterip::cluster
