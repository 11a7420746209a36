#include "engine/cluster/upstream_cache.hpp"

#include "engine/net/text.hpp"

namespace clusterip::cluster {

UpstreamCache::UpstreamCache(const UpstreamStore& store) : objects_(store.objects()) {
  position_.fill(store.history().size());
  for (const auto& [name, object] : objects_.service_cidrs) index_.put(object);
  for (const auto& [name, object] : objects_.ip_addresses) {
    if (const auto address = read_address(name)) claimed_.insert(*address);
  }
}

void UpstreamCache::note(const StoredChange& change) {
  const bool gone = change.type == StoredChange::Type::kDeleted;
  if (const auto* cidr = std::get_if<ServiceCidr>(&change.object)) {
    if (gone) {
      index_.erase(cidr->meta.name);
    } else {
      index_.put(*cidr);
    }
  } else if (const auto* object = std::get_if<IpAddress>(&change.object)) {
    const auto address = read_address(object->meta.name);
    if (address && gone) claimed_.erase(*address);
    if (address && !gone) claimed_.insert(*address);
  }
}

const StoredChange* UpstreamCache::advance(StoredKind kind, const std::vector<StoredChange>& history) {
  std::size_t& position = position_[static_cast<std::size_t>(kind)];
  while (position < history.size()) {
    const StoredChange& change = history[position++];
    if (change.kind() != kind) continue;
    objects_.apply(change);
    note(change);
    return &change;
  }
  return nullptr;
}

std::size_t UpstreamCache::behind(StoredKind kind, const std::vector<StoredChange>& history) const {
  std::size_t count = 0;
  for (std::size_t i = position_[static_cast<std::size_t>(kind)]; i < history.size(); ++i) {
    if (history[i].kind() == kind) ++count;
  }
  return count;
}

std::optional<Address> UpstreamCache::find_free(const Span& span, const Address& start) const {
  Address candidate = start;
  for (auto next = claimed_.lower_bound(start); next != claimed_.end() && *next == candidate; ++next) {
    if (candidate == span.last) return std::nullopt;
    candidate = {candidate.family(), candidate.bits() + 1};
  }
  return candidate;
}

}  // namespace clusterip::cluster
