// The set of claimed addresses of both families: the heart of the engine.
//
// One bit an address, over the whole address space; CIDRs are views onto it (engine/ranges), so overlapping
// CIDRs can never give one address twice. Any number of threads may call anything at any time. IPv4 lies in
// flat words (flat_set.hpp), IPv6 in sparse tables of words, one a /64 (sparse_set.hpp); both share the lines
// of the threads (lines.hpp).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/net/bands.hpp"
#include "engine/set/flat_set.hpp"
#include "engine/set/thread_index.hpp"
#include "engine/set/zones.hpp"

namespace clusterip {

class AddressSet {
 public:
  using IPv4Set = set::FlatSet<set::Native, set::IPv4Shape>;
  using IPv6Set = set::Zones<set::Native>::Set;
  using ThreadLine = set::Line<set::Native>;

  AddressSet();
  ~AddressSet();
  AddressSet(const AddressSet&) = delete;
  AddressSet& operator=(const AddressSet&) = delete;

  // Takes one address. True: it was free and is now the caller's. Lock-free. Takes effect at its locked
  // instruction.
  [[nodiscard]] bool claim(const Address& address) noexcept;
  // Gives one address back. True: it was claimed. Lock-free.
  [[nodiscard]] bool release(const Address& address) noexcept;
  // Whether the address is claimed. Wait-free.
  [[nodiscard]] bool contains(const Address& address) const noexcept;

  // Claims the first free address at or after `start`, going up and from `span.last` on to `span.first`, each
  // address once. `start` lies in `span`. Absent: full, and exactly so: at one instant during the call none
  // was free. Lock-free.
  [[nodiscard]] std::optional<Address> claim_next(const Span& span, const Address& start) noexcept;
  // What claim_next would have claimed, claiming nothing. Lock-free.
  [[nodiscard]] std::optional<Address> find_free(const Span& span, const Address& start) const noexcept;

  // How many addresses of the span are claimed: exact at rest, else between the least and the most during the
  // call. Cost: proportional to the touched words of the span (IPv4) or to what is claimed in its zones
  // (IPv6).
  [[nodiscard]] std::uint64_t count(const Span& span) const noexcept;
  // Calls `visit` for each claimed address of the span in ascending order.
  void for_each(const Span& span, const std::function<void(const Address&)>& visit) const;

  // The claimed addresses of the span at one instant, ascending, whatever others do meanwhile: as many as it
  // has, and all others of the span were free. An IPv6 span lies inside one /64, or each /64 of it has an
  // instant of its own. Lock-free.
  std::vector<Address> snapshot(const Span& span) const;

  // Bytes that hold what is claimed in IPv6.
  std::size_t ipv6_bytes() const noexcept { return v6_.bytes(); }

  // The hot path in offsets of the family, for who holds on to the line of its thread.
  IPv4Set& ipv4() noexcept { return v4_; }
  ThreadLine& line() noexcept { return line(set::thread_index()); }
  ThreadLine& line(std::size_t thread) noexcept { return lines_[thread]; }

 private:
  template <class Visit>
  void each_word(const Span& span, Visit visit) const;

  // Searching repairs marks, so a look at a const set may change its hints.
  mutable set::Lines<set::Native> lines_{set::kMostThreads, set::thread_index_bound};
  mutable IPv4Set v4_{lines_};
  mutable set::ViewFence<set::Native> fence_{set::kMostThreads, set::thread_index_bound};
  set::Zones<set::Native> v6_{lines_, fence_};
};

}  // namespace clusterip
