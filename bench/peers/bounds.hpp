// What the processor asks for the accesses alone that no exact search can do without, on words and marks laid
// out as the engine has them.
//
//   one_look     reads the word at the start, and sets a bit that what it read decides
//   two_looks    reads the mark behind the start and the word that the mark leads to, stores a mark, and sets
//                a bit that both decide; its release clears the bit and the mark
//   bare_search  a search through words, without marks: a set, but one that never says "full"
//
// The first two are no sets: they claim whatever their looks lead to. The floor knows its word beforehand, so
// its line is under way while the call before still has the locked instruction to end. Who must look first
// waits for each look behind that instruction, one after the other.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

namespace clusterip::bench {

// What all of them have: words, and the locked instruction on one of them.
class Words {
 public:
  explicit Words(std::uint64_t size) : words_(size / 64 + 1) {}
  bool release(std::uint64_t offset) {
    return (words_[offset / 64].fetch_and(~bit(offset), std::memory_order_seq_cst) & bit(offset)) != 0;
  }

 protected:
  static std::uint64_t bit(std::uint64_t offset) { return std::uint64_t{1} << (offset % 64); }
  std::uint64_t free_in(std::uint64_t number) const {
    return ~words_[number].load(std::memory_order_acquire);
  }
  // Whether it was free.
  bool set(std::uint64_t offset) {
    return (words_[offset / 64].fetch_or(bit(offset), std::memory_order_seq_cst) & bit(offset)) == 0;
  }
  // Reads the word, and sets its lowest free bit at or after the start's, circularly; any one if it is full.
  std::uint64_t look_and_set(std::uint64_t number, std::uint64_t start) {
    const std::uint64_t free = std::rotr(free_in(number), static_cast<int>(start % 64));
    const std::uint64_t offset =
        number * 64 + (start + static_cast<std::uint64_t>(std::countr_zero(free))) % 64;
    static_cast<void>(set(offset));
    return offset;
  }

  std::vector<std::atomic<std::uint64_t>> words_;
};

class OneLook : public Words {
 public:
  static constexpr const char* kName = "one_look";
  using Words::Words;
  std::uint64_t claim_next(std::uint64_t start) { return look_and_set(start / 64, start); }
};

class TwoLooks : public Words {
 public:
  static constexpr const char* kName = "two_looks";
  explicit TwoLooks(std::uint64_t size) : Words(size), marks_(size / 64) {}

  bool release(std::uint64_t offset) {
    const bool held = Words::release(offset);
    marks_[offset / 64].store(0, std::memory_order_relaxed);
    return held;
  }
  std::uint64_t claim_next(std::uint64_t start) {
    // The neighbour or not, as the mark says.
    const std::uint64_t number = start / 64 ^ marks_[start / 64].load(std::memory_order_relaxed);
    marks_[number].store(1, std::memory_order_release);
    return look_and_set(number, start);
  }

 private:
  std::vector<std::atomic<std::uint8_t>> marks_;
};

// Words and nothing else: a window of bits from the start on, then word after word. It never says "full", and
// what it costs grows with the fill.
class BareSearch : public Words {
 public:
  static constexpr const char* kName = "bare_search";
  explicit BareSearch(std::uint64_t size) : Words(size), size_(size) {}

  std::uint64_t claim_next(std::uint64_t start) {
    std::uint64_t claimed = 0;
    std::memcpy(&claimed, reinterpret_cast<const char*>(words_.data()) + start / 8, sizeof claimed);
    const std::uint64_t free = ~claimed >> (start % 8);
    const std::uint64_t offset = start + static_cast<std::uint64_t>(std::countr_zero(free));
    if (free == 0 || offset >= size_ || !set(offset)) [[unlikely]]
      return scan(start);
    return offset;
  }

 private:
  [[gnu::noinline]] std::uint64_t scan(std::uint64_t start) {
    std::uint64_t here = ~std::uint64_t{0} << (start % 64);
    for (std::uint64_t number = start / 64;; number = (number + 1) % (size_ / 64)) {
      const std::uint64_t free = free_in(number) & here;
      const std::uint64_t offset = number * 64 + static_cast<std::uint64_t>(std::countr_zero(free));
      if (free != 0 && set(offset)) return offset;
      here = ~std::uint64_t{0};
    }
  }
  std::uint64_t size_;
};

}  // namespace clusterip::bench
