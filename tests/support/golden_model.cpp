#include "tests/support/golden_model.hpp"

#include <algorithm>

namespace clusterip::test {
namespace {

Address next_of(const Address& address) {
  return {address.family(), address.bits() + 1};
}

}  // namespace

std::optional<Address> GoldenSet::find_free(const Span& span, const Address& start) const {
  Address at = start;
  do {
    if (!claimed_.contains(at)) return at;
    at = at == span.last ? span.first : next_of(at);
  } while (at != start);
  return std::nullopt;
}

std::optional<Address> GoldenSet::claim_next(const Span& span, const Address& start) {
  const auto found = find_free(span, start);
  if (found) claimed_.insert(*found);
  return found;
}

std::vector<Address> GoldenSet::list(const Span& span) const {
  return {claimed_.lower_bound(span.first), claimed_.upper_bound(span.last)};
}

std::uint64_t GoldenSet::count(const Span& span) const {
  return list(span).size();
}

void GoldenAllocator::put(const std::string& name, const Cidr& cidr, RangeState state) {
  if (cidr.family() != family_ || !bands_of(cidr)) return;
  ranges_[cidr][name] = state;
  renumber(cidr);
}

void GoldenAllocator::renumber(const Cidr& cidr) {
  const auto all = states();
  const auto state = all.find(cidr);
  const bool ready = state != all.end() && state->second == RangeState::kReady && bands_of(cidr)->size != 0;
  const auto place = std::find(ready_.begin(), ready_.end(), cidr);
  if (ready && place == ready_.end()) ready_.push_back(cidr);
  if (ready || place == ready_.end()) return;
  *place = ready_.back();
  ready_.pop_back();
}

bool GoldenAllocator::remove(const std::string& name, const Cidr& cidr) {
  const auto found = ranges_.find(cidr);
  if (found == ranges_.end() || found->second.erase(name) == 0) return false;
  if (found->second.empty()) ranges_.erase(found);
  renumber(cidr);
  return true;
}

bool GoldenAllocator::terminate(const std::string& name) {
  bool any = false;
  for (auto& [cidr, referrers] : ranges_) {
    const auto found = referrers.find(name);
    if (found == referrers.end()) continue;
    found->second = RangeState::kTerminating;
    renumber(cidr);
    any = true;
  }
  return any;
}

std::map<Cidr, RangeState> GoldenAllocator::states() const {
  std::map<Cidr, RangeState> states;
  for (const auto& [cidr, referrers] : ranges_) {
    RangeState state = RangeState::kTerminating;
    for (const auto& [name, word] : referrers) {
      if (word == RangeState::kPending && state == RangeState::kTerminating) state = word;
      if (word == RangeState::kReady) state = word;
    }
    states[cidr] = state;
  }
  return states;
}

AllocateOutcome GoldenAllocator::search(const Cidr& cidr, SeededDraws& draws) {
  const Bands bands = *bands_of(cidr);
  if (bands.dynamic_size() == 0) return AllocateError::kFull;
  if (const auto found = set_.claim_next(*bands.dynamic_band(), dynamic_start(bands, draws))) {
    return Allocation{*found, cidr, BandKind::kDynamic};
  }
  if (bands.static_size == 0) return AllocateError::kFull;
  if (const auto found = set_.claim_next(*bands.static_band(), static_start(bands, draws))) {
    return Allocation{*found, cidr, BandKind::kStatic};
  }
  return AllocateError::kFull;
}

AllocateOutcome GoldenAllocator::allocate(SeededDraws& draws) {
  if (ready_.empty()) return AllocateError::kFull;
  const std::size_t first = draws.below(ready_.size());
  for (std::size_t i = 0; i < ready_.size(); ++i) {
    const Cidr& range = ready_[(first + i) % ready_.size()];
    // Only the first takes draws though it is full.
    const auto usable = bands_of(range)->usable();
    if (i > 0 && (!usable || !set_.find_free(*usable, usable->first))) continue;
    const AllocateOutcome outcome = search(range, draws);
    if (std::holds_alternative<Allocation>(outcome)) return outcome;
  }
  return AllocateError::kFull;
}

AllocateOutcome GoldenAllocator::allocate_in(const Cidr& cidr, SeededDraws& draws) {
  const auto all = states();
  const auto found = all.find(cidr);
  if (found == all.end()) return AllocateError::kMismatchedNetwork;
  if (found->second != RangeState::kReady) return AllocateError::kNotReady;
  return search(cidr, draws);
}

AllocateOutcome GoldenAllocator::allocate(const Address& address) {
  std::optional<Cidr> best;
  for (const auto& [cidr, state] : states()) {
    if (state != RangeState::kReady || !cidr.has_host(address)) continue;
    if (!best || cidr.length() > best->length()) best = cidr;
  }
  if (!best) return AllocateError::kMismatchedNetwork;
  return allocate_in(*best, address);
}

AllocateOutcome GoldenAllocator::allocate_in(const Cidr& cidr, const Address& address) {
  const auto all = states();
  const auto found = all.find(cidr);
  if (found == all.end()) return AllocateError::kMismatchedNetwork;
  if (found->second != RangeState::kReady) return AllocateError::kNotReady;
  const auto usable = bands_of(cidr)->usable();
  if (!usable || !usable->contains(address)) return AllocateError::kNotInRange;
  if (!set_.claim(address)) return AllocateError::kAllocated;
  const auto dynamic = bands_of(cidr)->dynamic_band();
  const bool is_dynamic = dynamic && dynamic->contains(address);
  return Allocation{address, cidr, is_dynamic ? BandKind::kDynamic : BandKind::kStatic};
}

FamilyAllocator::Release GoldenAllocator::release(const Address& address) {
  for (const auto& [cidr, referrers] : ranges_) {
    if (!cidr.has_host(address)) continue;
    return set_.release(address) ? FamilyAllocator::Release::kReleased : FamilyAllocator::Release::kWasFree;
  }
  return FamilyAllocator::Release::kMismatchedNetwork;
}

}  // namespace clusterip::test
