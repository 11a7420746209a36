#include "engine/verify/range_usage.hpp"

#include <algorithm>
#include <optional>

#include "engine/net/bands.hpp"

namespace clusterip::verify {
namespace {

std::vector<Address> claimed_addresses(const State& state) {
  std::vector<Address> claimed;
  state.for_each_address([&](const Address& address, const State::AddressEntry& entry) {
    if (entry.claim) claimed.push_back(address);
  });
  std::sort(claimed.begin(), claimed.end());
  return claimed;
}

Usage usage_of(const std::vector<Address>& claimed, const std::optional<Span>& span, std::uint64_t size) {
  if (!span) return {};
  const auto first = std::lower_bound(claimed.begin(), claimed.end(), span->first);
  const auto last = std::upper_bound(first, claimed.end(), span->last);
  const auto used = static_cast<std::uint64_t>(last - first);
  return {used, size - used};
}

}  // namespace

std::string_view range_state_name(RangeState state) {
  switch (state) {
    case RangeState::kReady:
      return "ready";
    case RangeState::kPending:
      return "pending";
    case RangeState::kTerminating:
      return "terminating";
  }
  return "";
}

RangeState state_of(const std::vector<const RangeObject*>& listing) {
  bool all_terminating = true;
  for (const RangeObject* range : listing) {
    if (range->object.counts_as_ready()) return RangeState::kReady;
    all_terminating = all_terminating && range->is_terminating();
  }
  return all_terminating ? RangeState::kTerminating : RangeState::kPending;
}

std::vector<RangeUsage> range_usage(const State& state) {
  const std::vector<Address> claimed = claimed_addresses(state);
  std::vector<RangeUsage> usages;
  for (const Cidr& cidr : state.ranges().cidrs()) {
    RangeUsage& usage = usages.emplace_back();
    usage.cidr = cidr;
    const auto listing = state.ranges().listing(cidr);
    for (const RangeObject* range : listing) usage.names.push_back(range->name());
    usage.state = state_of(listing);
    const auto bands = bands_of(cidr);
    if (!bands) continue;
    usage.all = usage_of(claimed, bands->usable(), bands->size);
    usage.static_band = usage_of(claimed, bands->static_band(), bands->static_size);
    usage.dynamic_band = usage_of(claimed, bands->dynamic_band(), bands->dynamic_size());
  }
  return usages;
}

}  // namespace clusterip::verify
