#include "engine/cluster/upstream_allocator.hpp"

#include <algorithm>
#include <limits>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

// Go's largest int: upstream counts free addresses in one.
constexpr std::uint64_t kMaxInt = std::numeric_limits<std::int64_t>::max();

UpstreamRefusal refuse(AllocateError error) {
  return {error, to_text(error)};
}

// The name of an IPAddress may not be an IPv4-mapped address, so creating one is refused.
UpstreamRefusal mapped_refusal(const Address& address) {
  const std::string name = "\"" + address.to_string() + "\"";
  return {std::nullopt, "IPAddress.networking.k8s.io " + name +
                            " is invalid: metadata.name: Invalid value: " + name +
                            ": must not be an IPv4-mapped IPv6 address"};
}

// The first address of the span that the cache shows as free and that nobody else has claimed meanwhile.
std::optional<UpstreamAnswer> claim_in(Span span, const AddressSet& cache, AddressSet& claimed) {
  while (const auto candidate = cache.find_free(span, span.first)) {
    if (candidate->is_ipv4_mapped()) return mapped_refusal(*candidate);
    if (claimed.claim(*candidate)) return *candidate;
    if (*candidate == span.last) break;
    span.first = {candidate->family(), candidate->bits() + 1};
  }
  return std::nullopt;
}

std::optional<UpstreamAnswer> claim_any(const Bands& bands, const Draws& draws, const AddressSet& cache,
                                        AddressSet& claimed) {
  for (const Span& span : walk_spans(bands, draws)) {
    if (auto allocation = claim_in(span, cache, claimed)) return allocation;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> UpstreamAllocator::text_order() const {
  std::vector<std::string> order;
  order.reserve(ranges_.size());
  for (const auto& [text, range] : ranges_) order.push_back(text);
  return order;
}

void UpstreamAllocator::resync(std::span<const ServiceCidr* const> objects) {
  for (const ServiceCidr* object : objects) {
    for (const std::string& text : object->cidrs) add_or_update(*object, text);
  }
}

void UpstreamAllocator::add_or_update(const ServiceCidr& object, const std::string& text) {
  const bool ready = object.counts_as_ready();
  if (const auto known = ranges_.find(text); known != ranges_.end()) {
    UpstreamRange& range = known->second;
    range.names.insert(object.meta.name);
    if (ready) {
      range.ready = true;
    } else if (range.names.size() == 1) {
      range.ready = false;
    }
    return;
  }
  const auto cidr = read_cidr_sloppy(text);
  if (!cidr || cidr->family() != family_) return;
  const auto bands = bands_of(*cidr);
  if (!bands) return;
  ranges_.emplace(text, UpstreamRange{*cidr, *bands, {object.meta.name}, ready});
}

void UpstreamAllocator::forget(const ServiceCidr& object) {
  for (const std::string& text : object.cidrs) {
    const auto known = ranges_.find(text);
    if (known == ranges_.end()) continue;
    known->second.names.erase(object.meta.name);
    if (known->second.names.empty()) ranges_.erase(known);
  }
}

UpstreamAnswer UpstreamAllocator::allocate(const Draws& draws, Order order, const AddressSet& cache,
                                           AddressSet& claimed) const {
  for (const std::string& text : order) {
    const auto range = ranges_.find(text);
    if (range == ranges_.end() || !range->second.ready) continue;
    if (auto allocation = claim_any(range->second.bands, draws, cache, claimed)) return *allocation;
  }
  return refuse(AllocateError::kFull);
}

UpstreamAnswer UpstreamAllocator::allocate(const Address& address, AddressSet& claimed) const {
  if (!serves(address)) return refuse(AllocateError::kMismatchedNetwork);
  if (!claimed.claim(address)) return refuse(AllocateError::kAllocated);
  return address;
}

bool UpstreamAllocator::serves(const Address& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const auto& entry) {
    return entry.second.ready && entry.second.cidr.has_host(address);
  });
}

bool UpstreamAllocator::covers(const Address& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const auto& entry) { return entry.second.cidr.has_host(address); });
}

const UpstreamRange* UpstreamAllocator::first_of(Order order) const {
  for (const std::string& text : order) {
    if (const auto range = ranges_.find(text); range != ranges_.end()) return &range->second;
  }
  return nullptr;
}

UpstreamAnswer UpstreamAllocator::dry_run(Order order) const {
  const UpstreamRange* range = first_of(order);
  if (range == nullptr || !range->ready) return refuse(AllocateError::kNotReady);
  return range->cidr.network();
}

UpstreamAnswer UpstreamAllocator::dry_run(Order order, const Address& address) const {
  const UpstreamRange* range = first_of(order);
  if (range == nullptr || !range->ready) return refuse(AllocateError::kNotReady);
  const bool inside =
      range->bands.last.has_value() && range->bands.first <= address && address <= *range->bands.last;
  if (!inside) {
    const AllocateError error = AllocateError::kNotInRange;
    return UpstreamRefusal{error, to_text(error, address, range->cidr)};
  }
  return address;
}

UpstreamAllocator::Usage UpstreamAllocator::usage(const UpstreamRange& range, const AddressSet& claimed) {
  const std::uint64_t used = claimed.count({range.cidr.network(), range.cidr.last()});
  const std::uint64_t size = std::min(range.bands.size, kMaxInt);
  return {used, size > used ? size - used : 0};
}

}  // namespace clusterip::cluster
