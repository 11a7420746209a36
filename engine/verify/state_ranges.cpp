// The ServiceCIDR objects themselves. (ServiceCIDR controller, 6; default ServiceCIDR controller, 7)
#include <algorithm>
#include <set>

#include "engine/verify/state_rules.hpp"

namespace clusterip::verify {
namespace {

const std::string& default_name() {
  static const std::string kName(cluster::kDefaultServiceCidrName);
  return kName;
}

std::string list_text(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += (text.empty() ? "" : ",") + one;
  return text;
}

// Whether some finalizer but the controller's own keeps the object.
bool has_foreign_finalizer(const RangeObject& range) {
  const auto& finalizers = range.object.meta.finalizers;
  return std::any_of(finalizers.begin(), finalizers.end(),
                     [](const std::string& text) { return text != cluster::kServiceCidrFinalizer; });
}

// The terminating ranges that some address keeps: those that alone have the address of a managed IPAddress.
std::set<const RangeObject*> blocked_ranges(const State& state) {
  std::set<const RangeObject*> blocked;
  state.for_each_address([&](const Address& address, const State::AddressEntry& entry) {
    if (!entry.keeps_its_range()) return;
    const auto around = state.ranges().around(address);
    if (around.hosts.size() == 1 && around.hosts.front()->is_terminating())
      blocked.insert(around.hosts.front());
  });
  return blocked;
}

}  // namespace

void StateRules::check_ranges(std::vector<Finding>& findings) const {
  if (!options_.default_ranges.empty()) check_default(findings);
  check_api_service(findings);
  for (const auto& [name, range] : state_.ranges().objects()) {
    if (range.is_terminating() || range.object.meta.has_finalizer(cluster::kServiceCidrFinalizer)) continue;
    findings.push_back({"unprotected-range",
                        Severity::kWarning,
                        "",
                        {range_ref(name)},
                        "ServiceCIDR " + name + " has no finalizer " +
                            std::string(cluster::kServiceCidrFinalizer) +
                            ": it could be deleted while Services use it"});
  }
  check_terminating(findings);
}

void StateRules::check_default(std::vector<Finding>& findings) const {
  const RangeObject* range = state_.ranges().find(default_name());
  std::vector<std::string> flag;
  for (const Cidr& cidr : options_.default_ranges) flag.push_back(cidr.to_string());
  if (range != nullptr && range->cidrs == options_.default_ranges) return;
  const std::string now =
      range == nullptr ? "does not exist" : "has the CIDRs " + list_text(range->object.cidrs);
  findings.push_back({"default-differs",
                      Severity::kWarning,
                      "",
                      {range_ref(default_name())},
                      "ServiceCIDR " + default_name() + " " + now + ", but --service-cluster-ip-range is " +
                          list_text(flag)});
}

void StateRules::check_api_service(std::vector<Finding>& findings) const {
  const RangeObject* range = state_.ranges().find(default_name());
  const std::string key = service_key("default", "kubernetes");
  const ServiceEntry* service = state_.find_service(key);
  if (range == nullptr || service == nullptr) return;
  for (const HeldAddress* held : service->addresses) {
    const bool inside = std::any_of(range->cidrs.begin(), range->cidrs.end(),
                                    [&](const Cidr& cidr) { return cidr.contains(held->first); });
    if (inside) continue;
    Finding finding{"api-service-outside-default",
                    Severity::kWarning,
                    held->first.to_string(),
                    {service_ref(key), range_ref(range->name())},
                    held->first.to_string() + " of Service default/kubernetes lies outside ServiceCIDR " +
                        range->name() + " (" + list_text(range->object.cidrs) + ")"};
    std::string reason = youth(service_ref(key), service->creation);
    if (reason.empty()) reason = youth(range_ref(range->name()), range->object.meta.creation);
    explain(finding, reason);
    findings.push_back(std::move(finding));
  }
}

void StateRules::check_terminating(std::vector<Finding>& findings) const {
  const auto& objects = state_.ranges().objects();
  const bool any = std::any_of(objects.begin(), objects.end(),
                               [](const auto& entry) { return entry.second.is_terminating(); });
  if (!any) return;
  const std::set<const RangeObject*> blocked = blocked_ranges(state_);
  for (const auto& [name, range] : objects) {
    if (!range.is_terminating() || has_foreign_finalizer(range)) continue;
    const bool covered = state_.ranges().is_covered(range);
    if (!covered && blocked.contains(&range)) continue;
    std::string message = "ServiceCIDR " + name + " is being deleted and nothing blocks it: ";
    message +=
        covered ? "other ServiceCIDRs cover it" : "no IPAddress with the allocators' labels lies in it alone";
    message += "; is kube-controller-manager running";
    Finding finding{"stuck-terminating", Severity::kWarning, "", {range_ref(name)}, std::move(message)};
    if (now_ && *now_ - *range.object.meta.deletion < options_.going) {
      finding.severity = Severity::kInfo;
      finding.message += "; its deletion was asked for less than " +
                         std::to_string(options_.going.microseconds / 1'000'000) +
                         " s ago, of which the controller waits 10 s";
    } else {
      explain(finding, youth(range_ref(name), range.object.meta.creation));
    }
    findings.push_back(std::move(finding));
  }
}

}  // namespace clusterip::verify
