#include "daemon/mirror/finding_history.hpp"

#include <gmock/gmock.h>

namespace clusterip::daemon {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using verify::Finding;
using verify::Severity;

cluster::Instant at(std::int64_t seconds) {
  return cluster::Instant{} + cluster::Duration::seconds(seconds);
}

Finding finding(const char* rule, const char* address, Severity severity = Severity::kError) {
  return {rule, severity, address, {{"Service", "default", "a"}}, "message"};
}

TEST(FindingHistory, IsConfirmedAfterGraceAndReread) {
  FindingHistory history;
  const Finding lost = finding("missing-ipaddress", "10.0.0.1");
  history.observe({lost}, at(100));
  EXPECT_THAT(history.due(at(129), 10), IsEmpty());
  EXPECT_THAT(history.due(at(130), 10), SizeIs(1));
  EXPECT_THAT(history.take_news(), IsEmpty());
  history.confirm(lost, at(131));
  EXPECT_THAT(history.due(at(200), 10), IsEmpty());
  const auto news = history.take_news();
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_EQ(news[0].stage, FindingStage::kConfirmed);
  EXPECT_EQ(news[0].first_seen, at(100));
  EXPECT_EQ(history.confirmed_total().at("missing-ipaddress"), 1U);

  history.observe({lost}, at(300));
  EXPECT_THAT(history.take_news(), IsEmpty());
  history.observe({}, at(301));
  const auto over = history.take_news();
  ASSERT_THAT(over, SizeIs(1));
  EXPECT_EQ(over[0].stage, FindingStage::kResolved);
  EXPECT_EQ(over[0].last_seen, at(300));
  EXPECT_EQ(over[0].ended, at(301));
}

TEST(FindingHistory, WhatVanishesBeforeIsWithdrawnWithoutAWord) {
  FindingHistory history;
  history.observe({finding("duplicate-address", "10.0.0.1")}, at(0));
  history.observe({}, at(5));
  EXPECT_THAT(history.take_news(), IsEmpty());
  ASSERT_THAT(history.all(), SizeIs(1));
  EXPECT_EQ(history.all()[0].stage, FindingStage::kWithdrawn);
  history.observe({finding("duplicate-address", "10.0.0.1")}, at(6));
  EXPECT_THAT(history.due(at(15), 10), IsEmpty()) << "its grace begins anew";
  EXPECT_THAT(history.due(at(16), 10), SizeIs(1));
}

TEST(FindingHistory, ARereadThatSaysOtherwiseIsRepeatedAfterAWhile) {
  FindingHistory history;
  const Finding orphan = finding("orphan-ipaddress", "10.0.0.1");
  history.observe({orphan}, at(0));
  EXPECT_THAT(history.due(at(59), 10), IsEmpty());
  EXPECT_THAT(history.due(at(60), 10), SizeIs(1));
  history.refute(orphan, at(60));
  EXPECT_THAT(history.due(at(62), 10), IsEmpty());
  EXPECT_THAT(history.due(at(63), 10), SizeIs(1));
  EXPECT_THAT(history.take_news(), IsEmpty());
}

TEST(FindingHistory, InformationWaitsForNothingUntilItIsMore) {
  FindingHistory history;
  history.observe({finding("missing-ipaddress", "10.0.0.1", Severity::kInfo)}, at(0));
  EXPECT_THAT(history.due(at(1000), 10), IsEmpty());
  history.observe({finding("missing-ipaddress", "10.0.0.1")}, at(60));
  EXPECT_THAT(history.due(at(60), 10), SizeIs(1)) << "its grace ran while it was explained by its age";
}

TEST(FindingHistory, KeepsSoManyOfThoseThatEnded) {
  FindingHistory history({}, 3);
  for (int i = 0; i < 10; ++i) {
    history.observe({finding("malformed", std::to_string(i).c_str())}, at(i));
  }
  history.observe({}, at(11));
  const auto all = history.all();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].finding.address, "9") << "the newest first";
}

}  // namespace
}  // namespace clusterip::daemon
