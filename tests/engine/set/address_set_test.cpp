// The set against the golden table: random programs over spans that share words, and the edges of both
// families.
#include "engine/set/address_set.hpp"

#include <atomic>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/net/text.hpp"
#include "tests/support/golden_model.hpp"

namespace clusterip {
namespace {

using test::GoldenSet;

std::vector<Address> list(const AddressSet& set, const Span& span) {
  std::vector<Address> found;
  set.for_each(span, [&](const Address& address) { found.push_back(address); });
  return found;
}

Address at(const Address& base, std::uint64_t offset) {
  return {base.family(), base.bits() + offset};
}

void run_program(const Address& base, std::uint64_t size, std::uint64_t seed, int steps) {
  AddressSet set;
  GoldenSet golden;
  SeededDraws draws(seed);
  for (int step = 0; step < steps; ++step) {
    std::uint64_t low = draws.below(size);
    std::uint64_t high = draws.below(size);
    if (low > high) std::swap(low, high);
    const Span span{at(base, low), at(base, high)};
    const Address inside = at(base, low + draws.below(high - low + 1));
    switch (draws.below(8)) {
      case 0:
        ASSERT_EQ(set.claim(inside), golden.claim(inside));
        break;
      case 1:
      case 2:
        ASSERT_EQ(set.release(inside), golden.release(inside));
        break;
      case 3:
        ASSERT_EQ(set.contains(inside), golden.contains(inside));
        break;
      case 4:
        ASSERT_EQ(set.find_free(span, inside), golden.find_free(span, inside));
        break;
      case 5:
        ASSERT_EQ(set.count(span), golden.count(span));
        ASSERT_EQ(list(set, span), golden.list(span));
        ASSERT_EQ(set.snapshot(span), golden.list(span));
        break;
      default:
        ASSERT_EQ(set.claim_next(span, inside), golden.claim_next(span, inside));
    }
  }
}

TEST(AddressSet, RandomProgramsEqualTheGoldenTable) {
  const Address bases[] = {*read_address("10.0.0.0"),
                           *read_address("0.0.0.0"),
                           *read_address("255.255.254.0"),
                           *read_address("fd00::"),
                           *read_address("fd00::ffff:ffff:ffff:ff00"),
                           *read_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fe00")};
  std::uint64_t seed = 1;
  for (const Address& base : bases) {
    for (const std::uint64_t size : {1U, 5U, 64U, 65U, 200U, 512U}) {
      SCOPED_TRACE(base.to_string() + " " + std::to_string(size));
      run_program(base, size, ++seed, 3000);
    }
  }
}

TEST(AddressSet, TheFamiliesNeverMix) {
  AddressSet set;
  EXPECT_TRUE(set.claim(Address::v4(5)));
  EXPECT_FALSE(set.contains(Address::v6(0, 5)));
  EXPECT_TRUE(set.claim(Address::v6(0, 5)));
  EXPECT_TRUE(set.release(Address::v4(5)));
  EXPECT_TRUE(set.contains(Address::v6(0, 5)));
}

TEST(AddressSet, FullAndTheOneFreeAddressOfALargeSpan) {
  AddressSet set;
  const Span span{*read_address("10.0.0.3"), *read_address("10.0.70.9")};
  const auto size = static_cast<std::uint64_t>(span.size());
  for (std::uint64_t i = 0; i < size; ++i) {
    ASSERT_EQ(set.claim_next(span, at(span.first, (i * 7919) % size)).has_value(), true);
  }
  EXPECT_FALSE(set.claim_next(span, span.first));
  for (const std::uint64_t hole : {std::uint64_t{0}, std::uint64_t{60}, std::uint64_t{61}, size - 1}) {
    ASSERT_TRUE(set.release(at(span.first, hole)));
    for (const std::uint64_t start : {std::uint64_t{0}, hole, (hole + 1) % size, size - 1}) {
      ASSERT_EQ(set.find_free(span, at(span.first, start)), at(span.first, hole));
    }
    ASSERT_EQ(set.claim_next(span, at(span.first, size / 2)), at(span.first, hole));
  }
  EXPECT_EQ(set.count(span), size);
}

// A few free addresses in a span that is nearly full: searches go far, and around its end.
void expect_next_free(const set::OffsetSpan& span, std::size_t most_free, std::uint64_t seed) {
  AddressSet set;
  SeededDraws draws(seed);
  const std::uint64_t size = span.last - span.first + 1;
  const auto draw = [&] { return span.first + draws.below(size); };
  for (std::uint64_t i = 0; i < size; ++i)
    ASSERT_NE(set.ipv4().claim_next(set.line(), span, draw()), set::kNoOffset);
  std::set<std::uint64_t> free;
  for (int step = 0; step < 3000; ++step) {
    if (free.size() < most_free && draws.below(2) == 0) {
      const std::uint64_t offset = draw();
      ASSERT_EQ(set.ipv4().release(set.line(), offset), free.insert(offset).second);
      continue;
    }
    const std::uint64_t start = draw();
    auto next = free.lower_bound(start);
    if (next == free.end()) next = free.begin();
    const std::uint64_t expected = next == free.end() ? set::kNoOffset : *next;
    ASSERT_EQ(set.ipv4().claim_next(set.line(), span, start), expected)
        << "step " << step << " from " << start;
    if (next != free.end()) free.erase(next);
  }
  EXPECT_TRUE(set.ipv4().marks_hold(span));
}

TEST(AddressSet, NearlyFullSpansGiveTheNextFreeAddress) {
  expect_next_free({0x0a000000, 0x0a000000 + (1U << 18) - 1}, 40, 1);
  expect_next_free({0x0a000100, 0x0a000000 + (1U << 20) - 2}, 200, 2);
  expect_next_free({0x0a000003, 0x0a000000 + (1U << 16) + 77}, 3, 3);
  expect_next_free({0x0a000007, 0x0a0000f0}, 5, 4);
}

// Claims by name leave the marks above words to the searches, which must not leave the first block out.
TEST(AddressSet, SearchesOfAFullSpanMarkAllOfIt) {
  constexpr set::OffsetSpan kSpan{0x0a000000, 0x0a000000 + (2U << 18) - 1};
  AddressSet set;
  for (std::uint64_t offset = kSpan.first; offset <= kSpan.last; ++offset) {
    ASSERT_TRUE(set.ipv4().claim(set.line(), offset));
  }
  set.ipv4().lose_marks(kSpan);
  ASSERT_FALSE(set.ipv4().all_marked(kSpan));
  // The first search leaves the block open in whose middle it began.
  for (const std::uint64_t start : {kSpan.first + 5000, kSpan.first + 9000}) {
    EXPECT_EQ(set.ipv4().find_free(set.line(), kSpan, start), set::kNoOffset);
  }
  EXPECT_TRUE(set.ipv4().all_marked(kSpan));

  ASSERT_TRUE(set.ipv4().release(set.line(), kSpan.last));
  EXPECT_FALSE(set.ipv4().all_marked(kSpan));
  EXPECT_EQ(set.ipv4().claim_next(set.line(), kSpan, kSpan.first), kSpan.last);
}

// Threads move addresses: each claims one before it releases another, so at no instant fewer are held than at
// the start, nor more than one a thread above that.
TEST(AddressSet, SnapshotsCountWhatWasHeldAtOneInstant) {
  for (const Address& base : {Address::v4(0x0a000000), Address::v6(7, 0)}) {
    AddressSet set;
    const Span span{base, at(base, 4095)};
    constexpr std::uint64_t kHeld = 100;
    for (std::uint64_t i = 0; i < 2 * kHeld; ++i) ASSERT_TRUE(set.claim(at(base, i)));
    std::vector<std::thread> threads;
    std::atomic<bool> wrong{false};
    std::atomic<int> running{2};
    for (std::uint64_t t = 0; t < 2; ++t) {
      threads.emplace_back([&, t] {
        SeededDraws draws(t + 1);
        std::vector<Address> mine;
        for (std::uint64_t i = 0; i < kHeld; ++i) mine.push_back(at(base, t * kHeld + i));
        for (std::uint64_t i = 0; i < 20'000; ++i) {
          const auto taken = set.claim_next(span, at(base, draws.below(4096)));
          if (!taken || !set.release(std::exchange(mine[i % kHeld], *taken))) wrong = true;
        }
        --running;
      });
    }
    while (running.load() > 0) {
      const std::size_t held = set.snapshot(span).size();
      EXPECT_GE(held, 2 * kHeld);
      EXPECT_LE(held, 2 * kHeld + 2);
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_FALSE(wrong.load());
  }
}

}  // namespace
}  // namespace clusterip
