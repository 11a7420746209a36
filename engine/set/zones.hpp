// The IPv6 sets, one for each /64 that was ever claimed in: an insert-only hash of zones.
//
// A zone is made by the first claim in it, by a compare-and-swap on the head of its bucket's list, and lives
// as long as the set: some 400 bytes while nothing is claimed in it. Look-up is wait-free.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/set/sparse_set.hpp"

namespace clusterip::set {

// `kBuckets`: a power of two, at least 2; fewer for tests.
template <class P, std::size_t kBuckets = 4096>
class Zones {
 public:
  using Set = SparseSet<P>;

  Zones(Lines<P>& lines, ViewFence<P>& fence)
      : lines_(lines), fence_(fence), buckets_(std::make_unique<Buckets>()) {}
  ~Zones();
  Zones(const Zones&) = delete;
  Zones& operator=(const Zones&) = delete;

  // `zone` is the upper half of an address. Absent: nothing was ever claimed in it.
  Set* find(std::uint64_t zone) const noexcept {
    Node* node = search(newest((*buckets_)[bucket_of(zone)]), nullptr, zone);
    return node == nullptr ? nullptr : &node->set;
  }
  Set& make(std::uint64_t zone);
  // The zones between the two, ascending.
  std::vector<std::uint64_t> between(std::uint64_t first, std::uint64_t last) const;
  // Bytes of all tables.
  std::size_t bytes() const noexcept;

 private:
  struct Node {
    Node(Lines<P>& lines, ViewFence<P>& fence, std::uint64_t number)
        : zone(number), set(lines, fence, kSmallestTable) {}
    std::uint64_t zone;
    Set set;
    Node* next = nullptr;
  };
  using Bucket = typename P::template Atomic<Node*>;
  using Buckets = std::array<Bucket, kBuckets>;
  static constexpr std::size_t kSmallestTable = 16;

  static std::size_t bucket_of(std::uint64_t zone) noexcept {
    return static_cast<std::size_t>((zone * 0x9e3779b97f4a7c15U) >> (64 - std::countr_zero(kBuckets)));
  }
  static Node* newest(const Bucket& bucket) noexcept {
    // pairs: zone
    return bucket.load(std::memory_order_acquire);
  }
  static Node* search(Node* from, const Node* end, std::uint64_t zone) noexcept {
    while (from != end && from->zone != zone) from = from->next;
    return from == end ? nullptr : from;
  }

  Lines<P>& lines_;
  ViewFence<P>& fence_;
  std::unique_ptr<Buckets> buckets_;
};

template <class P, std::size_t kBuckets>
Zones<P, kBuckets>::~Zones() {
  for (const Bucket& bucket : *buckets_) {
    for (Node* node = newest(bucket); node != nullptr;) {
      Node* next = node->next;
      delete node;
      node = next;
    }
  }
}

template <class P, std::size_t kBuckets>
typename Zones<P, kBuckets>::Set& Zones<P, kBuckets>::make(std::uint64_t zone) {
  Bucket& bucket = (*buckets_)[bucket_of(zone)];
  Node* head = newest(bucket);
  if (Node* found = search(head, nullptr, zone)) return found->set;
  auto made = std::make_unique<Node>(lines_, fence_, zone);
  made->next = head;
  // pairs: zone
  while (!bucket.compare_exchange_weak(made->next, made.get(), std::memory_order_acq_rel)) {
    // Only the zones that came in since can be the one.
    if (Node* found = search(made->next, head, zone)) return found->set;
    head = made->next;
  }
  return made.release()->set;
}

template <class P, std::size_t kBuckets>
std::vector<std::uint64_t> Zones<P, kBuckets>::between(std::uint64_t first, std::uint64_t last) const {
  std::vector<std::uint64_t> zones;
  for (const Bucket& bucket : *buckets_) {
    for (const Node* node = newest(bucket); node != nullptr; node = node->next) {
      if (first <= node->zone && node->zone <= last) zones.push_back(node->zone);
    }
  }
  std::sort(zones.begin(), zones.end());
  return zones;
}

template <class P, std::size_t kBuckets>
std::size_t Zones<P, kBuckets>::bytes() const noexcept {
  std::size_t bytes = 0;
  for (const Bucket& bucket : *buckets_) {
    for (const Node* node = newest(bucket); node != nullptr; node = node->next) bytes += node->set.bytes();
  }
  return bytes;
}

}  // namespace clusterip::set
