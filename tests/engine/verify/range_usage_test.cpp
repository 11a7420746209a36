#include "engine/verify/range_usage.hpp"

#include <gtest/gtest.h>

#include "tests/support/objects.hpp"

namespace clusterip::verify {
namespace {

using testing::ip_address;
using testing::range;
using testing::terminating;

TEST(RangeUsage, CountsClaimsByBand) {
  State state;
  state.put(range("kubernetes", {"10.96.0.0/24"}));
  for (const char* address :
       {"10.96.0.0", "10.96.0.1", "10.96.0.16", "10.96.0.17", "10.96.0.254", "10.96.0.255"}) {
    state.put(ip_address(address, "default/a"));
  }
  const auto usages = range_usage(state);
  ASSERT_EQ(usages.size(), 1U);
  EXPECT_EQ(usages[0].all.used, 4U);
  EXPECT_EQ(usages[0].all.free, 250U);
  EXPECT_EQ(usages[0].static_band.used, 2U);
  EXPECT_EQ(usages[0].static_band.free, 14U);
  EXPECT_EQ(usages[0].dynamic_band.used, 2U);
  EXPECT_EQ(usages[0].dynamic_band.free, 236U);
}

TEST(RangeUsage, EqualCidrsAreOneEntryAndNestedOnesTwo) {
  State state;
  state.put(range("b", {"10.96.0.0/24", "fd00::/64"}));
  state.put(terminating("a", {"10.96.0.0/24"}, 5));
  state.put(terminating("wide", {"10.96.0.0/16"}, 5));
  state.put(ip_address("10.96.0.20", "default/a"));
  const auto usages = range_usage(state);
  ASSERT_EQ(usages.size(), 3U);
  EXPECT_EQ(usages[0].cidr.to_string(), "10.96.0.0/16");
  EXPECT_EQ(range_state_name(usages[0].state), "terminating");
  EXPECT_EQ(usages[1].names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(range_state_name(usages[1].state), "ready");
  EXPECT_EQ(usages[1].all.used, 1U);
  EXPECT_EQ(usages[2].all.free, 18446744073709551615U);
}

TEST(RangeUsage, ACidrThatNoAllocatorServesHasNoRoom) {
  State state;
  state.put(range("short", {"fd00::/48"}));
  state.put(range("one", {"10.0.0.0/32"}));
  for (const RangeUsage& usage : range_usage(state)) {
    EXPECT_EQ(usage.all.used + usage.all.free, 0U) << usage.cidr.to_string();
  }
}

}  // namespace
}  // namespace clusterip::verify
