#include "engine/cluster/repair.hpp"

#include <algorithm>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

std::string path_of(std::string_view name_space, std::string_view name) {
  return std::string(name_space).append("/").append(name);
}

Event event_on(const Service& service, std::string_view reason, std::string note) {
  const bool about_text = reason == "ClusterIPNotValid";
  return {std::string(kRepairController),
          "Service",
          service.meta.name_space,
          service.meta.name,
          std::string(reason),
          about_text ? "ClusterIPValidation" : "ClusterIPAllocation",
          std::move(note)};
}

Event event_on(const IpAddress& object, std::string reason, std::string note) {
  return {std::string(kRepairController), "IPAddress",    "", object.meta.name, std::move(reason),
          "IPAddressAllocation",          std::move(note)};
}

// Validation lets no IPAddress without a parent in.
const ParentRef& parent_of(const IpAddress& object) {
  static const ParentRef kNone;
  return object.parent ? *object.parent : kNone;
}

bool lists(const Service& service, std::string_view address) {
  return std::find(service.cluster_ips.begin(), service.cluster_ips.end(), address) !=
         service.cluster_ips.end();
}

bool refers_to(const ParentRef& parent, const Service& service) {
  return parent.name_space == service.meta.name_space && parent.name == service.meta.name;
}

// One visit to a Service, address by address.
class ServiceVisit {
 public:
  ServiceVisit(const Service& service, const RepairView& view) : service_(service), view_(view) {}

  void visit(const std::string& text) {
    const auto address = read_address_sloppy(text);
    if (!address) {
      report("ClusterIPNotValid", "Cluster IP <nil> is not a valid IP; please recreate Service");
      return;
    }
    const std::string where =
        "[" + std::string(family_name(address->family())) + "]: " + address->to_string();
    if (!view_.index.has(*address)) {
      report("ClusterIPOutOfRange",
             "Cluster IP " + where + " is not within any configured Service CIDR; please recreate service");
      return;
    }
    const IpAddress* object = view_.find_address(address->to_string());
    if (object == nullptr) {
      report("ClusterIPNotAllocated", "Cluster IP " + where + " is not allocated; repairing");
      effects_.push_back(CreateIpAddress{ip_address_for(*address, service_)});
      return;
    }
    check_object(*object, *address, where);
  }

  Effects take() { return std::move(effects_); }

 private:
  void check_object(const IpAddress& object, const Address& address, const std::string& where) {
    const ParentRef& parent = parent_of(object);
    const Service* other = nullptr;
    if (parent.is_service() && !refers_to(parent, service_)) {
      other = view_.find_service(parent.name_space, parent.name);
    }
    if (!parent.is_service() || (!refers_to(parent, service_) && other == nullptr)) {
      report("ClusterIPNotAllocated", "the ClusterIP " + where + " for Service " +
                                          path_of(service_.meta.name_space, service_.meta.name) +
                                          " has a wrong reference; repairing");
      recreate(address);
      return;
    }
    if (other != nullptr && lists(*other, object.meta.name)) {
      report("ClusterIPAlreadyAllocated", "Cluster IP [" + std::string(family_name(address.family())) +
                                              "]:" + address.to_string() +
                                              " was assigned to multiple services; please recreate service");
    }
    if (!has_allocator_labels(object)) recreate(address);
  }

  void recreate(const Address& address) {
    effects_.push_back(DeleteIpAddress{address.to_string()});
    effects_.push_back(CreateIpAddress{ip_address_for(address, service_)});
  }

  void report(std::string_view reason, std::string note) {
    effects_.push_back(event_on(service_, reason, std::move(note)));
  }

  const Service& service_;
  const RepairView& view_;
  Effects effects_;
};

Effects delete_with(Event event) {
  DeleteIpAddress removal{event.name};
  return {std::move(event), std::move(removal)};
}

Effects sync_orphan(const IpAddress& object, const ParentRef& parent, Duration age) {
  if (age <= kOrphanGrace) return {RequeueAfter{kOrphanGrace - age}};
  return delete_with(event_on(object, "IPAddressNotAllocated",
                              "IPAddress: " + object.meta.name + " for Service " +
                                  path_of(parent.name_space, parent.name) +
                                  " appears to have leaked: cleaning up"));
}

}  // namespace

Effects repair_service(const Service& service, const RepairView& view) {
  if (service.cluster_ip.empty() || service.cluster_ip == kHeadless) return {};
  ServiceVisit visit(service, view);
  for (const std::string& text : service.cluster_ips) visit.visit(text);
  return visit.take();
}

Effects repair_ip_address(const IpAddress& object, const RepairView& view, Instant now,
                          const VersionProfile& version) {
  if (!object.is_managed()) return {};
  const ParentRef& parent = parent_of(object);
  if (!parent.is_service()) {
    return delete_with(event_on(object, "IPAddressNotAllocated",
                                "IPAddress " + object.meta.name +
                                    " appears to have been modified, not referencing a Service "
                                    "&ParentReference{Group:" +
                                    parent.group + ",Resource:" + parent.resource + ",Namespace:" +
                                    parent.name_space + ",Name:" + parent.name + ",}: cleaning up"));
  }
  const Instant created = object.meta.creation.value_or(Instant{});
  const Duration age = now - created;
  const Service* service = view.find_service(parent.name_space, parent.name);
  if (service == nullptr) return sync_orphan(object, parent, age);
  if (lists(*service, object.meta.name)) return {};
  if (version.waits_for_external_names && service->is_external_name() && age < kOrphanGrace) {
    return {RequeueAfter{kOrphanGrace - age}};
  }
  const bool is_fresh = created > service->meta.creation.value_or(Instant{}) && age < kFreshAddressGrace;
  if (version.waits_for_fresh_addresses && is_fresh) return {RequeueAfter{kFreshAddressGrace}};
  return delete_with(event_on(object, "IPAddressWrongReference",
                              "IPAddress: " + object.meta.name + " for Service " +
                                  path_of(service->meta.name_space, service->meta.name) +
                                  " has a wrong reference; cleaning up"));
}

IpAddress ip_address_for(const Address& address, const Service& service) {
  IpAddress object;
  object.meta.name = address.to_string();
  object.meta.labels = {{std::string(kFamilyLabel), std::string(family_name(address.family()))},
                        {std::string(kManagedByLabel), std::string(kAllocatorIdentity)}};
  object.parent = ParentRef{"", "services", service.meta.name_space, service.meta.name};
  return object;
}

bool has_allocator_labels(const IpAddress& object) {
  const auto address = read_address_sloppy(object.meta.name);
  const Family family = address ? address->family() : Family::kIPv4;
  const auto label = object.meta.labels.find(kFamilyLabel);
  return label != object.meta.labels.end() && label->second == family_name(family) && object.is_managed();
}

}  // namespace clusterip::cluster
