#include "engine/set/sparse_words.hpp"

#include <algorithm>
#include <utility>

namespace clusterip::set {

SparseWords::~SparseWords() {
  for (auto& bucket : *buckets_) {
    for (Node* node = bucket.load(); node != nullptr;) delete std::exchange(node, node->next);
  }
}

std::size_t SparseWords::bucket_of(Uint128 number) noexcept {
  std::uint64_t mixed = low_half(number) ^ (high_half(number) * 0x9e3779b97f4a7c15U);
  mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93U;
  return static_cast<std::size_t>((mixed ^ (mixed >> 32)) % kBuckets);
}

SparseWords::Node* SparseWords::search(Node* from, const Node* end, Uint128 number) noexcept {
  while (from != end && from->number != number) from = from->next;
  return from == end ? nullptr : from;
}

SparseWords::Word* SparseWords::find(Uint128 number) const noexcept {
  Node* node = search((*buckets_)[bucket_of(number)].load(), nullptr, number);
  return node == nullptr ? nullptr : &node->word;
}

SparseWords::Word& SparseWords::make(Uint128 number) {
  auto& bucket = (*buckets_)[bucket_of(number)];
  Node* head = bucket.load();
  if (Node* found = search(head, nullptr, number)) return found->word;
  Node* made = new Node{.number = number, .next = head};
  while (!bucket.compare_exchange_weak(made->next, made)) {
    // Only the nodes that came in since can hold the number.
    if (Node* found = search(made->next, head, number)) {
      delete made;
      return found->word;
    }
    head = made->next;
  }
  return made->word;
}

std::vector<Uint128> SparseWords::numbers(Uint128 first, Uint128 last) const {
  std::vector<Uint128> all;
  for (const auto& bucket : *buckets_) {
    for (const Node* node = bucket.load(); node != nullptr; node = node->next) {
      if (first <= node->number && node->number <= last) all.push_back(node->number);
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace clusterip::set
