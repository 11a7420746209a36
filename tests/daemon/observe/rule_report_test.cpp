// JUnit and SARIF, of verifications and of replays.
#include "daemon/observe/rule_report.hpp"

#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/observe/replay_report.hpp"
#include "engine/verify/decision_rules.hpp"
#include "tests/support/recording.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

std::string junit(const RuleReport& report) {
  std::ostringstream out;
  write_junit(report, out);
  return out.str();
}
Json sarif(const RuleReport& report) {
  std::ostringstream out;
  write_sarif(report, out);
  return Json::parse(out.str())["runs"][0];
}

RuleReport small_report() {
  RuleReport report;
  report.program = "clusteripctl";
  report.job = "verify";
  report.rules = {{"first", verify::Severity::kError, "the first rule", ""},
                  {"second", verify::Severity::kWarning, "the second rule", "4.3"}};
  return report;
}

TEST(Junit, ACaseForEachRuleAndNoneFails) {
  EXPECT_EQ(junit(small_report()), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="clusteripctl verify" tests="2" failures="0" errors="0">
  <testcase classname="clusterip.verify" name="first"/>
  <testcase classname="clusterip.verify" name="second"/>
</testsuite>
)");
}

TEST(Junit, ErrorsFailTheirRuleAndTheRestIsOutput) {
  RuleReport report = small_report();
  report.results = {{"first", ResultLevel::kError, "a < b & \"c\"", {}, {{"10:00", "it began"}}},
                    {"first", ResultLevel::kNote, "by the way", {}, {}},
                    {"second", ResultLevel::kOpen, "who knows", {}, {}},
                    {"unheard-of", ResultLevel::kWarning, "bell\x07", {}, {}}};
  EXPECT_EQ(junit(report), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="clusteripctl verify" tests="3" failures="1" errors="0">
  <testcase classname="clusterip.verify" name="first">
    <failure type="first" message="1 finding">a &lt; b &amp; &quot;c&quot;
  10:00  it began
</failure>
    <system-out>info: by the way
</system-out>
  </testcase>
  <testcase classname="clusterip.verify" name="second">
    <system-out>undecided: who knows
</system-out>
  </testcase>
  <testcase classname="clusterip.verify" name="other">
    <system-out>warning: bell)"
                           "\xEF\xBF\xBD"
                           R"(
</system-out>
  </testcase>
</testsuite>
)");
}

// Files hold anything, and a piece of them comes back in the message.
TEST(Junit, WhatXmlDoesNotTakeIsReplaced) {
  RuleReport report = small_report();
  report.unread = {"a\xff|\xc3|\xed\xa0\x80|\xef\xbf\xbf|\x1b|\u00e9\U0001f600\t."};
  EXPECT_THAT(junit(report),
              HasSubstr(">a\ufffd|\ufffd|\ufffd\ufffd\ufffd|\ufffd|\ufffd|\u00e9\U0001f600\t.\n</error>"));
}

TEST(Junit, InputThatCouldNotBeReadIsAnError) {
  RuleReport report = small_report();
  report.unread = {"a.json:3: no object"};
  EXPECT_THAT(junit(report), HasSubstr("tests=\"3\" failures=\"0\" errors=\"1\""));
  EXPECT_THAT(junit(report), HasSubstr("a.json:3: no object\n</error>"));
  EXPECT_EQ(sarif(report)["invocations"][0]["executionSuccessful"], false);
}

