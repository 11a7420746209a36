// The IPv6 half of the set: a hash of 64-address words, so that memory follows what is claimed.
//
// A word is made by the first claim in it and lives as long as the set. Making one is a compare-and-swap on
// the head of a bucket's list; looking one up is wait-free.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/net/uint128.hpp"

namespace clusterip::set {

class SparseWords {
 public:
  using Word = std::atomic<std::uint64_t>;

  SparseWords() : buckets_(std::make_unique<Buckets>()) {}
  ~SparseWords();
  SparseWords(const SparseWords&) = delete;
  SparseWords& operator=(const SparseWords&) = delete;

  // Absent means: no address of this word was ever claimed.
  Word* find(Uint128 number) const noexcept;
  Word& make(Uint128 number);
  // The numbers of all words between the two, ascending.
  std::vector<Uint128> numbers(Uint128 first, Uint128 last) const;

 private:
  struct Node {
    Uint128 number;
    Word word{0};
    Node* next;
  };
  static constexpr std::size_t kBuckets = std::size_t{1} << 16;
  using Buckets = std::array<std::atomic<Node*>, kBuckets>;

  static std::size_t bucket_of(Uint128 number) noexcept;
  static Node* search(Node* from, const Node* end, Uint128 number) noexcept;

  std::unique_ptr<Buckets> buckets_;
};

}  // namespace clusterip::set
