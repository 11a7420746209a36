// What one vector or unaligned load tells, against the same told bit by bit.
#include "engine/set/marks.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <random>

#include <gtest/gtest.h>

namespace clusterip::set {
namespace {

constexpr std::size_t kWords = 8;
using Words = std::array<std::atomic<std::uint64_t>, kWords>;

bool is_free(const Words& words, std::uint64_t offset) {
  return ((words[offset / 64].load(std::memory_order_seq_cst) >> (offset % 64)) & 1U) == 0;
}

TEST(Marks, AWindowTellsWhatIsFreeFromItsOffsetOn) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    Words words;
    for (auto& word : words) {
      const std::array<std::uint64_t, 4> kinds{0, ~std::uint64_t{0}, random(), random() | random()};
      word.store(kinds[random() % kinds.size()], std::memory_order_seq_cst);
    }
    for (std::uint64_t offset = 0; offset < (kWords - 1) * 64; ++offset) {
      const std::uint64_t free = free_window<Native, 64>(words.data(), offset);
      for (std::uint64_t bit = 0; bit < 64; ++bit) {
        const bool told = ((free >> bit) & 1U) != 0;
        const bool truth = is_free(words, offset + bit);
        if (bit < kFreeWindowBits<Native, 64>) {
          ASSERT_EQ(told, truth) << "bit " << bit << " from " << offset;
        } else {
          ASSERT_TRUE(!told || truth) << "bit " << bit << " from " << offset;
        }
      }
    }
  }
}

TEST(Marks, AWindowWhereAllIsFreeIsItsMask) {
  Words words{};
  for (std::uint64_t offset = 0; offset < (kWords - 1) * 64; ++offset) {
    const std::uint64_t mask = free_window_mask<Native, 64>(offset);
    EXPECT_EQ((free_window<Native, 64>(words.data(), offset)), mask) << offset;
  }
}

TEST(Marks, AMaskTellsTheOpenMarksFromAnyPlaceOn) {
  std::mt19937_64 random(2);
  std::array<std::atomic<std::uint8_t>, 192> marks{};
  for (auto& mark : marks) mark.store(static_cast<std::uint8_t>(random() & 1U), std::memory_order_seq_cst);
  for (std::size_t at = 0; at + 64 <= marks.size(); ++at) {
    const std::uint64_t open = open_mask<Native, 64>(marks.data() + at);
    for (std::size_t i = 0; i < 64; ++i) {
      ASSERT_EQ((open >> i) & 1U, marks[at + i].load(std::memory_order_seq_cst) == 0 ? 1U : 0U)
          << at << " " << i;
    }
  }
}

}  // namespace
}  // namespace clusterip::set
