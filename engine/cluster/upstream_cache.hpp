// What the informers of one upstream process hold: a copy of the stored objects that lags behind them.
//
// Each kind is watched by itself, so the three may lag by different amounts. A value.
#pragma once

#include <array>
#include <optional>
#include <set>

#include "engine/cluster/service_cidr_index.hpp"
#include "engine/cluster/upstream_store.hpp"
#include "engine/net/bands.hpp"

namespace clusterip::cluster {

class UpstreamCache {
 public:
  UpstreamCache() = default;
  // In step with the store: what a process holds after its first lists.
  explicit UpstreamCache(const UpstreamStore& store);

  const StoredObjects& objects() const { return objects_; }
  const ServiceCidrIndex& index() const { return index_; }

  // Takes in the next change of a kind and returns it; null where there is none.
  const StoredChange* advance(StoredKind kind, const std::vector<StoredChange>& history);
  // How many changes of a kind it has not seen.
  std::size_t behind(StoredKind kind, const std::vector<StoredChange>& history) const;

  // The lowest address of the span at or after `start` without an IPAddress, whatever its labels.
  std::optional<Address> find_free(const Span& span, const Address& start) const;

 private:
  void note(const StoredChange& change);

  StoredObjects objects_;
  ServiceCidrIndex index_;
  std::set<Address> claimed_;
  // The place in the history up to which each kind has been taken in.
  std::array<std::size_t, kStoredKinds> position_{};
};

}  // namespace clusterip::cluster
