// What stands beside the engine in every figure. Each peer is a set of the offsets below a size, with the
// same calls:
//
//   bool claim(offset)   bool release(offset)   bool contains(offset)   uint64 claim_next(start)
//
// claim_next takes the first free offset at or after the start, circularly; the size itself means full.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <bitset>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "bench/peers/tree.hpp"
#include "bench/random.hpp"
#include "engine/set/address_set.hpp"

namespace clusterip::bench {

// The engine: the IPv4 half of the set, from an address on.
template <std::uint64_t kBase>
class EngineFrom {
 public:
  static constexpr const char* kName = "engine";
  explicit EngineFrom(std::uint64_t size) : size_(size) {}

  [[gnu::always_inline]] bool claim(std::uint64_t offset) {
    return set_.ipv4().claim(set_.line(), kBase + offset);
  }
  [[gnu::always_inline]] bool release(std::uint64_t offset) {
    return set_.ipv4().release(set_.line(), kBase + offset);
  }
  bool contains(std::uint64_t offset) { return set_.ipv4().contains(kBase + offset); }
  [[gnu::always_inline]] std::uint64_t claim_next(std::uint64_t start) {
    const auto found = set_.ipv4().claim_next(set_.line(), {kBase, kBase + size_ - 1}, kBase + start);
    return found == set::kNoOffset ? size_ : found - kBase;
  }

 private:
  std::uint64_t size_;
  AddressSet set_;
};
using Engine = EngineFrom<0x0a000000>;
using WholeEngine = EngineFrom<0>;  // for all of IPv4

// The floor: one locked instruction on a random bit, no search. It claims whatever it draws.
class Floor {
 public:
  static constexpr const char* kName = "floor";
  explicit Floor(std::uint64_t size) : words_(size / 64) {}

  bool claim(std::uint64_t offset) { return (set_bit(offset) & bit(offset)) == 0; }
  bool release(std::uint64_t offset) {
    return (words_[offset / 64].fetch_and(~bit(offset), std::memory_order_seq_cst) & bit(offset)) != 0;
  }
  bool contains(std::uint64_t offset) {
    return (words_[offset / 64].load(std::memory_order_seq_cst) & bit(offset)) != 0;
  }
  std::uint64_t claim_next(std::uint64_t start) {
    set_bit(start);
    return start;
  }

 private:
  static std::uint64_t bit(std::uint64_t offset) { return std::uint64_t{1} << (offset % 64); }
  std::uint64_t set_bit(std::uint64_t offset) {
    return words_[offset / 64].fetch_or(bit(offset), std::memory_order_seq_cst);
  }
  std::vector<std::atomic<std::uint64_t>> words_;
};

// The everyday way: a bit set behind a mutex.
class MutexBitset {
 public:
  static constexpr const char* kName = "mutex_bitset";
  explicit MutexBitset(std::uint64_t size) : size_(size), free_(std::make_unique<Bits>()) { free_->set(); }

  bool claim(std::uint64_t offset) {
    const std::lock_guard guard(mutex_);
    const bool was_free = free_->test(offset);
    free_->reset(offset);
    return was_free;
  }
  bool release(std::uint64_t offset) {
    const std::lock_guard guard(mutex_);
    const bool was_free = free_->test(offset);
    free_->set(offset);
    return !was_free;
  }
  bool contains(std::uint64_t offset) {
    const std::lock_guard guard(mutex_);
    return !free_->test(offset);
  }
  std::uint64_t claim_next(std::uint64_t start) {
    const std::lock_guard guard(mutex_);
    std::uint64_t found = free_->test(start) ? start : free_->_Find_next(start);
    if (found >= size_) found = free_->_Find_first();
    if (found >= size_) return size_;
    free_->reset(found);
    return found;
  }

 private:
  using Bits = std::bitset<std::size_t{1} << 20>;
  std::uint64_t size_;
  std::unique_ptr<Bits> free_;
  std::mutex mutex_;
};

// The ordered set of a textbook, behind a mutex. It holds what is free.
class MutexOrderedSet {
 public:
  static constexpr const char* kName = "mutex_std_set";
  explicit MutexOrderedSet(std::uint64_t size) : size_(size) {
    for (std::uint64_t offset = 0; offset < size; ++offset) free_.insert(free_.end(), offset);
  }

  bool claim(std::uint64_t offset) {
    const std::lock_guard guard(mutex_);
    return free_.erase(offset) > 0;
  }
  bool release(std::uint64_t offset) {
    const std::lock_guard guard(mutex_);
    return free_.insert(offset).second;
  }
  bool contains(std::uint64_t offset) {
    const std::lock_guard guard(mutex_);
    return free_.count(offset) == 0;
  }
  std::uint64_t claim_next(std::uint64_t start) {
    const std::lock_guard guard(mutex_);
    auto found = free_.lower_bound(start);
    if (found == free_.end()) found = free_.begin();
    if (found == free_.end()) return size_;
    const std::uint64_t offset = *found;
    free_.erase(found);
    return offset;
  }

 private:
  std::uint64_t size_;
  std::set<std::uint64_t> free_;
  std::mutex mutex_;
};

}  // namespace clusterip::bench
