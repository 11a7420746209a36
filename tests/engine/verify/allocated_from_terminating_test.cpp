// allocated-from-terminating: an address given out though every range with it had been asked to go before the
// request came. Small records around one allocation; the cache lag makes each decision itself permitted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/range_story.hpp"

namespace clusterip::verify {
namespace {

using testing::chain_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::range;
using testing::Story;
using testing::terminating;

constexpr const char* kRule = "allocated-from-terminating";

TEST(AllocatedFromTerminating, IsFoundWithTheRangeAndTheChain) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  const auto found = story.give("late", "10.97.0.40", 103, 104).found(kRule);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].finding.severity, Severity::kError);
  EXPECT_EQ(found[0].finding.address, "10.97.0.40");
  EXPECT_THAT(found[0].finding.objects,
              ElementsAre(ObjectRef{"Service", "default", "late"}, ObjectRef{"ServiceCIDR", "", "extra"}));
  EXPECT_THAT(found[0].finding.message, HasSubstr("though every range with it had been asked to go: extra"));
  EXPECT_THAT(chain_of(found.at(0)), ElementsAre("r1: ServiceCIDR extra asked to go",
                                                 "r3: 10.97.0.40 given to services/default/late"));
}

TEST(AllocatedFromTerminating, IsNoneWhileTheRequestsOverlap) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  EXPECT_THAT(story.give("early", "10.97.0.40", 99, 104).found(kRule), IsEmpty());
}

TEST(AllocatedFromTerminating, IsNoneWhileAnotherRangeHasTheAddress) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  story.put(range("wide", {"10.97.0.0/16"}));
  EXPECT_THAT(story.give("covered", "10.97.0.40", 103, 104).found(kRule), IsEmpty());
}

// The network address of a range is none that it gives out: it does not count as having it.
TEST(AllocatedFromTerminating, ARangeThatExcludesTheAddressDoesNotHaveIt) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  story.put(range("half", {"10.97.0.64/26"}));
  EXPECT_EQ(story.give("edge", "10.97.0.64", 103, 104).found(kRule).size(), 1U);
}

TEST(AllocatedFromTerminating, NamesAllRangesThatWereAskedInTheOrderOfAsking) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).put(range("twin", {"10.97.0.0/24"}));
  story.ask_to_go("twin", "10.97.0.0/24", 100).ask_to_go("extra", "10.97.0.0/24", 101);
  const auto found = story.give("late", "10.97.0.40", 103, 104).found(kRule);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].finding.objects.size(), 3U);
  EXPECT_THAT(chain_of(found.at(0)),
              ElementsAre("r1: ServiceCIDR twin asked to go", "r2: ServiceCIDR extra asked to go",
                          "r4: 10.97.0.40 given to services/default/late"));
}

TEST(AllocatedFromTerminating, ARangeThatWasGoingBeforeTheRecordCounts) {
  Story story;
  story.put(terminating("extra", {"10.97.0.0/24"}, 90));
  const auto found = story.give("late", "10.97.0.40", 100, 101).found(kRule);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(chain_of(found.at(0)), ElementsAre(": ServiceCIDR extra asked to go",
                                                 "r2: 10.97.0.40 given to services/default/late"));
}

TEST(AllocatedFromTerminating, ADryRunAndARefusalGiveNothing) {
  Story dry;
  dry.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  dry.give("late", "10.97.0.40", 103, 104).last().dry_run = true;
  EXPECT_THAT(dry.found(kRule), IsEmpty());

  Story refused;
  refused.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  AuditedRequest& request = refused.give("late", "10.97.0.40", 103, 104).last();
  request.code = 500;
  request.given = {};
  EXPECT_THAT(refused.found(kRule), IsEmpty());
}

}  // namespace
}  // namespace clusterip::verify