TEST(Sarif, LevelsKindsAndFlows) {
  RuleReport report = small_report();
  report.results = {{"second", ResultLevel::kError, "text", {{"Service", "n", "a"}}, {{"10:00", "it began"}}},
                    {"first", ResultLevel::kOpen, "who knows", {}, {}},
                    {"unheard-of", ResultLevel::kNote, "\xff", {}, {}}};
  const Json run = sarif(report);
  EXPECT_EQ(run["automationDetails"]["id"], "clusteripctl/verify/");
  EXPECT_EQ(run["tool"]["driver"]["rules"][1]["properties"]["specification"], "4.3");
  EXPECT_EQ(run["results"][0], Json::parse(R"({"ruleId":"second","ruleIndex":1,"level":"error",
      "message":{"text":"text"},
      "locations":[{"logicalLocations":[{"name":"a","fullyQualifiedName":"Service/n/a","kind":"resource"}]}],
      "codeFlows":[{"threadFlows":[{"locations":[
          {"location":{"message":{"text":"it began"}},"executionTimeUtc":"10:00"}]}]}]})"));
  EXPECT_EQ(run["results"][1]["kind"], "open");
  EXPECT_EQ(run["results"][1]["level"], "none");
  EXPECT_FALSE(run["results"][2].contains("ruleIndex"));
}

class RecordedReplay : public ::testing::Test {
 protected:
  static ReplayReport report_of(const testing::Replayed& replayed) {
    ReplayReport report;
    report.history = &replayed.history;
    report.decisions = replayed.decisions;
    report.findings = replayed.findings;
    return report;
  }
  const std::string name_ = "load-two-servers-1.36";
};

TEST_F(RecordedReplay, TheDuplicateAddressFailsItsCaseWithItsStory) {
  const testing::Replayed replayed(testing::recorded(name_), testing::options_of(name_));
  const RuleReport report = rule_report(report_of(replayed));
  EXPECT_EQ(report.results.size(), replayed.findings.size());
  const std::string xml = junit(report);
  EXPECT_THAT(xml,
              HasSubstr("<testsuite name=\"clusteripctl replay\" tests=\"26\" failures=\"1\" errors=\"0\">"));
  EXPECT_THAT(xml, HasSubstr("<testcase classname=\"clusterip.replay\" name=\"already-held\"/>"));
  EXPECT_THAT(xml, HasSubstr("IPAddress deleted by system:apiserver while services/default/w1-289"));
  const Json first = sarif(report)["results"][0];
  EXPECT_EQ(first["ruleId"], "duplicate-address");
  EXPECT_GT(first["codeFlows"][0]["threadFlows"][0]["locations"].size(), 5U);
}

TEST_F(RecordedReplay, WhatTheRecordDoesNotDecideIsOpenAndFailsNothing) {
  verify::Record record = testing::recorded(name_);
  std::erase_if(record.requests, [](const verify::AuditedRequest& request) {
    return request.subject == verify::Subject::kIpAddress;
  });
  const testing::Replayed replayed(std::move(record), testing::options_of(name_));
  ASSERT_GT(replayed.count(verify::Verdict::kUndecided), 0U);
  const RuleReport report = rule_report(report_of(replayed));
  std::size_t open = 0;
  for (const RuleResult& result : report.results) {
    open += result.level == ResultLevel::kOpen ? 1 : 0;
    EXPECT_LT(report.rule_index(result.rule), report.rules.size()) << result.rule;
  }
  EXPECT_EQ(open, replayed.count(verify::Verdict::kUndecided));
  EXPECT_THAT(junit(report), Not(HasSubstr("<failure type=\"already-held\"")));
}

TEST_F(RecordedReplay, EveryRuleThatADecisionNamesIsInTheCatalogue) {
  std::set<std::string_view> known;
  for (const verify::DecisionRule& rule : verify::kForbiddingRules) known.insert(rule.name);
  for (const verify::DecisionRule& rule : verify::kPermittingRules) known.insert(rule.name);
  for (const std::string& name : testing::recordings()) {
    const testing::Replayed replayed(testing::recorded(name), testing::options_of(name));
    for (const verify::Decision& decision : replayed.decisions) {
      EXPECT_EQ(known.count(decision.judgement.rule), 1U) << decision.judgement.rule;
    }
  }
}

}  // namespace
}  // namespace clusterip::daemon
