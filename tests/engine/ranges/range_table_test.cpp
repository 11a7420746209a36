// The table of ranges against a plain list: who is around an address, who is ready, whatever came and went.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "engine/alloc/draws.hpp"
#include "engine/net/text.hpp"
#include "engine/ranges/ranges.hpp"

namespace clusterip {
namespace {

std::vector<Cidr> around(const RangeTable& table, const Address& address) {
  std::vector<Cidr> found;
  table.any_containing(address, [&](const Range& range) {
    found.push_back(range.bands.cidr);
    return false;
  });
  return found;
}

std::vector<Cidr> ready(const RangeTable& table) {
  std::vector<Cidr> ready;
  for (std::uint64_t number = 0; number < table.ready_count(); ++number) {
    ready.push_back(table.ready(number).bands.cidr);
    if (ready.back().family() != Family::kIPv4) continue;
    const ReadyIPv4& hot = table.ready_ipv4(number);
    EXPECT_EQ(Address(Family::kIPv4, hot.first()), table.ready(number).bands.first);
    EXPECT_EQ(Address(Family::kIPv4, hot.last()), *table.ready(number).bands.last);
    EXPECT_EQ(hot.static_size, table.ready(number).bands.static_size);
  }
  std::sort(ready.begin(), ready.end());
  return ready;
}

// All of `cidrs` that hold, in the order given.
template <class Holds>
std::vector<Cidr> those(std::vector<Cidr> cidrs, Holds holds) {
  std::erase_if(cidrs, [&](const Cidr& cidr) { return !holds(cidr); });
  return cidrs;
}

void run(Family family, std::string_view base, std::uint64_t seed) {
  SeededDraws draws(seed);
  const Address first = *read_address(base);
  const auto any_address = [&] { return Address(family, first.bits() + draws.below(1024)); };
  Ranges ranges(family);
  std::vector<Cidr> listed;
  for (int step = 0; step < 3000; ++step) {
    const unsigned length = address_bits(family) - static_cast<unsigned>(draws.below(12));
    const Cidr cidr(any_address(), length);
    const auto at = std::find(listed.begin(), listed.end(), cidr);
    // Few at first, then many, then few again.
    const bool more = draws.below(10) < (step < 2000 ? 7U : 2U);
    if (more && at == listed.end() && bands_of(cidr)) {
      ASSERT_FALSE(ranges.put("a", cidr, RangeState::kReady));
      listed.push_back(cidr);
    } else if (!listed.empty() && !more) {
      const std::size_t gone = draws.below(listed.size());
      ASSERT_TRUE(ranges.remove("a", listed[gone]));
      listed.erase(listed.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    const Address address = any_address();
    auto expected = those(listed, [&](const Cidr& range) { return range.contains(address); });
    std::sort(expected.rbegin(), expected.rend());
    const auto view = ranges.view();
    ASSERT_EQ(around(*view, address), expected);
    if (step % 50 != 0) continue;
    auto usable = those(listed, [](const Cidr& range) { return bands_of(range)->size != 0; });
    std::sort(usable.begin(), usable.end());
    ASSERT_EQ(ready(*view), usable);
    std::vector<Cidr> ascending;
    view->each([&](const Range& range) { ascending.push_back(range.bands.cidr); });
    std::sort(listed.begin(), listed.end());
    ASSERT_EQ(ascending, listed);
  }
}

TEST(RangeTable, TellsWhatAPlainListTells) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    run(Family::kIPv4, "10.0.0.0", seed);
    run(Family::kIPv6, "fd00::", seed);
    run(Family::kIPv4, "255.255.252.0", seed);
  }
}

TEST(RangeTable, TheOtherFamilyIsNowhereInIt) {
  Ranges four(Family::kIPv4);
  Ranges six(Family::kIPv6);
  ASSERT_FALSE(four.put("a", *read_cidr("0.0.0.0/0"), RangeState::kReady));
  ASSERT_FALSE(six.put("a", *read_cidr("::/64"), RangeState::kReady));
  EXPECT_EQ(around(*four.view(), *read_address("::1")), std::vector<Cidr>{});
  EXPECT_EQ(around(*six.view(), *read_address("0.0.0.1")), std::vector<Cidr>{});
  EXPECT_EQ(four.view()->find(*read_cidr("::/64")), nullptr);
  EXPECT_EQ(six.view()->find(*read_cidr("0.0.0.0/0")), nullptr);
}

TEST(RangeTable, AnObjectsWordCountsOnItsOwnRangesAlone) {
  Ranges ranges(Family::kIPv4);
  const Cidr shared = *read_cidr("10.0.0.0/24");
  const Cidr own = *read_cidr("10.1.0.0/24");
  ASSERT_FALSE(ranges.put("a", shared, RangeState::kReady));
  ASSERT_FALSE(ranges.put("b", shared, RangeState::kReady));
  ASSERT_FALSE(ranges.put("b", own, RangeState::kReady));
  EXPECT_TRUE(ranges.terminate("b"));
  EXPECT_EQ(ranges.view()->find(shared)->state, RangeState::kReady);
  EXPECT_EQ(ranges.view()->find(own)->state, RangeState::kTerminating);
  EXPECT_TRUE(ranges.remove("b", own));
  EXPECT_FALSE(ranges.remove("b", own));
  EXPECT_TRUE(ranges.remove("b", shared));
  EXPECT_FALSE(ranges.terminate("b"));
  EXPECT_EQ(ranges.view()->find(own), nullptr);
  EXPECT_EQ(ranges.view()->find(shared)->referrers.size(), 1U);
}

}  // namespace
}  // namespace clusterip
