#include <algorithm>

#include "engine/cluster/network_validation.hpp"
#include "engine/cluster/repair.hpp"
#include "engine/cluster/upstream_steps.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

// How an attempt to write an IPAddress ended, for the walk.
struct Claim {
  bool done = false;
  // Set: the write failed for another reason than that the address is taken.
  std::optional<UpstreamRefusal> refusal;
};

UpstreamRefusal refuse(AllocateError error) {
  return {error, to_text(error)};
}

std::string where(const UpstreamRange& range, const Address& address) {
  const auto band = range.bands.static_band();
  const bool in_static = band && band->contains(address);
  return std::string(in_static ? "static" : "dynamic") + " band of " + range.cidr.to_string();
}

// One claim of one server: its allocator, its cache, and the records of what it wrote.
class Claimer {
 public:
  Claimer(UpstreamState& state, const UpstreamServer& server, const ClaimRequest& request)
      : state_(state), server_(server), request_(request), allocator_(*server.allocator(request.family)) {}

  std::variant<Address, UpstreamRefusal> claim_any() {
    if (server_.version.asks_bitmap_first) {
      if (const auto candidate = draw_from_bitmap()) return claim_this(*candidate);
    }
    const Draws draws = next_draws();
    for (const std::string& text : next_order()) {
      const auto range = allocator_.ranges().find(text);
      if (range == allocator_.ranges().end() || !range->second.ready) continue;
      for (const Span& span : walk_spans(range->second.bands, draws)) {
        if (auto result = claim_in(span, range->second)) return *result;
      }
    }
    return refuse(AllocateError::kFull);
  }

  // A static request; of 1.33 also what its bitmap gave.
  std::variant<Address, UpstreamRefusal> claim_this(const Address& address) {
    if (!allocator_.serves(address)) return refuse(AllocateError::kMismatchedNetwork);
    const Claim claim = write(address, "as asked");
    if (claim.refusal) return *claim.refusal;
    if (!claim.done) return refuse(AllocateError::kAllocated);
    return address;
  }

  // 1.33 marks the bitmap of the flag's range before it writes the IPAddress.
  std::optional<UpstreamRefusal> mark_bitmap(const Address& address) {
    const auto bands = bitmap_bands();
    if (!bands || !bands->cidr.contains(address)) return std::nullopt;
    if (!allocator_.serves(address)) return refuse(AllocateError::kMismatchedNetwork);
    if (!bands->usable() || !bands->usable()->contains(address)) {
      const AllocateError error = AllocateError::kNotInRange;
      return UpstreamRefusal{error, to_text(error, address, bands->cidr)};
    }
    const bool marked = state_.bitmaps[bands->cidr.to_string()].insert(address).second;
    if (!marked) return refuse(AllocateError::kAllocated);
    return std::nullopt;
  }

 private:
  std::optional<std::variant<Address, UpstreamRefusal>> claim_in(Span span, const UpstreamRange& range) {
    while (const auto candidate = server_.cache.find_free(span, span.first)) {
      const Claim claim = write(*candidate, where(range, *candidate));
      if (claim.done) return *candidate;
      if (claim.refusal && server_.version.stops_at_errors) return *claim.refusal;
      if (*candidate == span.last) break;
      span.first = {candidate->family(), candidate->bits() + 1};
    }
    return std::nullopt;
  }

  Claim write(const Address& address, const std::string& how) {
    IpAddress object = ip_address_for(address, request_.service);
    const FieldErrors errors = validate_create(object);
    if (!errors.empty()) {
      return {false,
              UpstreamRefusal{std::nullopt, "IPAddress.networking.k8s.io " + json_quote(object.meta.name) +
                                                " is invalid: " + aggregate_text(errors)}};
    }
    const std::string path = object_path("ipaddresses", object.meta);
    const WriteResult result = written(
        state_, [&](UpstreamStore& store, Instant now) { return store.create(std::move(object), now); });
    const bool done = result == WriteResult::kDone;
    const std::string owner = stored_key(request_.service.meta);
    record(path, done ? "created for " + owner + ", " + how : "exists already, so not for " + owner);
    if (done) notice_claim(state_, server_.name, address, request_.service);
    return {done, std::nullopt};
  }

