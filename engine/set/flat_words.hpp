// The IPv4 half of the set: 2^32 bits of demand-zero memory, 64 to an atomic word.
//
//   address  | word number: 26 bits | bit: 6 bits |
//
// The whole map is reserved as address space (512 MiB); only pages that were claimed in take memory. A byte a
// page says whether it was ever claimed in, so that counts skip the rest.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace clusterip::set {

class FlatWords {
 public:
  using Word = std::atomic<std::uint64_t>;
  static constexpr std::uint64_t kWords = std::uint64_t{1} << 26;
  static constexpr std::uint64_t kWordsPerPage = 512;

  FlatWords();
  ~FlatWords();
  FlatWords(const FlatWords&) = delete;
  FlatWords& operator=(const FlatWords&) = delete;

  Word& word(std::uint64_t number) noexcept { return words_[number]; }
  // Absent means: no address of this word was ever claimed.
  const Word* find(std::uint64_t number) const noexcept {
    return touched_[number / kWordsPerPage].load() ? &words_[number] : nullptr;
  }
  Word* find(std::uint64_t number) noexcept {
    return touched_[number / kWordsPerPage].load() ? &words_[number] : nullptr;
  }
  Word& make(std::uint64_t number) {
    auto& touched = touched_[number / kWordsPerPage];
    if (!touched.load()) touched.store(true);
    return words_[number];
  }
  // The first word number at or after `number` that may hold claimed addresses; kWords where none does.
  std::uint64_t next(std::uint64_t number) const noexcept;

 private:
  Word* words_;
  std::atomic<bool>* touched_;
};

}  // namespace clusterip::set
