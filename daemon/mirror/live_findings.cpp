#include "daemon/mirror/live_findings.hpp"

#include <algorithm>

namespace clusterip::daemon {
namespace {

using verify::Finding;

constexpr std::string_view kHeldByTerminating = "held-by-terminating";
// How many holders a message names.
constexpr std::size_t kNamedKeepers = 10;

void report_terminating(const std::vector<verify::TerminatingRange>& ranges, std::vector<Finding>& findings) {
  for (const verify::TerminatingRange& range : ranges) {
    if (range.keeper_count == 0) continue;
    std::string message = "ServiceCIDR " + range.name + " cannot go: " + range.advice + " (";
    const std::size_t named = std::min(kNamedKeepers, range.keepers.size());
    for (std::size_t i = 0; i < named; ++i) {
      const verify::RangeKeeper& keeper = range.keepers[i];
      message += (i == 0 ? "" : "; ") + keeper.address.to_string() + " of " + keeper.holder;
    }
    if (range.keeper_count > named) {
      message += "; and " + std::to_string(range.keeper_count - named) + " more";
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

verify::StateOptions LiveFindings::options(cluster::Instant now) const {
  verify::StateOptions options;
  options.now = now;
  // Ages explain what a dump shows; here time itself tells (finding_history.hpp).
  options.settling = {};
  options.going = {};
  options.default_ranges = default_ranges_;
  return options;
}

void LiveFindings::add(const verify::State& state, const StateChanges& changes) {
  for (const auto& [address, findings] : by_address_) due_.push_back(address);
  due_.insert(due_.end(), changes.addresses.begin(), changes.addresses.end());
  if (!changes.everything) return;
  due_.reserve(due_.size() + state.address_count());
  state.for_each_address([&](const Address& address, const auto&) { due_.push_back(address); });
}

bool LiveFindings::look(const verify::State& state, cluster::Instant now, std::size_t most) {
  const verify::StateRules rules(state, options(now));
  for (; most > 0 && !due_.empty(); --most) {
    look_at(due_.back(), rules);
    due_.pop_back();
  }
  if (!due_.empty()) return true;
  std::vector<Address>().swap(due_);
  return false;
}

std::vector<Finding> LiveFindings::all(const verify::State& state,
                                       const std::vector<verify::TerminatingRange>& terminating,
                                       cluster::Instant now) const {
  std::vector<Finding> all;
  for (const auto& [address, findings] : by_address_) all.insert(all.end(), findings.begin(), findings.end());
  for (const auto& [object, findings] : state.object_findings()) {
    all.insert(all.end(), findings.begin(), findings.end());
  }
  verify::StateRules(state, options(now)).check_ranges(all);
  report_terminating(terminating, all);
  verify::sort_findings(all);
  return all;
}

}  // namespace clusterip::daemon
