#include "engine/cluster/upstream_state.hpp"

#include <algorithm>

namespace clusterip::cluster {
namespace {

// Plans the deliveries of one change to one watcher.
void announce(UpstreamState& state, std::size_t index, const StoredChange& change) {
  const UpstreamWatcher& watcher = state.watcher(index);
  const auto kind = static_cast<std::size_t>(change.kind());
  if (!watcher.running || watcher.frozen[kind]) return;
  const Duration lag = watcher.lag[kind].value_or(state.timing.cache_lag);
  state.plan(change.time + lag, {DeliverChange{index, change.kind()}, watcher.incarnation});
}

bool is_same(const VisitObject& a, const VisitObject& b) {
  return a.watcher == b.watcher && a.controller == b.controller && a.key == b.key;
}

}  // namespace

const UpstreamAllocator* UpstreamServer::allocator(Family family) const {
  const auto found = std::find_if(allocators.begin(), allocators.end(),
                                  [&](const UpstreamAllocator& each) { return each.family() == family; });
  return found == allocators.end() ? nullptr : &*found;
}

std::vector<Cidr> UpstreamServer::flag_ranges() const {
  std::vector<Cidr> ranges{flag.primary};
  if (flag.secondary) ranges.push_back(*flag.secondary);
  return ranges;
}

UpstreamWatcher& UpstreamState::watcher(std::size_t index) {
  if (index == kControllerManager) return manager;
  return servers.at(index);
}
const UpstreamWatcher& UpstreamState::watcher(std::size_t index) const {
  if (index == kControllerManager) return manager;
  return servers.at(index);
}

void UpstreamState::plan(Instant due, UpstreamStep step) {
  steps.emplace(std::pair(std::max(due, now), planned++), std::move(step));
}

void UpstreamState::plan_visit(Instant due, VisitObject visit) {
  for (const auto& [at, step] : steps) {
    const auto* unfinished = std::get_if<CarryOut>(&step.what);
    if (unfinished != nullptr && is_same(unfinished->visit, visit)) due = std::max(due, at.first);
    const auto* waiting = std::get_if<VisitObject>(&step.what);
    if (waiting != nullptr && is_same(*waiting, visit) && at.first <= due) return;
  }
  const std::uint32_t incarnation = watcher(visit.watcher).incarnation;
  plan(due, {std::move(visit), incarnation});
}

void UpstreamState::record(UpstreamRecord record) {
  record.time = now;
  records.push_back(std::move(record));
}

void UpstreamState::announce_since(std::size_t length) {
  for (std::size_t i = length; i < store.history().size(); ++i) {
    const StoredChange change = store.history()[i];
    for (std::size_t server = 0; server < servers.size(); ++server) announce(*this, server, change);
    announce(*this, kControllerManager, change);
  }
}

}  // namespace clusterip::cluster
