#include "engine/verify/terminating.hpp"

#include <gmock/gmock.h>

#include "tests/support/objects.hpp"

namespace clusterip::verify {
namespace {

using ::testing::HasSubstr;
using testing::ip_address;
using ::testing::IsEmpty;
using testing::range;
using testing::service;
using ::testing::SizeIs;
using testing::terminating;

State state_with(const std::vector<cluster::ServiceCidr>& ranges) {
  State state;
  for (const auto& one : ranges) state.put(one);
  for (const char* name : {"b", "a"}) {
    const std::string address = std::string("10.1.0.") + (name[0] == 'a' ? "7" : "9");
    state.put(service(std::string("shop/") + name, {address}));
    state.put(ip_address(address, std::string("shop/") + name));
  }
  return state;
}

TEST(TerminatingRanges, NamesWhatKeepsARangeAndWhatWouldLetItGo) {
  State state = state_with({range("kubernetes", {"10.0.0.0/24"}), terminating("old", {"10.1.0.0/24"}, 10)});
  state.put(ip_address("10.1.0.20", "shop/gone"));
  const auto reports = terminating_ranges(state, 2);
  ASSERT_THAT(reports, SizeIs(1));
  EXPECT_EQ(reports[0].name, "old");
  EXPECT_EQ(reports[0].since, testing::at(10));
  EXPECT_EQ(reports[0].keeper_count, 3U);
  ASSERT_THAT(reports[0].keepers, SizeIs(2));
  EXPECT_EQ(reports[0].keepers[0].holder, "Service shop/a");
  EXPECT_EQ(reports[0].keepers[1].holder, "Service shop/b");
  EXPECT_THAT(reports[0].advice, HasSubstr("create a ServiceCIDR that has 10.1.0.0/24"));
  const auto all = terminating_ranges(state, 100);
  EXPECT_FALSE(all[0].keepers[2].is_held);
  EXPECT_THAT(all[0].advice, HasSubstr("1 of them are left over"));
}

TEST(TerminatingRanges, ACoveredRangeIsKeptByNothing) {
  const State state = state_with({range("wide", {"10.0.0.0/8"}), terminating("old", {"10.1.0.0/24"}, 10)});
  const auto reports = terminating_ranges(state, 10);
  ASSERT_THAT(reports, SizeIs(1));
  EXPECT_TRUE(reports[0].is_covered);
  EXPECT_EQ(reports[0].keeper_count, 0U);
}

TEST(TerminatingRanges, NeitherUnlabelledAddressesNorThoseOfOtherRangesKeepIt) {
  State state = state_with({range("half", {"10.1.0.0/28"}), terminating("old", {"10.1.0.0/24"}, 10)});
  EXPECT_EQ(terminating_ranges(state, 10)[0].keeper_count, 0U);
  cluster::IpAddress plain = ip_address("10.1.0.200", "shop/x");
  plain.meta.labels.clear();
  state.put(plain);
  EXPECT_EQ(terminating_ranges(state, 10)[0].keeper_count, 0U);
  EXPECT_THAT(terminating_ranges(state_with({range("kubernetes", {"10.1.0.0/24"})}), 10), IsEmpty());
}

}  // namespace
}  // namespace clusterip::verify
