#include "engine/verify/bitmap_history.hpp"

#include <algorithm>

#include "engine/verify/refusal.hpp"

namespace clusterip::verify {
namespace {

constexpr std::uint64_t kMostBits = 65'536;

}  // namespace

BitmapHistory::BitmapHistory(const Record& record, const AddressHistory& addresses, const Nesting& nesting,
                             std::vector<Cidr> flags)
    : addresses_(addresses), flags_(std::move(flags)) {
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    const AuditedRequest& request = record.requests[i];
    if (request.dry_run) continue;
    if (request.subject == Subject::kService) {
      const Refusal refusal = refusal_of(request);
      const bool draws = refusal.kind == RefusalKind::kMismatch && refusal.address.empty();
      if (draws || request.is_doubtful()) nameless_.push_back(request.during.from);
      continue;
    }
    if (request.subject != Subject::kIpAddress) continue;
    const bool failed = request.verb == Verb::kCreate && !request.succeeded();
    const bool cleaned = request.verb == Verb::kDelete && nesting.outer(i) == kNoRequest;
    const auto address = failed || cleaned ? address_of(request) : std::nullopt;
    if (!address) continue;
    const auto [entry, fresh] = left_behind_.emplace(*address, request.during.from);
    if (!fresh) entry->second = std::min(entry->second, request.during.from);
  }
  std::sort(nameless_.begin(), nameless_.end());
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
  return static_cast<std::size_t>(std::upper_bound(nameless_.begin(), nameless_.end(), until) -
                                  nameless_.begin());
}

bool BitmapHistory::may_outlive(const Address& address, const Window& window) const {
  const auto left = left_behind_.find(address);
  return left != left_behind_.end() && left->second <= window.to;
}

bool BitmapHistory::can_be_set(const Address& address, const Window& window) const {
  return nameless_draws(window.to) > 0 || may_outlive(address, window) ||
         !addresses_.surely_free(address, window);
}

bool BitmapHistory::can_be_full(const Span& span, const Window& window) const {
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
