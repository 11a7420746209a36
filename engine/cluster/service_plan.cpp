#include "engine/cluster/service_plan.hpp"

#include "engine/cluster/service_normalization.hpp"
#include "engine/cluster/service_traits.hpp"
#include "engine/cluster/service_validation.hpp"

namespace clusterip::cluster {
namespace {

AddressRequest request_at(const Service& service, std::size_t position) {
  const Family family = family_of_name(service.ip_families[position]).value_or(Family::kIPv4);
  return {family, position, service.cluster_ips[position]};
}

}  // namespace

AddressPlanOrErrors begin_create(Service& service, const ClusterFamilies& families,
                                 const VersionProfile& version) {
  set_defaults(service);
  normalize_cluster_ips(service);
  FieldErrors errors = resolve_families(service, nullptr, families, version);
  if (!errors.empty()) return errors;
  return plan_create(service);
}

FieldErrors finish_create(Service& service, const VersionProfile& version) {
  prepare_service_create(service);
  return validate_service_create(service, version);
}

AddressPlanOrErrors begin_update(Service& service, const Service& old, const ClusterFamilies& families,
                                 const VersionProfile& version) {
  set_defaults(service);
  keep_allocated_values(service, old);
  normalize_cluster_ips(service, old);
  FieldErrors errors = resolve_families(service, &old, families, version);
  if (!errors.empty()) return errors;
  return plan_update(service, old, families);
}

FieldErrors finish_update(Service& service, const Service& old, const VersionProfile& version) {
  prepare_service_update(service, old);
  return validate_service_update(service, old, version);
}

AddressPlan plan_create(Service& service) {
  AddressPlan plan;
  if (!needs_cluster_ip(service) || is_headless_for_allocation(service)) return plan;
  if (service.cluster_ips.size() < service.ip_families.size()) {
    service.cluster_ips.resize(service.ip_families.size());
  }
  for (std::size_t i = 0; i < service.ip_families.size(); ++i)
    plan.requests.push_back(request_at(service, i));
  return plan;
}

AddressPlan plan_update(Service& service, const Service& old, const ClusterFamilies& families) {
  if (keeps_prefer_dual_stack(service, &old)) return {};
  if (!needs_cluster_ip(old)) return plan_create(service);
  AddressPlan plan;
  if (is_headless_for_allocation(old)) return plan;
  if (!needs_cluster_ip(service)) {
    plan.releases = old.cluster_ips;
    return plan;
  }
  if (old.ip_families.size() == 1 && service.ip_families.size() == 2) {
    // A Service that becomes headless may name a family that the cluster has not. It is refused later;
    // upstream crashes here.
    const auto second = family_of_name(service.ip_families.back());
    if (!second || !families.has(*second)) return plan;
    if (service.cluster_ips.size() < 2) service.cluster_ips.emplace_back();
    if (service.cluster_ips.size() == 2) plan.requests.push_back(request_at(service, 1));
  }
  if (old.ip_families.size() == 2 && service.ip_families.size() == 1 && old.cluster_ips.size() == 2) {
    plan.releases.push_back(old.cluster_ips.back());
  }
  return plan;
}

AddressPlan plan_delete(const Service& service) {
  AddressPlan plan;
  if (needs_cluster_ip(service) && !is_headless_for_allocation(service)) plan.releases = service.cluster_ips;
  return plan;
}

void place(Service& service, const AddressRequest& request, const Address& address) {
  std::string& slot = service.cluster_ips[request.position];
  slot = request.text.empty() ? address.to_string() : request.text;
  if (request.position == 0) service.cluster_ip = slot;
}

ServiceRefusal refuse_invalid(FieldErrors errors) {
  return {ServiceRefusal::Kind::kInvalid, std::move(errors), ""};
}

ServiceRefusal refuse_address(const Service& service, const AddressRequest& request, const std::string& error,
                              bool is_full, const VersionProfile& version) {
  const std::string head = "failed to allocate IP";
  if (!request.text.empty()) {
    return refuse_invalid(
        {invalid("spec.clusterIPs", service.cluster_ips, head + " " + request.text + ": " + error)});
  }
  if (!is_full && version.stops_at_errors) {
    return refuse_invalid({invalid("spec.clusterIPs", service.cluster_ips, head + ": " + error)});
  }
  std::string message = "failed to allocate a serviceIP";
  if (version.names_service_when_full) message += " for Service " + go_quote(service.meta.name);
  return {ServiceRefusal::Kind::kInternal,
          {},
          message + ": " + (version.stops_at_errors ? error : std::string("range is full"))};
}

}  // namespace clusterip::cluster
