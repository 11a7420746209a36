#include "engine/ranges/ranges.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
namespace clusterip {
namespace {

std::map<Cidr, Range> ranges_by_cidr(const RangeTable& table) {
  std::map<Cidr, Range> ranges;
  for (const Range& range : table.ranges()) ranges.emplace(range.bands.cidr, range);
  return ranges;
}

void apply_one(std::map<Cidr, Range>& ranges, const RangeChange& change) {
  auto found = ranges.find(change.cidr);
  if (found == ranges.end()) {
    const auto bands = bands_of(change.cidr);
    if (!change.state || !bands) return;
    found = ranges.emplace(change.cidr, Range{.bands = *bands, .referrers = {}}).first;
  }
  auto& referrers = found->second.referrers;
  auto at = std::lower_bound(referrers.begin(), referrers.end(), change.name,
                             [](const Referrer& r, const std::string& name) { return r.name < name; });
  const bool listed = at != referrers.end() && at->name == change.name;
  if (change.state && listed) {
    at->state = *change.state;
  } else if (change.state) {
    referrers.insert(at, {.name = change.name, .state = *change.state});
  } else if (listed) {
    referrers.erase(at);
  }
  if (referrers.empty()) {
    ranges.erase(found);
  } else {
    found->second.state = combined_state(referrers);
  }
}

}  // namespace

Ranges::Ranges(Family family)
    : family_(family),
      table_(std::make_unique<const RangeTable>(std::vector<Range>{}, mark_lines_).release()) {}

Ranges::~Ranges() {
  delete table_.load();
}

void Ranges::publish(std::unique_ptr<const RangeTable> next) {
  if (fence_.is_inside(set::thread_index())) {
    std::fputs("clusterip: ranges changed from inside a view of them\n", stderr);
    std::abort();
  }
  // pairs: table
  const RangeTable* table = next.release();
  const std::unique_ptr<const RangeTable> old(table_.exchange(table, std::memory_order_acq_rel));
  fence_.wait();
  table->marks().settle();
}

void Ranges::apply(std::span<const RangeChange> changes) {
  const std::lock_guard<std::mutex> lock(writers_);
  auto ranges = ranges_by_cidr(*table_.load());
  for (const RangeChange& change : changes) {
    if (change.cidr.family() == family_) apply_one(ranges, change);
  }
  std::vector<Range> next;
  next.reserve(ranges.size());
  for (auto& [cidr, range] : ranges) next.push_back(std::move(range));
  publish(std::make_unique<const RangeTable>(std::move(next), mark_lines_));
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
  {
    const View now = view();
    const Range* range = now->find(cidr);
    if (range == nullptr) return false;
    const auto& referrers = range->referrers;
    if (std::none_of(referrers.begin(), referrers.end(), [&](const Referrer& r) { return r.name == name; })) {
      return false;
    }
  }
  const RangeChange change{.name = std::string(name), .cidr = cidr, .state = std::nullopt};
  apply({&change, 1});
  return true;
}

bool Ranges::terminate(std::string_view name) {
  std::vector<RangeChange> changes;
  {
    const View now = view();
    for (const Range& range : now->ranges()) {
      for (const Referrer& referrer : range.referrers) {
        if (referrer.name != name) continue;
        changes.push_back(
            {.name = referrer.name, .cidr = range.bands.cidr, .state = RangeState::kTerminating});
      }
    }
  }
  apply(changes);
  return !changes.empty();
}

}  // namespace clusterip
