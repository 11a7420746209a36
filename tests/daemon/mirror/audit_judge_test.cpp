// Recorded audit logs of real apiservers, fed to the judge as they came about: no decision is called
// forbidden at any moment, the verdicts are those of a replay, and planted faults are found.
#include <gmock/gmock.h>

#include "tests/daemon/mirror/audit_judge_rig.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

TEST_F(AuditJudgeTest, JudgesARecordingAsItCameAbout) {
  const auto lines = recording("load-two-servers-1.36", 2);
  begin();
  constexpr std::size_t kPieces = 12;
  std::size_t written = 0;
  for (std::size_t piece = 1; piece <= kPieces; ++piece) {
    for (const std::size_t end = lines.size() * piece / kPieces; written < end; ++written) {
      std::ofstream(options.files[lines[written].server], std::ios::app) << lines[written].text << '\n';
    }
    while (judge->round(lines[written - 1].answered + cluster::Duration::seconds(5)) && written == 0)
      continue;
    EXPECT_EQ(judge->report()->forbidden.size(), 0U) << log;
  }
  finish(lines);
  const auto report = judge->report();
  EXPECT_EQ(report->counts.problems, 0U);
  EXPECT_GT(report->verdicts.at("permitted"), 1000U);
  EXPECT_EQ(report->verdicts.count("forbidden"), 0U) << log;
  EXPECT_LT(report->verdicts.count("undecided") == 0 ? 0 : report->verdicts.at("undecided"),
            report->verdicts.at("permitted") / 20);
  const bool has_chain =
      std::any_of(report->findings.begin(), report->findings.end(), [](const std::string& line) {
        const Json finding = Json::parse(line);
        return finding["rule"] == "duplicate-address" && finding["chain"].size() > 1;
      });
  EXPECT_TRUE(has_chain) << "the known fault of this recording, with the events that led to it";
}

// What leaves the window leaves its objects behind: later decisions stay decidable, and none becomes
// forbidden.
TEST_F(AuditJudgeTest, JudgesInAWindowThatIsSmallerThanTheRecord) {
  const auto lines = recording("load-two-servers-1.36", 2);
  options.most_requests = 1000;
  options.delay = std::chrono::milliseconds(3000);
  begin();
  std::size_t written = 0;
  for (std::size_t piece = 1; piece <= 40; ++piece) {
    for (const std::size_t end = lines.size() * piece / 40; written < end; ++written) {
      std::ofstream(options.files[lines[written].server], std::ios::app) << lines[written].text << '\n';
    }
    const cluster::Instant later = lines[written - 1].answered + cluster::Duration::seconds(1);
    while (judge->round(later)) continue;
  }
  finish(lines);
  const auto report = judge->report();
  EXPECT_LT(report->window, 4000U);
  EXPECT_GT(report->verdicts.at("permitted"), 5000U);
  EXPECT_EQ(report->verdicts.count("forbidden"), 0U) << log;
  EXPECT_LT(report->verdicts.count("undecided") == 0 ? 0 : report->verdicts.at("undecided"),
            report->verdicts.at("permitted") / 10);
}

// Logs that are longer than one reading, as when the mirror is started beside an old cluster: one has more
// lines for the same time than the other, and neither is judged before the other has told of that time.
TEST_F(AuditJudgeTest, JudgesNothingThatAnotherLogHasNotToldOfYet) {
  const auto lines = recording("load-two-servers-1.36", 2);
  options.most_requests = 1000;
  options.read_at_once = 64 * 1024;
  options.forbidden_delay = std::chrono::milliseconds(1000);
  for (const RecordedLine& line : lines)
    std::ofstream(options.files[line.server], std::ios::app) << line.text << '\n';
  begin();
  finish(lines);
  const auto report = judge->report();
  EXPECT_EQ(report->counts.events, lines.size());
  EXPECT_EQ(report->counts.losses, 0U) << log;
  EXPECT_LT(report->window, 4000U);
  EXPECT_GT(report->verdicts.at("permitted"), 5000U);
  EXPECT_EQ(report->verdicts.count("forbidden"), 0U) << log;
}

