// When findings about ServiceCIDRs came about, as a replay tells it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/range_story.hpp"

namespace clusterip::verify {
namespace {

using testing::at;
using testing::chain_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::range;
using testing::Story;
using testing::terminating;

Story with_extra() {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"}));
  return story;
}

// The controller touches nothing for 10 s, and then may be busy: that is no fault of the record's last
// minute.
TEST(StuckTerminating, IsANoteWhileTheDeletionIsYoung) {
  Story story = with_extra();
  story.ask_to_go("extra", "10.97.0.0/24", 100).wait_until(102);
  const auto young = story.found("stuck-terminating");
  ASSERT_EQ(young.size(), 1U);
  EXPECT_EQ(young[0].finding.severity, Severity::kInfo);
  EXPECT_THAT(young[0].finding.message, HasSubstr("its deletion was asked for less than 60 s ago"));
  EXPECT_EQ(young[0].since, at(100));
  EXPECT_THAT(chain_of(young[0]), ElementsAre("r1: ServiceCIDR extra asked to go"));
  EXPECT_EQ(story.wait_until(161).found("stuck-terminating").at(0).finding.severity, Severity::kWarning);
}

TEST(StuckTerminating, CountsFromTheLastAddressThatKeptTheRange) {
  Story story = with_extra();
  story.give("last", "10.97.0.40", 90, 91).ask_to_go("extra", "10.97.0.0/24", 100);
  const auto freed = story.take("last", "10.97.0.40", 300).wait_until(302).found("stuck-terminating");
  ASSERT_EQ(freed.size(), 1U);
  EXPECT_EQ(freed[0].since, at(300));
  EXPECT_EQ(freed[0].finding.severity, Severity::kInfo);
  EXPECT_THAT(chain_of(freed[0]),
              ElementsAre("r3: ServiceCIDR extra asked to go", "r4: IPAddress 10.97.0.40 deleted"));
  EXPECT_EQ(story.wait_until(361).found("stuck-terminating").at(0).finding.severity, Severity::kWarning);
}

TEST(StuckTerminating, SinceBeforeTheRecordHasNoTime) {
  Story story;
  story.put(terminating("extra", {"10.97.0.0/24"}, 10)).wait_until(100);
  const auto found = story.found("stuck-terminating");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].since, std::nullopt);
  EXPECT_EQ(found[0].finding.severity, Severity::kWarning);
}

TEST(HeldByTerminating, CameAboutWithTheLaterOfBoth) {
  Story asked = with_extra();
  asked.give("early", "10.97.0.40", 90, 91).ask_to_go("extra", "10.97.0.0/24", 100);
  const auto by_asking = asked.found("held-by-terminating");
  ASSERT_EQ(by_asking.size(), 1U);
  EXPECT_EQ(by_asking[0].since, at(100));
  EXPECT_THAT(chain_of(by_asking[0]).back(), "r3: ServiceCIDR extra asked to go");

  Story given = with_extra();
  given.ask_to_go("extra", "10.97.0.0/24", 100).give("late", "10.97.0.40", 103, 104);
  EXPECT_EQ(given.found("held-by-terminating").at(0).since, at(104));

  Story before;
  before.put(terminating("extra", {"10.97.0.0/24"}, 10)).hold("old", "10.97.0.40").wait_until(100);
  EXPECT_EQ(before.found("held-by-terminating").at(0).since, std::nullopt);
}

TEST(OutsideEveryRange, CameAboutWithTheAddressOrWithTheRange) {
  Story given;
  EXPECT_EQ(given.give("lost", "11.0.0.5", 100, 101).found("outside-every-range").at(0).since, at(101));

  Story gone = with_extra();
  gone.hold("old", "10.97.0.40").ask_to_go("extra", "10.97.0.0/24", 100);
  gone.let_go("extra", "10.97.0.0/24", 120);
  const auto found = gone.found("outside-every-range");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].since, at(120));
  EXPECT_THAT(chain_of(found[0]), ElementsAre("r2: ServiceCIDR extra was gone"));

  Story before;
  before.hold("old", "11.0.0.5").wait_until(100);
  EXPECT_EQ(before.found("outside-every-range").at(0).since, std::nullopt);
}

}  // namespace
}  // namespace clusterip::verify
