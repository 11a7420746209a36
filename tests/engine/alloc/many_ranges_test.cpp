// Ten thousand ranges: what an allocation looks at does not grow with the number of full ones. Counted in
// ranges that were searched, not in time.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/alloc/family_allocator.hpp"

namespace clusterip {
namespace {

constexpr std::uint64_t kRanges = 10'000;

struct Searches {
  std::uint64_t count = 0;
  void range_not_ready(const Range&) {}
  void band_full(const Range&, BandKind) { ++count; }
};

// Ranges of 14 usable addresses side by side.
void add_ranges(FamilyAllocator& allocator, std::uint64_t ranges) {
  std::vector<RangeChange> changes;
  for (std::uint64_t i = 0; i < ranges; ++i) {
    const auto first = static_cast<std::uint32_t>(0x0a000000 + i * 16);
    changes.push_back({.name = "r", .cidr = {Address::v4(first), 28}, .state = RangeState::kReady});
  }
  allocator.ranges().apply(changes);
}

Address any_host(SeededDraws& draws, std::uint64_t ranges) {
  const std::uint64_t offset = draws.below(ranges) * 16 + 1 + draws.below(14);
  return Address::v4(static_cast<std::uint32_t>(0x0a000000 + offset));
}

TEST(ManyRanges, FullOnesAreSearchedOnce) {
  AddressSet set;
  FamilyAllocator allocator(Family::kIPv4, set);
  add_ranges(allocator, kRanges);
  SeededDraws draws(1);
  Searches filling;
  for (std::uint64_t i = 0; i < kRanges * 14; ++i) {
    ASSERT_EQ(allocator.allocate(draws, filling).index(), 0U) << i;
  }
  EXPECT_LE(filling.count, 2 * kRanges);
  ASSERT_EQ(allocator.allocate(draws).index(), 1U);

  Searches full;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(allocator.allocate(draws, full).index(), 1U);
  EXPECT_EQ(full.count, 0U);

  Searches last;
  for (int i = 0; i < 1000; ++i) {
    const Address hole = any_host(draws, kRanges);
    ASSERT_EQ(allocator.release(hole), FamilyAllocator::Release::kReleased);
    const AllocateOutcome outcome = allocator.allocate(draws, last);
    ASSERT_EQ(outcome.index(), 0U);
    ASSERT_EQ(std::get<Allocation>(outcome).address, hole);
    ASSERT_EQ(allocator.allocate(draws, last).index(), 1U);
  }
  EXPECT_LE(last.count, 2000U);
}

TEST(ManyRanges, AChangeForgetsOnlyWhatItChanges) {
  constexpr std::uint64_t kFew = 1000;
  AddressSet set;
  FamilyAllocator allocator(Family::kIPv4, set);
  add_ranges(allocator, kFew);
  SeededDraws draws(4);
  while (allocator.allocate(draws).index() == 0) {
  }
  // One comes, and one that is full goes, so that the last one gets its number.
  Searches after;
  ASSERT_FALSE(allocator.ranges().put("new", {Address::v4(0x0b000000), 28}, RangeState::kReady));
  ASSERT_TRUE(allocator.ranges().remove("r", {Address::v4(0x0a000000), 28}));
  for (int i = 0; i < 14; ++i) {
    const AllocateOutcome outcome = allocator.allocate(draws, after);
    ASSERT_EQ(outcome.index(), 0U);
    EXPECT_EQ(std::get<Allocation>(outcome).range, Cidr(Address::v4(0x0b000000), 28));
  }
  ASSERT_EQ(allocator.allocate(draws, after).index(), 1U);
  EXPECT_LE(after.count, 4U);
}

TEST(ManyRanges, AnAddressGivenBackOpensEveryRangeAroundIt) {
  AddressSet set;
  FamilyAllocator allocator(Family::kIPv4, set);
  add_ranges(allocator, 64);
  for (const unsigned length : {22U, 24U, 26U}) {
    ASSERT_FALSE(allocator.ranges().put("around", {Address::v4(0x0a000000), length}, RangeState::kReady));
  }
  SeededDraws draws(2);
  while (allocator.allocate(draws).index() == 0) {
  }
  for (int i = 0; i < 2000; ++i) {
    const Address hole = any_host(draws, 4);
    ASSERT_TRUE(allocator.give_back(hole));
    const AllocateOutcome outcome = allocator.allocate(draws);
    ASSERT_EQ(outcome.index(), 0U);
    ASSERT_EQ(std::get<Allocation>(outcome).address, hole);
  }
}

// One address is always free, in another range each time, while ranges come and go: nobody may hear "full".
TEST(ManyRanges, FullIsNeverSaidWhileAnAddressIsFree) {
  constexpr std::uint64_t kFew = 32;
  AddressSet set;
  FamilyAllocator allocator(Family::kIPv4, set);
  add_ranges(allocator, kFew);
  SeededDraws draws(3);
  while (allocator.allocate(draws).index() == 0) {
  }
  // One address more is free than there are threads that take one. The ranges stay as they are: while they
  // are changed, each is full at an instant of its own, and a moving address may escape them all.
  constexpr std::uint64_t kTakers = 2;
  for (std::uint64_t i = 0; i <= kTakers; ++i) {
    ASSERT_TRUE(allocator.give_back(Address::v4(static_cast<std::uint32_t>(0x0a000001 + i * 16))));
  }
  std::atomic<std::uint64_t> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kTakers; ++t) {
    threads.emplace_back([&, t] {
      SeededDraws own(t + 10);
      for (int i = 0; i < 20'000; ++i) {
        const AllocateOutcome outcome = allocator.allocate(own);
        if (outcome.index() != 0) {
          ++wrong;
          continue;
        }
        if (!allocator.give_back(std::get<Allocation>(outcome).address)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0U);
}

}  // namespace
}  // namespace clusterip
