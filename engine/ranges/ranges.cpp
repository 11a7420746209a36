#include "engine/ranges/ranges.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <variant>
#include <vector>

namespace clusterip {

// Called before the lock is taken: who holds it may be waiting for that view to end.
void Ranges::refuse_inside_view() const {
  if (!tables_.is_inside(set::thread_index())) return;
  std::fputs("clusterip: ranges changed from inside a view of them\n", stderr);
  std::abort();
}

void Ranges::note(const RangeChange& change) {
  if (change.state) {
    if (bands_of(change.cidr)) listed_[change.name].insert(change.cidr);
    return;
  }
  const auto found = listed_.find(change.name);
  if (found == listed_.end()) return;
  found->second.erase(change.cidr);
  if (found->second.empty()) listed_.erase(found);
}

void Ranges::apply_locked(std::span<const RangeChange> changes) noexcept {
  for (const RangeChange& change : changes) {
    if (change.cidr.family() == family_) note(change);
  }
  std::vector<std::uint64_t> renumbered;
  const auto apply = [&](RangeTable& table) {
    renumbered.clear();
    for (const RangeChange& change : changes) {
      if (change.cidr.family() == family_) table.apply(change, renumbered);
    }
  };
  tables_.change(apply, [&] { marks_.forget(set::thread_index(), renumbered); });
}

void Ranges::apply(std::span<const RangeChange> changes) noexcept {
  refuse_inside_view();
  const std::lock_guard<std::mutex> lock(writers_);
  apply_locked(changes);
}

std::optional<BandsRefusal> Ranges::put(std::string_view name, const Cidr& cidr, RangeState state) {
  if (cidr.family() != family_) return BandsRefusal{"the CIDR is of the other family"};
  auto bands = make_bands(cidr);
  if (auto* refusal = std::get_if<BandsRefusal>(&bands)) return std::move(*refusal);
  const RangeChange change{.name = std::string(name), .cidr = cidr, .state = state};
  apply({&change, 1});
  return std::nullopt;
}

bool Ranges::remove(std::string_view name, const Cidr& cidr) {
  refuse_inside_view();
  const std::lock_guard<std::mutex> lock(writers_);
  const auto listed = listed_.find(name);
  if (listed == listed_.end() || !listed->second.contains(cidr)) return false;
  const RangeChange change{.name = std::string(name), .cidr = cidr, .state = std::nullopt};
  apply_locked({&change, 1});
  return true;
}

bool Ranges::terminate(std::string_view name) {
  refuse_inside_view();
  const std::lock_guard<std::mutex> lock(writers_);
  const auto listed = listed_.find(name);
  if (listed == listed_.end()) return false;
  std::vector<RangeChange> changes;
  for (const Cidr& cidr : listed->second) {
    changes.push_back({.name = listed->first, .cidr = cidr, .state = RangeState::kTerminating});
  }
  apply_locked(changes);
  return true;
}

}  // namespace clusterip
