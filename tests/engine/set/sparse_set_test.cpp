// The IPv6 half: no growth under churn, few bytes an address, and real threads that never share an address
// while the table is replaced under them.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/alloc/draws.hpp"
#include "engine/net/text.hpp"
#include "engine/set/address_set.hpp"

namespace clusterip {
namespace {

const Span kZone{*read_address("fd00::"), *read_address("fd00::ffff:ffff:ffff:ffff")};

TEST(SparseSet, ChurnOverFreshRegionsDoesNotGrow) {
  AddressSet set;
  SeededDraws draws(5);
  std::vector<Address> held;
  for (int i = 0; i < 1000; ++i) {
    held.push_back(Address::v6(high_half(kZone.first.bits()), draws.next()));
    ASSERT_TRUE(set.claim(held.back()));
  }
  std::size_t most = 0;
  for (std::size_t i = 0; i < 300'000; ++i) {
    Address& oldest = held[i % held.size()];
    ASSERT_TRUE(set.release(oldest));
    oldest = Address::v6(high_half(kZone.first.bits()), draws.next());
    ASSERT_TRUE(set.claim(oldest));
    most = std::max(most, set.ipv6_bytes());
  }
  EXPECT_LE(most, 1000U * 32);
  EXPECT_EQ(set.count(kZone), held.size());
}

TEST(SparseSet, AMillionRandomAddressesTakeFewBytes) {
  AddressSet set;
  SeededDraws draws(6);
  constexpr std::size_t kAddresses = 1U << 20;
  for (std::size_t i = 0; i < kAddresses; ++i) {
    const Address start = Address::v6(high_half(kZone.first.bits()), draws.next());
    ASSERT_TRUE(set.claim_next(kZone, start).has_value());
  }
  EXPECT_EQ(set.count(kZone), kAddresses);
  EXPECT_LE(set.ipv6_bytes(), kAddresses * 25);
}

TEST(SparseSet, TheLastAddressOfAZoneIsAnAddress) {
  AddressSet set;
  EXPECT_EQ(set.claim_next(kZone, kZone.last), kZone.last);
  EXPECT_EQ(set.claim_next(kZone, kZone.last), kZone.first);
  EXPECT_TRUE(set.contains(kZone.last));
  const Span two{*read_address("fd00::ffff:ffff:ffff:fffe"), kZone.last};
  EXPECT_TRUE(set.claim_next(two, kZone.last).has_value());
  EXPECT_FALSE(set.claim_next(two, kZone.last).has_value());
}

TEST(SparseSet, ThreadsNeverShareAnAddressWhileTablesAreReplaced) {
  AddressSet set;
  // Few words, so that threads meet; many dead keys, so that tables are replaced.
  std::vector<std::atomic<int>> owners(4096);
  std::atomic<bool> shared{false};
  const auto work = [&](std::uint64_t seed) {
    SeededDraws draws(seed);
    std::vector<std::uint64_t> mine;
    for (int i = 0; i < 60'000; ++i) {
      const Span span{Address::v6(1, 0), Address::v6(1, (owners.size() - 1) * 97)};
      const std::uint64_t offset = draws.below(owners.size());
      const Address address = Address::v6(1, offset * 97);
      if (set.claim(address)) {
        if (owners[offset].fetch_add(1) != 0) shared = true;
        mine.push_back(offset);
      }
      if (mine.size() > 40) {
        const std::uint64_t back = mine[draws.below(mine.size())];
        std::erase(mine, back);
        owners[back].fetch_sub(1);
        if (!set.release(Address::v6(1, back * 97))) shared = true;
      }
      if (i % 1000 == 0 && !set.find_free(span, span.first)) shared = true;
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 3; ++t) threads.emplace_back(work, t + 1);
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(shared.load());
  std::uint64_t owned = 0;
  for (const auto& owner : owners) owned += static_cast<std::uint64_t>(owner.load());
  EXPECT_EQ(set.count({Address::v6(1, 0), Address::v6(1, ~std::uint64_t{0})}), owned);
}

}  // namespace
}  // namespace clusterip