  void record(const std::string& path, std::string text) {
    state_.record({{}, server_.name, UpstreamRecord::Kind::kWrite, path, std::move(text), "", 0, {}});
  }

  Draws next_draws() {
    if (request_.choices.draws) return *request_.choices.draws;
    const std::uint64_t first = state_.draws.next();
    return {first, state_.draws.next()};
  }

  std::vector<std::string> next_order() {
    if (request_.choices.order) return *request_.choices.order;
    std::vector<std::string> order = allocator_.text_order();
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[static_cast<std::size_t>(state_.draws.below(i))]);
    }
    return order;
  }

  // The bitmap covers the flag's range, of IPv6 the first 65536 addresses.
  std::optional<Bands> bitmap_bands() const {
    for (const Cidr& cidr : server_.flag_ranges()) {
      if (cidr.family() != request_.family) continue;
      constexpr unsigned kMostHostBits = 16;
      const bool cut = cidr.family() == Family::kIPv6 && cidr.host_bits() > kMostHostBits;
      return bands_of(cut ? Cidr(cidr.network(), 128 - kMostHostBits) : cidr);
    }
    return std::nullopt;
  }

  std::optional<Address> draw_from_bitmap() {
    const auto bands = bitmap_bands();
    if (!bands) return std::nullopt;
    std::set<Address>& taken = state_.bitmaps[bands->cidr.to_string()];
    for (const Span& span : walk_spans(*bands, next_draws())) {
      Address candidate = span.first;
      while (taken.count(candidate) > 0 && candidate != span.last) {
        candidate = {candidate.family(), candidate.bits() + 1};
      }
      if (taken.insert(candidate).second) return candidate;
    }
    return std::nullopt;
  }

  UpstreamState& state_;
  const UpstreamServer& server_;
  const ClaimRequest& request_;
  const UpstreamAllocator& allocator_;
};

}  // namespace

std::variant<Address, UpstreamRefusal> allocate_address(UpstreamState& state, const UpstreamServer& server,
                                                        const ClaimRequest& request) {
  // The real server drops the connection here (17).
  if (server.allocator(request.family) == nullptr) return refuse(AllocateError::kNotReady);
  Claimer claimer(state, server, request);
  if (request.address.empty()) return claimer.claim_any();
  const auto address = read_address_sloppy(request.address);
  if (!address)
    return UpstreamRefusal{std::nullopt, "failed to parse service IP " + json_quote(request.address)};
  if (server.version.asks_bitmap_first) {
    if (auto refusal = claimer.mark_bitmap(*address)) return *refusal;
  }
  return claimer.claim_this(*address);
}

bool release_address(UpstreamState& state, const UpstreamServer& server, const Service& service,
                     const std::string& text) {
  const auto address = read_address_sloppy(text);
  const UpstreamAllocator* allocator = address ? server.allocator(address->family()) : nullptr;
  // A family that is no longer configured is left to the repair loop.
  if (allocator == nullptr) return true;
  const std::string name = address->to_string();
  const std::string path = "ipaddresses/" + name;
  const auto record = [&](std::string what) {
    state.record({{}, server.name, UpstreamRecord::Kind::kWrite, path, std::move(what), "", 0, {}});
  };
  if (!allocator->covers(*address)) {
    record("kept: no ServiceCIDR of " + server.name + " covers it");
    return false;
  }
  for (auto& [cidr, taken] : state.bitmaps) taken.erase(*address);
  const IpAddress* object = state.store.objects().find_ip_address(name);
  if (object == nullptr) return true;
  notice_release(state, server.name, *object, service);
  const WriteResult result =
      written(state, [&](UpstreamStore& store, Instant now) { return store.delete_ip_address(name, now); });
  if (result == WriteResult::kDone) record("released by " + stored_key(service.meta));
  return true;
}

}  // namespace clusterip::cluster
