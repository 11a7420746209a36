#include "daemon/mirror/finding_history.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace clusterip::daemon {
namespace {

// After a re-read that said otherwise, the watches get this long to catch up.
constexpr cluster::Duration kNextTry = cluster::Duration::seconds(3);

}  // namespace

cluster::Duration GracePeriods::of(const std::string& rule) const {
  if (rule == "duplicate-address") return duplicates;
  return rule == "orphan-ipaddress" ? orphans : others;
}

std::string_view stage_name(FindingStage stage) {
  constexpr std::array<std::string_view, 4> kNames{"suspected", "confirmed", "resolved", "withdrawn"};
  return kNames.at(static_cast<std::size_t>(stage));
}

FindingHistory::FindingHistory(GracePeriods grace, std::size_t most_ended)
    : grace_(grace), most_ended_(most_ended) {}

void FindingHistory::observe(const std::vector<verify::Finding>& current, cluster::Instant now) {
  ++round_;
  for (const verify::Finding& finding : current) {
    const auto [place, is_new] = open_.try_emplace(key_of(finding));
    Entry& entry = place->second;
    if (is_new) {
      entry.tracked.first_seen = now;
      entry.next_try = now + grace_.of(finding.rule);
    }
    entry.tracked.finding = finding;
    entry.tracked.last_seen = now;
    entry.seen_in = round_;
  }
  for (auto place = open_.begin(); place != open_.end();) {
    if (place->second.seen_in == round_) {
      ++place;
      continue;
    }
    end(std::move(place->second.tracked), now);
    place = open_.erase(place);
  }
}

void FindingHistory::end(TrackedFinding tracked, cluster::Instant now) {
  const bool was_confirmed = tracked.stage == FindingStage::kConfirmed;
  tracked.stage = was_confirmed ? FindingStage::kResolved : FindingStage::kWithdrawn;
  tracked.ended = now;
  if (was_confirmed) news_.push_back(tracked);
  ended_.push_front(std::move(tracked));
  if (ended_.size() > most_ended_) ended_.pop_back();
}

std::vector<verify::Finding> FindingHistory::due(cluster::Instant now, std::size_t most) const {
  std::vector<verify::Finding> found;
  for (const auto& [key, entry] : open_) {
    if (found.size() == most) break;
    const bool waits = entry.tracked.stage == FindingStage::kSuspected &&
                       entry.tracked.finding.severity != verify::Severity::kInfo && entry.next_try <= now;
    if (waits) found.push_back(entry.tracked.finding);
  }
  return found;
}

void FindingHistory::confirm(const verify::Finding& finding, cluster::Instant now) {
  const auto place = open_.find(key_of(finding));
  if (place == open_.end() || place->second.tracked.stage != FindingStage::kSuspected) return;
  TrackedFinding& tracked = place->second.tracked;
  tracked.stage = FindingStage::kConfirmed;
  tracked.confirmed = now;
  ++confirmed_total_[finding.rule];
  news_.push_back(tracked);
}

void FindingHistory::refute(const verify::Finding& finding, cluster::Instant now) {
  const auto place = open_.find(key_of(finding));
  if (place == open_.end()) return;
  ++place->second.tracked.refuted;
  place->second.next_try = now + kNextTry;
}

std::vector<TrackedFinding> FindingHistory::all() const {
  std::vector<TrackedFinding> list;
  list.reserve(open_.size() + ended_.size());
  for (const auto& [key, entry] : open_) list.push_back(entry.tracked);
  std::stable_sort(list.begin(), list.end(), [](const TrackedFinding& a, const TrackedFinding& b) {
    return a.finding.severity > b.finding.severity;
  });
  list.insert(list.end(), ended_.begin(), ended_.end());
  return list;
}

std::vector<TrackedFinding> FindingHistory::take_news() {
  return std::exchange(news_, {});
}

}  // namespace clusterip::daemon
