// One table of a SparseSet: an open-addressed hash of words, made once, filled, and replaced as a whole.
//
//   slot     | key: 64 bits | word: 64 bits |      four to a cache line
//   key      0 = never used; kGone = closed for good; else 1 + level * 2^60 + number of the word
//   word     | frozen: 1 | 0: 31 | bits: 32 |
//
// A key never changes once it is set. Its probe begins with the first slot of the line that its hash names
// and goes from slot to slot, and it takes the first that is free, so it is there once; so nearly every
// look-up ends in the line it begins with, even in a table that is nearly full. A word changes by
// compare-and-swap. Keys need no order: one without bits says as little as one that is not there.
//
// To replace the table every word is frozen, which makes later changes fail, and every slot without a key is
// closed. A frozen table never changes again, so whoever wants to go on copies it to a table of their own, by
// plain stores and in the order of the lines, which is that of the hashes in both, and the first to publish
// one wins.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/net/uint128.hpp"
#include "engine/set/slot_memory.hpp"

namespace clusterip::set {

inline constexpr std::uint64_t kWordFrozen = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kWordBits = 0xffff'ffff;

template <class P>
class SparseTable {
 public:
  template <class T>
  using Atomic = typename P::template Atomic<T>;
  struct Slot {
    Atomic<std::uint64_t> key{0};
    Atomic<std::uint64_t> word{0};
  };
  static constexpr std::uint64_t kGone = ~std::uint64_t{0};

  explicit SparseTable(std::size_t capacity) : capacity_(capacity), slots_(capacity) {}

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t bytes() const noexcept { return capacity_ * sizeof(Slot); }
  Slot& slot(std::size_t index) const noexcept { return slots_[index]; }
  // More keys than this, and the table is to be replaced.
  std::size_t limit() const noexcept { return capacity_ - capacity_ / 10; }

  // Absent: the key is not there, or, as `closed` tells, will never be.
  Slot* find(std::uint64_t key, bool& closed) const noexcept {
    closed = false;
    std::size_t at = home(mixed(key));
    for (std::size_t probes = 0; probes < capacity_; ++probes) {
      // pairs: none
      const std::uint64_t there = slots_[at].key.load(std::memory_order_relaxed);
      if (there == key) return &slots_[at];
      if (there == 0) return nullptr;
      if (there == kGone) break;
      if (++at == capacity_) at = 0;
    }
    closed = true;
    return nullptr;
  }
  // Absent: the table is closed or full. `made` tells whether the key is new.
  Slot* find_or_make(std::uint64_t key, bool& made) noexcept {
    made = false;
    std::size_t at = home(mixed(key));
    for (std::size_t probes = 0; probes < capacity_; ++probes) {
      // pairs: none
      std::uint64_t there = slots_[at].key.load(std::memory_order_relaxed);
      if (there == 0 && slots_[at].key.compare_exchange_strong(there, key, std::memory_order_relaxed)) {
        made = true;
        return &slots_[at];
      }
      if (there == key) return &slots_[at];
      if (there == kGone) return nullptr;
      if (++at == capacity_) at = 0;
    }
    return nullptr;
  }

  // Counts a key that was made. True: too many. A large table counts one in sixteen, by its hash, and for all
  // of them: a shared counter costs as much as the claim.
  bool count_made(std::uint64_t key) noexcept {
    constexpr std::uint64_t kEach = 16;
    if (capacity_ < kLarge) return used_.fetch_add(1, std::memory_order_seq_cst) + 1 > limit();
    if (mixed(key) % kEach != 0) return false;
    return used_.fetch_add(kEach, std::memory_order_seq_cst) + kEach > limit();
  }

  // Lets nothing change any more. Any number of threads may do this at once; when one returns all is done.
  // Returns how many words have bits.
  std::size_t freeze() noexcept {
    std::size_t live = 0;
    for (std::size_t i = 0; i < capacity_; ++i) {
      Slot& slot = slots_[i];
      // pairs: none
      std::uint64_t key = slot.key.load(std::memory_order_relaxed);
      if (key == 0) slot.key.compare_exchange_strong(key, kGone, std::memory_order_relaxed);
      if (key == 0 || key == kGone) continue;
      // Whoever reads the copy is to see what came before the bits. pairs: word
      std::uint64_t word = slot.word.load(std::memory_order_acquire);
      if ((word & kWordFrozen) == 0 && P::keeps(Step::kWordsFrozen)) {
        word = slot.word.fetch_or(kWordFrozen, std::memory_order_acquire);
      }
      if ((word & kWordBits) != 0) ++live;
    }
    return live;
  }

  // Copies the words of this frozen table that have bits to a new one, which nobody else has seen.
  void copy_to(SparseTable& to) const noexcept {
    std::uint64_t copied = 0;
    for (std::size_t i = 0; i < capacity_; ++i) {
      // Frozen before by this thread. pairs: none
      const std::uint64_t key = slots_[i].key.load(std::memory_order_relaxed);
      const std::uint64_t bits = slots_[i].word.load(std::memory_order_relaxed) & kWordBits;
      if (key == 0 || key == kGone || bits == 0) continue;
      to.put(key, bits);
      ++copied;
    }
    // Published with the table. pairs: none
    to.used_.store(copied, std::memory_order_relaxed);
  }

  // True for the first who asks: it is to copy the table, while others wait for a moment.
  bool take_turn() noexcept { return copier_.exchange(1, std::memory_order_seq_cst) == 0; }

 private:
  static constexpr std::size_t kLarge = std::size_t{1} << 16;

  static std::uint64_t mixed(std::uint64_t key) noexcept {
    std::uint64_t mixed = key * 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93U;
    return mixed ^ (mixed >> 29);
  }
  // Ascending with the hash, in tables of every size.
  std::size_t home(std::uint64_t mixed) const noexcept {
    return static_cast<std::size_t>(high_half(Uint128{mixed} * capacity_)) / kSlotsALine * kSlotsALine;
  }

  void put(std::uint64_t key, std::uint64_t bits) noexcept {
    std::size_t at = home(mixed(key));
    // Published with the table. pairs: none
    while (slots_[at].key.load(std::memory_order_relaxed) != 0) {
      if (++at == capacity_) at = 0;
    }
    slots_[at].key.store(key, std::memory_order_relaxed);
    slots_[at].word.store(bits, std::memory_order_relaxed);
  }

  static constexpr std::size_t kSlotsALine = 4;
  std::size_t capacity_;
  SlotMemory<P, Slot> slots_;
  // Keys made; what is copied is counted too.
  Atomic<std::uint64_t> used_{0};
  Atomic<std::uint8_t> copier_{0};
};

}  // namespace clusterip::set
