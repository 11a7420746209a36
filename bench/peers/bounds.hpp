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

class OneLook {
 public:
  static constexpr const char* kName = "one_look";
  explicit OneLook(std::uint64_t size) : words_(size / 64) {}

  bool release(std::uint64_t offset) {
    const std::uint64_t bit = std::uint64_t{1} << (offset % 64);
    return (words_[offset / 64].fetch_and(~bit, std::memory_order_seq_cst) & bit) != 0;
  }
  std::uint64_t claim_next(std::uint64_t start) {
    std::atomic<std::uint64_t>& word = words_[start / 64];
    const std::uint64_t free = ~word.load(std::memory_order_acquire);
    // The lowest free bit at or after the start's, circularly; any one if the word is full.
    const unsigned ahead =
        static_cast<unsigned>(std::countr_zero(std::rotr(free, static_cast<int>(start % 64))));
    const std::uint64_t at = (start + ahead) % 64;
    word.fetch_or(std::uint64_t{1} << at, std::memory_order_seq_cst);
    return start / 64 * 64 + at;
  }

 private:
  std::vector<std::atomic<std::uint64_t>> words_;
};

class TwoLooks {
 public:
  static constexpr const char* kName = "two_looks";
  explicit TwoLooks(std::uint64_t size) : words_(size / 64), marks_(size / 64) {}

  bool release(std::uint64_t offset) {
    const std::uint64_t bit = std::uint64_t{1} << (offset % 64);
    const bool held = (words_[offset / 64].fetch_and(~bit, std::memory_order_seq_cst) & bit) != 0;
    marks_[offset / 64].store(0, std::memory_order_relaxed);
    return held;
  }
  std::uint64_t claim_next(std::uint64_t start) {
    // The neighbour or not, as the mark says.
    const std::uint64_t number = start / 64 ^ marks_[start / 64].load(std::memory_order_relaxed);
    std::atomic<std::uint64_t>& word = words_[number];
    const std::uint64_t free = ~word.load(std::memory_order_acquire);
    const unsigned ahead =
        static_cast<unsigned>(std::countr_zero(std::rotr(free, static_cast<int>(start % 64))));
    const std::uint64_t at = (start + ahead) % 64;
    marks_[number].store(1, std::memory_order_release);
    word.fetch_or(std::uint64_t{1} << at, std::memory_order_seq_cst);
    return number * 64 + at;
  }

 private:
  std::vector<std::atomic<std::uint64_t>> words_;
  std::vector<std::atomic<std::uint8_t>> marks_;
};

// Words and nothing else: a window of bits from the start on, then word after word. It never says "full", and
// what it costs grows with the fill.
class BareSearch {
 public:
  static constexpr const char* kName = "bare_search";
  explicit BareSearch(std::uint64_t size) : words_(size / 64 + 1), size_(size) {}

  bool release(std::uint64_t offset) {
    return (words_[offset / 64].fetch_and(~bit(offset), std::memory_order_seq_cst) & bit(offset)) != 0;
  }
  std::uint64_t claim_next(std::uint64_t start) {
    std::uint64_t claimed = 0;
    std::memcpy(&claimed, reinterpret_cast<const char*>(words_.data()) + start / 8, sizeof claimed);
    const std::uint64_t free = ~claimed >> (start % 8);
    const std::uint64_t offset = start + static_cast<std::uint64_t>(std::countr_zero(free));
    if (free == 0 || offset >= size_ || !take(offset)) [[unlikely]]
      return scan(start);
    return offset;
  }

 private:
  static std::uint64_t bit(std::uint64_t offset) { return std::uint64_t{1} << (offset % 64); }
  bool take(std::uint64_t offset) {
    return (words_[offset / 64].fetch_or(bit(offset), std::memory_order_seq_cst) & bit(offset)) == 0;
  }
  [[gnu::noinline]] std::uint64_t scan(std::uint64_t start) {
    std::uint64_t here = ~std::uint64_t{0} << (start % 64);
    for (std::uint64_t number = start / 64;; number = (number + 1) % (size_ / 64)) {
      const std::uint64_t free = ~words_[number].load(std::memory_order_acquire) & here;
      const std::uint64_t offset = number * 64 + static_cast<std::uint64_t>(std::countr_zero(free));
      if (free != 0 && take(offset)) return offset;
      here = ~std::uint64_t{0};
    }
  }
  std::vector<std::atomic<std::uint64_t>> words_;
  std::uint64_t size_;
};

}  // namespace clusterip::bench
