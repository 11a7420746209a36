#include "engine/verify/bitmap_history.hpp"

#include <algorithm>

#include "engine/verify/refusal.hpp"

namespace clusterip::verify {
namespace {

constexpr std::uint64_t kMostBits = 65'536;

// The Service request around the deletion of an IPAddress let go of the address, which clears the bit too.
// Otherwise the deletion is the repair loop's, even where it fell into the time of such a request.
bool lets_go(const AuditedRequest& outer, std::uint32_t index, const Address& address,
             const ServiceHistory& services) {
  if (!outer.succeeded()) return !services.listed_before(outer, index, address);
  const ServiceFacts* left = outer.given_service();
  if (outer.verb == Verb::kDelete) return left == nullptr || !left->has_finalizers;
  return left != nullptr && (left->is_gone() || !left->lists(address));
}

}  // namespace

BitmapHistory::BitmapHistory(const Record& record, const AddressHistory& addresses,
                             const ServiceHistory& services, const Nesting& nesting, std::vector<Cidr> flags,
                             bool whole)
    : addresses_(addresses), flags_(std::move(flags)), is_known_(whole) {
  if (record.start && record.start->left_bits) {
    left_ = *record.start->left_bits;
    is_known_ = true;
  }
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    const AuditedRequest& request = record.requests[i];
    if (request.dry_run) continue;
    if (request.subject == Subject::kService) {
      const Refusal refusal = refusal_of(request);
      const bool draws = refusal.kind == RefusalKind::kMismatch && refusal.address.empty();
      if (draws || request.is_doubtful()) left_.nameless.push_back(request.during.from);
      continue;
    }
    if (request.subject != Subject::kIpAddress) continue;
    const bool failed = request.verb == Verb::kCreate && !request.succeeded();
    if (!failed && request.verb != Verb::kDelete) continue;
    const auto address = address_of(request);
    if (!address) continue;
    const std::uint32_t outer = nesting.outer(i);
    if (!failed && outer != kNoRequest && lets_go(record.requests[outer], outer, *address, services))
      continue;
    const auto [entry, fresh] = left_.named.emplace(*address, request.during.from);
    if (!fresh) entry->second = std::min(entry->second, request.during.from);
  }
  std::sort(left_.nameless.begin(), left_.nameless.end());
}

const Cidr* BitmapHistory::range(Family family) const {
  for (const Cidr& flag : flags_) {
    if (flag.family() == family) return &flag;
  }
  return nullptr;
}

std::optional<Span> BitmapHistory::usable(Family family) const {
  const Cidr* flag = range(family);
  const auto bands = flag != nullptr ? bands_of(*flag) : std::nullopt;
  auto span = bands ? bands->usable() : std::nullopt;
  if (span && family == Family::kIPv6 && bands->size >= kMostBits) {
    span->last = Address(family, flag->network().bits() + (kMostBits - 1));
  }
  return span;
}

std::size_t BitmapHistory::nameless_draws(Instant until) const {
  return static_cast<std::size_t>(std::upper_bound(left_.nameless.begin(), left_.nameless.end(), until) -
                                  left_.nameless.begin());
}

bool BitmapHistory::may_outlive(const Address& address, const Window& window) const {
  const auto left = left_.named.find(address);
  return left != left_.named.end() && left->second <= window.to;
}

bool BitmapHistory::can_be_set(const Address& address, const Window& window) const {
  return !is_known_ || nameless_draws(window.to) > 0 || may_outlive(address, window) ||
         !addresses_.surely_free(address, window);
}

bool BitmapHistory::can_be_full(const Span& span, const Window& window) const {
  if (!is_known_) return true;
  // So many bits may be set that nothing names: one clear bit more proves that there was room.
  std::size_t spare = nameless_draws(window.to);
  for (Address address = span.first;; address = Address(address.family(), address.bits() + 1)) {
    if (!may_outlive(address, window) && addresses_.surely_free(address, window)) {
      if (spare == 0) return false;
      --spare;
    }
    if (address == span.last) return true;
  }
}

}  // namespace clusterip::verify
