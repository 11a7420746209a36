// The fastest known structure on one thread: an exact 64-ary tree of "has a free one" bits; alone, and under
// a spinlock.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <vector>

namespace clusterip::bench {

// For one thread alone: what it takes is what searching and keeping exact hints costs, without any
// synchronisation.
class Tree {
 public:
  static constexpr const char* kName = "bare_tree";
  explicit Tree(std::uint64_t size) : size_(size) {
    for (std::uint64_t count = size; count > 1; count = (count + 63) / 64) {
      levels_.emplace_back((count + 63) / 64, ~std::uint64_t{0});
      if (count % 64 != 0) levels_.back().back() = (std::uint64_t{1} << (count % 64)) - 1;
    }
  }

  bool claim(std::uint64_t offset) {
    if (!is_free(offset)) return false;
    take(offset);
    return true;
  }
  bool release(std::uint64_t offset) {
    if (is_free(offset)) return false;
    for (auto& level : levels_) {
      std::uint64_t& word = level[offset / 64];
      const bool was_full = word == 0;
      word |= std::uint64_t{1} << (offset % 64);
      if (!was_full) break;
      offset /= 64;
    }
    return true;
  }
  bool contains(std::uint64_t offset) const { return !is_free(offset); }
  std::uint64_t claim_next(std::uint64_t start) {
    std::uint64_t found = first_free(start);
    if (found == size_ && start != 0) found = first_free(0);
    if (found != size_) take(found);
    return found;
  }

 private:
  bool is_free(std::uint64_t offset) const { return ((levels_[0][offset / 64] >> (offset % 64)) & 1U) != 0; }
  void take(std::uint64_t offset) {
    for (auto& level : levels_) {
      std::uint64_t& word = level[offset / 64];
      word &= ~(std::uint64_t{1} << (offset % 64));
      if (word != 0) break;
      offset /= 64;
    }
  }
  // Up until a word has a free bit at or after the place, then down along the lowest ones.
  std::uint64_t first_free(std::uint64_t place) const {
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      if (place / 64 < levels_[level].size()) {
        const std::uint64_t word = levels_[level][place / 64] >> (place % 64);
        if (word != 0) {
          place += static_cast<std::uint64_t>(std::countr_zero(word));
          while (level > 0) {
            --level;
            place = place * 64 + static_cast<std::uint64_t>(std::countr_zero(levels_[level][place]));
          }
          return place;
        }
      }
      place = place / 64 + 1;
    }
    return size_;
  }

  std::uint64_t size_;
  std::vector<std::vector<std::uint64_t>> levels_;
};

class SpinlockedTree {
 public:
  static constexpr const char* kName = "spinlocked_tree";
  explicit SpinlockedTree(std::uint64_t size) : tree_(size) {}

  bool claim(std::uint64_t offset) {
    const Guard guard(lock_);
    return tree_.claim(offset);
  }
  bool release(std::uint64_t offset) {
    const Guard guard(lock_);
    return tree_.release(offset);
  }
  bool contains(std::uint64_t offset) {
    const Guard guard(lock_);
    return tree_.contains(offset);
  }
  std::uint64_t claim_next(std::uint64_t start) {
    const Guard guard(lock_);
    return tree_.claim_next(start);
  }

 private:
  class Guard {
   public:
    explicit Guard(std::atomic<bool>& lock) : lock_(lock) {
      while (lock_.exchange(true, std::memory_order_acquire)) {
        while (lock_.load(std::memory_order_relaxed)) __builtin_ia32_pause();
      }
    }
    ~Guard() { lock_.store(false, std::memory_order_release); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    std::atomic<bool>& lock_;
  };

  Tree tree_;
  std::atomic<bool> lock_{false};
};

}  // namespace clusterip::bench
