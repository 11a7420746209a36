// Where a FlatSet keeps its words and marks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/set/demand_zero.hpp"
#include "engine/set/platform.hpp"

namespace clusterip::set {

// The sizes that follow from a shape: log2 of all addresses, of the addresses in a word, of the words in a
// block and of the blocks in a superblock. And how far a crowded search goes along the marks of words, in
// groups of as many as a block has: how many it looks at first, how many behind them, and how often at as
// many more.
template <unsigned kOffsetBitsGiven, unsigned kWordBitsGiven, unsigned kFanBitsGiven,
          std::uint64_t kNearGroupsGiven = 2, std::uint64_t kFarGroupsGiven = 1,
          std::uint64_t kFarStretchesGiven = 2>
struct FlatShape {
  static constexpr std::uint64_t kBits = std::uint64_t{1} << kWordBitsGiven;
  static constexpr std::uint64_t kFan = std::uint64_t{1} << kFanBitsGiven;
  static constexpr std::uint64_t kWords = std::uint64_t{1} << (kOffsetBitsGiven - kWordBitsGiven);
  static constexpr std::uint64_t kBlocks = kWords / kFan;
  static constexpr std::uint64_t kSupers = kBlocks / kFan > 0 ? kBlocks / kFan : 1;
  static constexpr std::uint64_t kNearGroups = kNearGroupsGiven;
  static constexpr std::uint64_t kFarGroups = kFarGroupsGiven;
  static constexpr std::uint64_t kFarStretches = kFarStretchesGiven;
  // Words behind the last one that a search may look at.
  static constexpr std::size_t kMargin = kFan * kFan + (kNearGroups + 2 * kFarGroups + 1) * kFan;
};

using IPv4Shape = FlatShape<32, 6, 6, 6, 8, 32>;

// In small shapes, for tests: plain arrays.
template <class P, class Shape>
class FlatStore {
 public:
  using Word = typename P::template Atomic<std::uint64_t>;
  using Mark = typename P::template Atomic<std::uint8_t>;

  // Pointers by value, which stores through them cannot change: a function that asks once keeps them in
  // registers.
  struct View {
    Word* words;
    Mark* full_words;
    Mark* full_blocks;
    Mark* full_supers;
    Mark* touched;
  };
  View view() const noexcept {
    return {words_.get(), full_words_.get(), full_blocks_.get(), full_supers_.get(), touched_.get()};
  }

 private:
  static constexpr std::size_t kMargin = Shape::kMargin;
  std::unique_ptr<Word[]> words_{new Word[Shape::kWords + kMargin]()};
  std::unique_ptr<Mark[]> full_words_{new Mark[Shape::kWords + kMargin]()};
  std::unique_ptr<Mark[]> full_blocks_{new Mark[Shape::kBlocks + kMargin]()};
  std::unique_ptr<Mark[]> full_supers_{new Mark[Shape::kSupers + kMargin]()};
  std::unique_ptr<Mark[]> touched_{new Mark[Shape::kBlocks + kMargin]()};
};

// All arrays in one reservation, at constant distances, so that one register reaches them all.
template <class Shape>
class FlatStore<Native, Shape> {
 public:
  using Word = std::atomic<std::uint64_t>;
  using Mark = std::atomic<std::uint8_t>;
  struct View {
    Word* words;
    Mark* full_words;
    Mark* full_blocks;
    Mark* full_supers;
    Mark* touched;
  };
  [[gnu::always_inline]] View view() const noexcept {
    char* base = bytes_.data();
    return {at<Word>(base, 0), at<Mark>(base, kFullWords), at<Mark>(base, kFullBlocks),
            at<Mark>(base, kFullSupers), at<Mark>(base, kTouched)};
  }

 private:
  static constexpr std::size_t kPage = 4096;
  static constexpr std::size_t kMargin = Shape::kMargin;
  static constexpr std::size_t after(std::size_t at, std::size_t bytes) {
    return (at + bytes + kPage - 1) / kPage * kPage;
  }
  static constexpr std::size_t kFullWords = after(0, (Shape::kWords + kMargin) * sizeof(Word));
  static constexpr std::size_t kFullBlocks = after(kFullWords, Shape::kWords + kMargin);
  static constexpr std::size_t kFullSupers = after(kFullBlocks, Shape::kBlocks + kMargin);
  static constexpr std::size_t kTouched = after(kFullSupers, Shape::kSupers + kMargin);
  static constexpr std::size_t kSize = after(kTouched, Shape::kBlocks + kMargin);

  template <class T>
  static T* at(char* base, std::size_t distance) noexcept {
    return reinterpret_cast<T*>(base + distance);
  }
  DemandZero bytes_{kSize};
};

}  // namespace clusterip::set
