// One table of a SparseSet: an open-addressed hash of words, made once, filled, and replaced as a whole.
//
//   slot     | key: 64 bits | word: 64 bits |      four to a cache line, linear probing
//   key      0 = never used; kGone = closed for good; else 1 + level * 2^60 + number of the word
//   word     | frozen: 1 | set up: 1 | 0: 30 | bits: 32 |
//
// A key never changes once it is set, and takes the first free slot of its probe, so it is there once. A word
// changes by compare-and-swap. To replace the table every word is frozen, which makes later changes fail, and
// copied to the next table; a slot without a key is closed. Copying twice does no harm: only a word that was
// never set up takes a copy, and nobody uses the next table before all is copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "engine/net/uint128.hpp"
#include "engine/set/platform.hpp"

namespace clusterip::set {

inline constexpr std::uint64_t kWordFrozen = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kWordSetUp = std::uint64_t{1} << 62;
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
  static constexpr std::size_t kChunk = 256;

  explicit SparseTable(std::size_t capacity)
      : capacity_(capacity),
        chunks_((capacity + kChunk - 1) / kChunk),
        slots_(new Slot[capacity]),
        copied_(new Atomic<std::uint8_t>[chunks_]()) {}

  std::size_t capacity() const noexcept { return capacity_; }
  const Slot& slot(std::size_t index) const noexcept { return slots_[index]; }
  // More keys than this, and the table is to be replaced.
  std::size_t limit() const noexcept { return capacity_ - capacity_ / 8; }

  const Slot* find(std::uint64_t key) const noexcept {
    std::size_t at = home(key);
    for (std::size_t probes = 0; probes < capacity_; ++probes) {
      // pairs: key
      const std::uint64_t there = slots_[at].key.load(std::memory_order_acquire);
      if (there == key) return &slots_[at];
      if (there == 0 || there == kGone) return nullptr;
      if (++at == capacity_) at = 0;
    }
    return nullptr;
  }
  // Absent: the table is closed or full. `made` tells whether the key is new.
  Slot* find_or_make(std::uint64_t key, bool& made) noexcept {
    std::size_t at = home(key);
    made = false;
    for (std::size_t probes = 0; probes < capacity_; ++probes) {
      // pairs: key
      std::uint64_t there = slots_[at].key.load(std::memory_order_acquire);
      if (there == 0 && slots_[at].key.compare_exchange_strong(there, key, std::memory_order_acq_rel)) {
        made = true;
        return &slots_[at];
      }
      if (there == key) return &slots_[at];
      if (there == kGone) return nullptr;
      if (++at == capacity_) at = 0;
    }
    return nullptr;
  }

  std::size_t count_live() const noexcept {
    std::size_t live = 0;
    for (std::size_t i = 0; i < capacity_; ++i) {
      // An estimate. pairs: none
      if ((slots_[i].word.load(std::memory_order_relaxed) & kWordBits) != 0) ++live;
    }
    return live;
  }

  // Freezes all and copies it to the next table. Any number of threads may do this at once; when one returns
  // all is done.
  void copy_to(SparseTable& to) noexcept {
    for (std::size_t turn = 0; turn < chunks_; ++turn) {
      // A hint that spreads the helpers. pairs: none
      const std::size_t chunk = cursor_.fetch_add(1, std::memory_order_relaxed) % chunks_;
      copy_chunk(chunk, to);
    }
    for (std::size_t chunk = 0; chunk < chunks_; ++chunk) copy_chunk(chunk, to);
  }

  Atomic<SparseTable*> next{nullptr};
  // Keys made, counted in batches.
  Atomic<std::uint64_t> used{0};

 private:
  std::size_t home(std::uint64_t key) const noexcept {
    std::uint64_t mixed = key * 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93U;
    return static_cast<std::size_t>(high_half(Uint128{mixed ^ (mixed >> 29)} * capacity_));
  }

  void copy_chunk(std::size_t chunk, SparseTable& to) noexcept {
    // pairs: copied
    if (copied_[chunk].load(std::memory_order_acquire) != 0) return;
    const std::size_t end = chunk * kChunk + kChunk < capacity_ ? chunk * kChunk + kChunk : capacity_;
    for (std::size_t i = chunk * kChunk; i < end; ++i) copy_slot(slots_[i], to);
    // pairs: copied
    copied_[chunk].store(1, std::memory_order_release);
  }

  void copy_slot(Slot& slot, SparseTable& to) noexcept {
    std::uint64_t key = 0;
    if (slot.key.compare_exchange_strong(key, kGone, std::memory_order_acq_rel) || key == kGone) return;
    // pairs: word
    const std::uint64_t word = slot.word.fetch_or(kWordFrozen, std::memory_order_acq_rel);
    const std::uint64_t bits = word & kWordBits;
    if (bits == 0) return;
    bool made = false;
    Slot* copy = to.find_or_make(key, made);
    // Absent only if `to` was itself replaced since: then this copy came too late and was made by another.
    if (copy == nullptr) return;
    // pairs: none
    if (made) to.used.fetch_add(1, std::memory_order_relaxed);
    std::uint64_t never = 0;
    if (P::keeps(Step::kCopiedOnce)) {
      // pairs: word
      copy->word.compare_exchange_strong(never, bits | kWordSetUp, std::memory_order_acq_rel);
    } else {
      copy->word.fetch_or(bits | kWordSetUp, std::memory_order_acq_rel);
    }
  }

  std::size_t capacity_;
  std::size_t chunks_;
  std::unique_ptr<Slot[]> slots_;
  std::unique_ptr<Atomic<std::uint8_t>[]> copied_;
  Atomic<std::uint64_t> cursor_{0};
};

}  // namespace clusterip::set
