// One family's ClusterIP allocators as they live inside one upstream apiserver: a table from CIDR text to
// bands, the names of the ServiceCIDRs that list the CIDR, and whether it gives out addresses.
//
// The table changes only by what the server's cache of ServiceCIDRs tells it (resync, forget). Which
// addresses are claimed is no part of it: the server's cached view of the IPAddress objects and the objects
// themselves are arguments, so that a cache that lags is just another value. With both the same set, the
// model is an apiserver with its caches in step.
//
// Mirrors MetaAllocator (cidrallocator.go) and Allocator (ipallocator.go) of
// pkg/registry/core/service/ipallocator as of 1.35 to 1.37, quirks included: a CIDR of several ServiceCIDRs,
// none of them ready, keeps the state that it had; a ServiceCIDR that is gone takes its name off its CIDRs
// and nothing else; containment leaves out the network and the IPv4 broadcast address. Not for several
// threads. Cost: a walk over the table, and one search for a free address per CIDR tried.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/alloc/outcome.hpp"
#include "engine/cluster/objects.hpp"
#include "engine/cluster/upstream_walk.hpp"
#include "engine/set/address_set.hpp"

namespace clusterip::cluster {

// Why an upstream allocator gives no address, in its words.
struct UpstreamRefusal {
  // Absent: the IPAddress object of the address was refused, which no further address mends.
  std::optional<AllocateError> error;
  std::string message;
  friend bool operator==(const UpstreamRefusal&, const UpstreamRefusal&) = default;
};

using UpstreamAnswer = std::variant<Address, UpstreamRefusal>;

// One CIDR that has an allocator.
struct UpstreamRange {
  Cidr cidr;
  Bands bands;
  std::set<std::string, std::less<>> names;
  bool ready = false;
};

class UpstreamAllocator {
 public:
  using Ranges = std::map<std::string, UpstreamRange, std::less<>>;
  // CIDR texts in the order of trial: upstream's is that of a Go map, so it comes from outside. Unknown texts
  // are skipped.
  using Order = std::span<const std::string>;

  explicit UpstreamAllocator(Family family) : family_(family) {}

  Family family() const { return family_; }
  const Ranges& ranges() const { return ranges_; }
  // The CIDR texts in byte order: a fixed order of trial.
  std::vector<std::string> text_order() const;

  // The reaction to any added or changed ServiceCIDR: all cached ones are gone through, in the lister's
  // order.
  void resync(std::span<const ServiceCidr* const> objects);
  // The reaction to a ServiceCIDR that left the cache.
  void forget(const ServiceCidr& object);

  // Any address: what `cache` shows as free is claimed in `claimed`; a collision goes on to the next one.
  UpstreamAnswer allocate(const Draws& draws, Order order, const AddressSet& cache,
                          AddressSet& claimed) const;
  // This address. The cache is not asked.
  UpstreamAnswer allocate(const Address& address, AddressSet& claimed) const;
  // Whether a ready range has the address: what a static request needs before it claims.
  bool serves(const Address& address) const;
  // Whether any range, ready or not, has the address: what a release needs. Without one the address stays
  // claimed.
  bool covers(const Address& address) const;

  // Dry runs store nothing and ask one range alone: the first of `order` that is in the table.
  UpstreamAnswer dry_run(Order order) const;
  UpstreamAnswer dry_run(Order order, const Address& address) const;

  struct Usage {
    std::uint64_t used = 0;
    std::uint64_t free = 0;
  };
  // `used` counts every claim inside the CIDR, its network and broadcast address included.
  static Usage usage(const UpstreamRange& range, const AddressSet& claimed);

 private:
  void add_or_update(const ServiceCidr& object, const std::string& text);
  const UpstreamRange* first_of(Order order) const;

  Family family_;
  Ranges ranges_;
};

}  // namespace clusterip::cluster
