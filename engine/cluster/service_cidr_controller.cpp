#include "engine/cluster/service_cidr_controller.hpp"

#include <algorithm>
#include <set>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

// Whether every CIDR of the object lies inside a CIDR of another object; true for an object without CIDRs.
bool is_covered(const ServiceCidr& object, const ServiceCidrIndex& index) {
  const std::vector<Cidr> cidrs = readable_cidrs(object);
  return std::all_of(cidrs.begin(), cidrs.end(), [&](const Cidr& cidr) {
    const auto names = index.containing(cidr);
    return !(names.empty() || (names.size() == 1 && *names.begin() == object.meta.name));
  });
}

bool has_family_label(const IpAddress& object, const std::set<std::string_view>& families) {
  const auto label = object.meta.labels.find(kFamilyLabel);
  return label != object.meta.labels.end() && families.count(label->second) > 0;
}

bool is_only_in(const Address& address, const std::string& name, const ServiceCidrIndex& index) {
  const auto names = index.containing(address);
  return names.size() == 1 && *names.begin() == name;
}

Condition ready_condition(bool ready, Instant now) {
  Condition condition;
  condition.type = kReadyCondition;
  condition.status = ready ? "True" : "False";
  if (!ready) condition.reason = "Terminating";
  condition.message = ready
                          ? "Kubernetes Service CIDR is ready"
                          : "There are still IPAddresses referencing the ServiceCIDR, please remove them or "
                            "create a new ServiceCIDR";
  condition.last_transition = now.whole_second();
  return condition;
}

bool says_the_same(const Condition* current, const Condition& wanted) {
  return current != nullptr && current->status == wanted.status && current->reason == wanted.reason &&
         current->message == wanted.message;
}

void apply_condition(const ServiceCidr& object, bool ready, Instant now, const VersionProfile& version,
                     Effects& effects) {
  Condition wanted = ready_condition(ready, now);
  if (!version.applies_status_always && says_the_same(object.ready_condition(), wanted)) return;
  OnFailure on_failure;
  if (ready) {
    on_failure.event = Event{std::string(kServiceCidrController),
                             "ServiceCIDR",
                             "",
                             object.meta.name,
                             "KubernetesServiceCIDRError",
                             "",
                             "The ServiceCIDR Status can not be set to Ready=True"};
  }
  effects.push_back(ApplyCondition{object.meta.name, std::string(kServiceCidrController), std::move(wanted),
                                   std::move(on_failure)});
}

Effects sync_deleted(const ServiceCidr& object, const ServiceCidrView& view, Instant now,
                     const VersionProfile& version, Duration grace) {
  Effects effects;
  if (!can_delete(object, view)) {
    apply_condition(object, false, now, version, effects);
    return effects;
  }
  const Duration left = grace - (now - *object.meta.deletion);
  if (left > Duration{}) {
    effects.push_back(RequeueAfter{left});
  } else if (object.meta.has_finalizer(kServiceCidrFinalizer)) {
    effects.push_back(RemoveFinalizer{object.meta.name});
  }
  return effects;
}

}  // namespace

std::vector<std::string> deletion_blockers(const ServiceCidr& object, const ServiceCidrView& view,
                                           std::size_t limit) {
  std::vector<std::string> blockers;
  if (is_covered(object, view.index)) return blockers;
  std::set<std::string_view> families;
  for (const std::string& text : object.cidrs) {
    if (const auto cidr = read_cidr_sloppy(text)) families.insert(family_name(cidr->family()));
  }
  for (const Cidr& cidr : readable_cidrs(object)) {
    view.addresses_in(cidr, [&](const IpAddress& candidate) {
      if (blockers.size() >= limit) return false;
      const auto address = examine_address(candidate.meta.name).strict();
      // A view may show addresses outside of the CIDR: the one around them shows them again.
      if (!address || !cidr.contains(*address)) return true;
      if (!candidate.is_managed() || !has_family_label(candidate, families)) return true;
      if (is_only_in(*address, object.meta.name, view.index)) blockers.push_back(candidate.meta.name);
      return true;
    });
  }
  return blockers;
}

bool can_delete(const ServiceCidr& object, const ServiceCidrView& view) {
  return deletion_blockers(object, view, 1).empty();
}

Effects sync_service_cidr(const ServiceCidr& object, const ServiceCidrView& view, Instant now,
                          const VersionProfile& version, Duration grace) {
  if (object.meta.deletion) return sync_deleted(object, view, now, version, grace);
  Effects effects;
  if (!object.meta.has_finalizer(kServiceCidrFinalizer)) effects.push_back(AddFinalizer{object.meta.name});
  apply_condition(object, true, now, version, effects);
  return effects;
}

ServiceCidrIndex::Names visits_after_add(const ServiceCidr& object, const ServiceCidrIndex& index) {
  ServiceCidrIndex::Names names{object.meta.name};
  for (const Cidr& cidr : readable_cidrs(object)) names.merge(index.overlapping(cidr));
  return names;
}

ServiceCidrIndex::Names visits_after_address(const IpAddress& object, const ServiceCidrIndex& index) {
  const auto address = examine_address(object.meta.name).strict();
  if (!object.is_managed() || !address) return {};
  return index.containing(*address);
}

}  // namespace clusterip::cluster
