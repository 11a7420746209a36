#include "engine/verify/terminating.hpp"

#include <algorithm>
#include <map>

#include "engine/verify/state_rules.hpp"

namespace clusterip::verify {
namespace {

RangeKeeper keeper_of(const Address& address, const State::AddressEntry& entry) {
  if (!entry.holders.empty()) return {address, ref_text(service_ref(entry.holders.front()->first)), true};
  const bool names_service = entry.claim->parent_kind == ClaimEntry::Parent::kService;
  return {address, names_service ? ref_text(service_ref(entry.claim->parent())) : entry.claim->parent(),
          false};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += (text.empty() ? "" : ", ") + one;
  return text;
}

std::string advice_for(const TerminatingRange& range) {
  if (range.is_covered) return "other ServiceCIDRs have all of its addresses; it goes 10 s after the request";
  if (range.keeper_count == 0) return "nothing keeps it; it goes 10 s after the request";
  const auto left_over = std::count_if(range.keepers.begin(), range.keepers.end(),
                                       [](const RangeKeeper& keeper) { return !keeper.is_held; });
  std::string advice =
      range.keeper_count == 1
          ? "one address keeps it: delete and re-create its Service"
          : std::to_string(range.keeper_count) + " addresses keep it: delete and re-create their Services";
  advice += ", or create a ServiceCIDR that has " + joined(range.cidrs);
  if (left_over > 0) {
    advice += "; " + std::to_string(left_over) +
              " of them are left over and go when the repair loop finds them (a minute after they were made)";
  }
  return advice;
}

}  // namespace

std::vector<TerminatingRange> terminating_ranges(const State& state, std::size_t most_keepers) {
  std::map<const RangeObject*, TerminatingRange> found;
  for (const auto& [name, range] : state.ranges().objects()) {
    if (!range.is_terminating()) continue;
    TerminatingRange report;
    report.name = name;
    report.cidrs = range.object.cidrs;
    report.since = *range.object.meta.deletion;
    report.is_covered = state.ranges().is_covered(range);
    found.emplace(&range, std::move(report));
  }
  if (found.empty()) return {};
  state.for_each_address([&](const Address& address, const State::AddressEntry& entry) {
    if (!entry.keeps_its_range()) return;
    const auto around = state.ranges().around(address);
    if (around.hosts.size() != 1) return;
    const auto range = found.find(around.hosts.front());
    if (range == found.end() || range->second.is_covered) return;
    ++range->second.keeper_count;
    range->second.keepers.push_back(keeper_of(address, entry));
  });
  std::vector<TerminatingRange> reports;
  for (auto& [object, report] : found) {
    report.advice = advice_for(report);
    const std::size_t kept = std::min(most_keepers, report.keepers.size());
    std::partial_sort(report.keepers.begin(), report.keepers.begin() + static_cast<std::ptrdiff_t>(kept),
                      report.keepers.end(),
                      [](const RangeKeeper& a, const RangeKeeper& b) { return a.address < b.address; });
    report.keepers.resize(kept);
    reports.push_back(std::move(report));
  }
  std::sort(reports.begin(), reports.end(),
            [](const TerminatingRange& a, const TerminatingRange& b) { return a.name < b.name; });
  return reports;
}

}  // namespace clusterip::verify