TEST_F(AuditJudgeTest, FindsAPlantedForbiddenDecision) {
  auto lines = recording("extend-1.36", 1);
  options.files.pop_back();
  const bool planted = std::any_of(lines.begin(), lines.end(), plant_foreign_address);
  ASSERT_TRUE(planted);
  begin();
  for (const RecordedLine& line : lines) std::ofstream(options.files[0], std::ios::app) << line.text << '\n';
  finish(lines);
  const auto report = judge->report();
  ASSERT_EQ(report->verdicts.count("forbidden"), 1U) << report->verdicts.at("permitted");
  EXPECT_THAT(log, HasSubstr("error forbidden decision: "));
  EXPECT_THAT(log, HasSubstr("172.16.99.99"));
}

TEST_F(AuditJudgeTest, TakesListsFromAWebhookAndCountsWhatItCannotRead) {
  const auto lines = recording("extend-1.36", 1);
  options.files.clear();
  begin();
  Json list{{"kind", "EventList"},
            {"apiVersion", "audit.k8s.io/v1"},
            {"metadata", Json::object()},
            {"items", Json::array()}};
  for (const RecordedLine& line : lines) list["items"].push_back(Json::parse(line.text));
  EXPECT_EQ(judge->receive("one", list.dump()), "");
  EXPECT_NE(judge->receive("one", "{\"kind\":"), "");
  EXPECT_NE(judge->receive("two", std::string(3, '\0')), "");
  finish(lines);
  const auto once = judge->report();
  EXPECT_EQ(once->counts.problems, 2U);
  EXPECT_GT(once->verdicts.at("permitted"), 0U);
  // A batch that is sent again changes nothing.
  EXPECT_EQ(judge->receive("one", list.dump()), "");
  finish(lines);
  EXPECT_EQ(judge->report()->verdicts, once->verdicts);
}

TEST_F(AuditJudgeTest, WhatLooksForbiddenIsJudgedAgain) {
  auto lines = recording("extend-1.36", 1);
  options.files.pop_back();
  ASSERT_TRUE(std::any_of(lines.begin(), lines.end(), plant_foreign_address));
  begin();
  for (const RecordedLine& line : lines) std::ofstream(options.files[0], std::ios::app) << line.text << '\n';
  const cluster::Instant judged =
      lines.back().answered + cluster::Duration::milliseconds(options.delay.count());
  while (judge->round(judged)) continue;
  const auto early = judge->report()->verdicts;
  finish(lines);
  EXPECT_LE(early.count("forbidden"), judge->report()->verdicts.count("forbidden"));
  EXPECT_EQ(judge->report()->verdicts.at("forbidden"), 1U);
}

// Where requests overlap all the time the window still moves on.
TEST_F(AuditJudgeTest, TheWindowMovesThoughSomeRequestIsAlwaysUnderWay) {
  auto lines = recording("load-two-servers-1.36", 2);
  options.files.clear();
  options.most_requests = 500;
  options.delay = std::chrono::milliseconds(3000);
  options.forbidden_delay = {};
  begin();
  Json slow;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    judge->receive("one", lines[i].text);
    // A refusal that took two seconds, once a second.
    if (slow.is_null()) slow = Json::parse(lines[i].text);
    if (i % 100 == 0) {
      slow["auditID"] = "slow-" + std::to_string(i);
      slow["verb"] = "update";
      slow["responseStatus"] = {{"code", 409}};
      slow.erase("responseObject");
      slow["requestReceivedTimestamp"] =
          cluster::to_text_micro(lines[i].answered - cluster::Duration::seconds(2));
      slow["stageTimestamp"] = cluster::to_text_micro(lines[i].answered);
      judge->receive("one", slow.dump());
      judge->round(lines[i].answered);
      EXPECT_LT(judge->report()->window, 2500U);
    }
  }
  finish(lines);
  EXPECT_EQ(judge->report()->verdicts.count("forbidden"), 0U) << log;
}

TEST_F(AuditJudgeTest, TheWindowIsBoundedAndWhatLeftItMakesNothingForbidden) {
  const auto lines = recording("load-two-servers-1.36", 2);
  options.most_requests = 500;
  begin();
  for (const RecordedLine& line : lines)
    std::ofstream(options.files[line.server], std::ios::app) << line.text << '\n';
  finish(lines);
  EXPECT_LE(judge->report()->window, 500U);
  EXPECT_EQ(judge->report()->verdicts.count("forbidden"), 0U) << log;
}

}  // namespace
}  // namespace clusterip::daemon
