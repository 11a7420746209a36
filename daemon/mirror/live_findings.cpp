#include "daemon/mirror/live_findings.hpp"

#include <algorithm>

#include "engine/verify/terminating.hpp"

namespace clusterip::daemon {
namespace {

using verify::Finding;

constexpr std::string_view kHeldByTerminating = "held-by-terminating";
// How many holders a message names.
constexpr std::size_t kNamedKeepers = 10;

void report_terminating(const verify::State& state, std::vector<Finding>& findings) {
  for (const verify::TerminatingRange& range : verify::terminating_ranges(state, kNamedKeepers)) {
    if (range.keeper_count == 0) continue;
    std::string message = "ServiceCIDR " + range.name + " cannot go: " + range.advice + " (";
    for (std::size_t i = 0; i < range.keepers.size(); ++i) {
      const verify::RangeKeeper& keeper = range.keepers[i];
      message += (i == 0 ? "" : "; ") + keeper.address.to_string() + " of " + keeper.holder;
    }
    if (range.keeper_count > range.keepers.size()) {
      message += "; and " + std::to_string(range.keeper_count - range.keepers.size()) + " more";
    }
    findings.push_back({std::string(kHeldByTerminating),
                        verify::Severity::kInfo,
                        "",
                        {verify::range_ref(range.name)},
                        message + ")"});
  }
}

}  // namespace

LiveFindings::LiveFindings(std::vector<Cidr> default_ranges) : default_ranges_(std::move(default_ranges)) {}

void LiveFindings::look_at(const Address& address, const verify::StateRules& rules) {
  std::vector<Finding> findings;
  rules.check_holders(address, findings);
  rules.check_placement(address, findings);
  std::erase_if(findings, [](const Finding& finding) { return finding.rule == kHeldByTerminating; });
  if (findings.empty()) {
    by_address_.erase(address);
  } else {
    by_address_[address] = std::move(findings);
  }
}

std::vector<Finding> LiveFindings::refresh(const verify::State& state, const StateChanges& changes,
                                           cluster::Instant now) {
  verify::StateOptions options;
  options.now = now;
  // Ages explain what a dump shows; here time itself tells (finding_history.hpp).
  options.settling = {};
  options.default_ranges = default_ranges_;
  const verify::StateRules rules(state, options);
  std::vector<Address> due(changes.addresses.begin(), changes.addresses.end());
  for (const auto& [address, findings] : by_address_) due.push_back(address);
  if (changes.everything) {
    state.for_each_address([&](const Address& address, const auto&) { due.push_back(address); });
  }
  for (const Address& address : due) look_at(address, rules);

  std::vector<Finding> all;
  for (const auto& [address, findings] : by_address_) all.insert(all.end(), findings.begin(), findings.end());
  for (const auto& [object, findings] : state.object_findings()) {
    all.insert(all.end(), findings.begin(), findings.end());
  }
  rules.check_ranges(all);
  report_terminating(state, all);
  verify::sort_findings(all);
  return all;
}

}  // namespace clusterip::daemon
