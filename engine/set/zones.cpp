#include "engine/set/zones.hpp"

namespace clusterip::set {

Zones::~Zones() {
  for (auto& bucket : *buckets_) {
    for (Node* node = bucket.load(); node != nullptr;) {
      Node* next = node->next;
      delete node;
      node = next;
    }
  }
}

Zones::Set* Zones::find(std::uint64_t zone) const noexcept {
  // pairs: zone
  Node* node = search((*buckets_)[bucket_of(zone)].load(std::memory_order_acquire), nullptr, zone);
  return node == nullptr ? nullptr : &node->set;
}

Zones::Set& Zones::make(std::uint64_t zone) {
  auto& bucket = (*buckets_)[bucket_of(zone)];
  // pairs: zone
  Node* head = bucket.load(std::memory_order_acquire);
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

std::vector<std::uint64_t> Zones::between(std::uint64_t first, std::uint64_t last) const {
  std::vector<std::uint64_t> zones;
  for (const auto& bucket : *buckets_) {
    // pairs: table
    for (const Node* node = bucket.load(std::memory_order_acquire); node != nullptr; node = node->next) {
      if (first <= node->zone && node->zone <= last) zones.push_back(node->zone);
    }
  }
  std::sort(zones.begin(), zones.end());
  return zones;
}

std::size_t Zones::bytes() const noexcept {
  std::size_t bytes = 0;
  for (const auto& bucket : *buckets_) {
    // pairs: table
    for (const Node* node = bucket.load(std::memory_order_acquire); node != nullptr; node = node->next) {
      bytes += node->set.bytes();
    }
  }
  return bytes;
}

}  // namespace clusterip::set
