// What the processor asks for the accesses alone that no exact search can do without, on words and marks laid
// out as the engine has them. Not sets: they claim whatever their looks lead to, and look for no more than
// that.
//
//   one_look   reads the word at the start, and sets a bit that what it read decides
//   two_looks  reads the mark behind the start and the word that the mark leads to, stores a mark, and sets
//              a bit that both decide; its release clears the bit and the mark
//
// The floor knows its word beforehand, so its line is under way while the call before still has the locked
// instruction to end. Who must look first waits for each look behind that instruction, one after the other.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
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

}  // namespace clusterip::bench
