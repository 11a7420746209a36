// The fastest known structure on one thread: an exact 64-ary tree of "has a free one" bits. Alone; under a
// spinlock; and with a locked instruction for each change of a word.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <vector>

namespace clusterip::bench {

// A word of the tree, a bit set for what is free or has something free.
class PlainWord {
 public:
  static constexpr const char* kTreeName = "bare_tree";
  std::uint64_t bits() const { return bits_; }
  // What is left.
  std::uint64_t clear(std::uint64_t bit) { return bits_ &= ~bit; }
  // What was there before.
  std::uint64_t set(std::uint64_t bit) {
    const std::uint64_t before = bits_;
    bits_ |= bit;
    return before;
  }

 private:
  std::uint64_t bits_ = 0;
};

// The same where other threads may change the word too: the least that a tree without a lock has to pay.
class LockedWord {
 public:
  static constexpr const char* kTreeName = "locked_tree";
  LockedWord() = default;
  LockedWord(const LockedWord& other) : bits_(other.bits()) {}
  LockedWord& operator=(const LockedWord&) = delete;
  std::uint64_t bits() const { return bits_.load(std::memory_order_acquire); }
  std::uint64_t clear(std::uint64_t bit) { return bits_.fetch_and(~bit, std::memory_order_seq_cst) & ~bit; }
  std::uint64_t set(std::uint64_t bit) { return bits_.fetch_or(bit, std::memory_order_seq_cst); }

 private:
  std::atomic<std::uint64_t> bits_{0};
};

// For one thread alone. Of plain words: what searching and keeping exact hints costs, without any
// synchronisation. Of locked ones: what the tree's own changes cost without a lock around them, and without
// whatever else would make it right for several threads.
template <class Word>
class TreeOf {
 public:
  static constexpr const char* kName = Word::kTreeName;
  explicit TreeOf(std::uint64_t size) : size_(size) {
    for (std::uint64_t count = size; count > 1; count = (count + 63) / 64) {
      std::vector<Word> level((count + 63) / 64);
      for (std::uint64_t i = 0; i < level.size(); ++i) {
        const std::uint64_t here = count - i * 64;
        level[i].set(here < 64 ? (std::uint64_t{1} << here) - 1 : ~std::uint64_t{0});
      }
      levels_.push_back(std::move(level));
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
      if (level[offset / 64].set(std::uint64_t{1} << (offset % 64)) != 0) break;
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
  bool is_free(std::uint64_t offset) const {
    return ((levels_[0][offset / 64].bits() >> (offset % 64)) & 1U) != 0;
  }
  void take(std::uint64_t offset) {
    for (auto& level : levels_) {
      if (level[offset / 64].clear(std::uint64_t{1} << (offset % 64)) != 0) break;
      offset /= 64;
    }
  }
  // Up until a word has a free bit at or after the place, then down along the lowest ones.
  std::uint64_t first_free(std::uint64_t place) const {
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      if (place / 64 < levels_[level].size()) {
        const std::uint64_t word = levels_[level][place / 64].bits() >> (place % 64);
        if (word != 0) {
          place += static_cast<std::uint64_t>(std::countr_zero(word));
          while (level > 0) {
            --level;
            place = place * 64 + static_cast<std::uint64_t>(std::countr_zero(levels_[level][place].bits()));
          }
          return place;
        }
      }
      place = place / 64 + 1;
    }
    return size_;
  }

  std::uint64_t size_;
  std::vector<std::vector<Word>> levels_;
};
using Tree = TreeOf<PlainWord>;
using LockedTree = TreeOf<LockedWord>;

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
