// The IPv6 sets, one for each /64 that was ever claimed in: an insert-only hash of zones.
//
// A zone is made by the first claim in it, by a compare-and-swap on the head of its bucket's list, and lives
// as long as the set: some 400 bytes while nothing is claimed in it. Look-up is wait-free.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/set/sparse_set.hpp"

namespace clusterip::set {

class Zones {
 public:
  using Set = SparseSet<Native>;

  Zones(Lines<Native>& lines, ViewFence<Native>& fence)
      : lines_(lines), fence_(fence), buckets_(std::make_unique<Buckets>()) {}
  ~Zones();
  Zones(const Zones&) = delete;
  Zones& operator=(const Zones&) = delete;

  // `zone` is the upper half of an address. Absent: nothing was ever claimed in it.
  Set* find(std::uint64_t zone) const noexcept;
  Set& make(std::uint64_t zone);
  // The zones between the two, ascending.
  std::vector<std::uint64_t> between(std::uint64_t first, std::uint64_t last) const;
  // Bytes of all tables.
  std::size_t bytes() const noexcept;

 private:
  struct Node {
    Node(Lines<Native>& lines, ViewFence<Native>& fence, std::uint64_t number)
        : zone(number), set(lines, fence, kSmallestTable) {}
    std::uint64_t zone;
    Set set;
    Node* next = nullptr;
  };
  static constexpr std::size_t kSmallestTable = 16;
  static constexpr std::size_t kBuckets = 4096;
  using Buckets = std::array<std::atomic<Node*>, kBuckets>;

  static std::size_t bucket_of(std::uint64_t zone) noexcept {
    return static_cast<std::size_t>((zone * 0x9e3779b97f4a7c15U) >> 52);
  }
  static Node* search(Node* from, const Node* end, std::uint64_t zone) noexcept {
    while (from != end && from->zone != zone) from = from->next;
    return from == end ? nullptr : from;
  }

  Lines<Native>& lines_;
  ViewFence<Native>& fence_;
  std::unique_ptr<Buckets> buckets_;
};

}  // namespace clusterip::set
