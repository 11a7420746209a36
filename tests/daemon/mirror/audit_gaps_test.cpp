// What is missing from the audit events: before a mirror came, lost on the way, or late. It makes nothing
// forbidden, and the judge finds back to a whole record.
#include <random>
#include <sstream>
#include <variant>

#include <gmock/gmock.h>

#include "engine/verify/final_state.hpp"
#include "tests/daemon/mirror/audit_judge_rig.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// What a cluster has after the first so many lines.
verify::StartState objects_after(const std::vector<RecordedLine>& lines, std::size_t count) {
  verify::Record record;
  record.servers = 2;
  for (std::size_t i = 0; i < count; ++i) {
    api::AuditLine read = api::read_audit_line(lines[i].text);
    auto* events = std::get_if<std::vector<api::AuditEvent>>(&read);
    if (events == nullptr) continue;
    for (api::AuditEvent& event : *events) {
      event.request.server = static_cast<std::uint32_t>(lines[i].server);
      event.request.line = i;
      record.requests.push_back(std::move(event.request));
    }
  }
  verify::put_in_order(record);
  return verify::final_objects(verify::History(record, {}));
}

class AuditGapsTest : public AuditJudgeTest {};

// The webhook of a cluster that is old: what there was before is read from the cluster, and from then on
// decisions can be decided.
TEST_F(AuditGapsTest, JoinsAClusterInTheMidstOfItsLife) {
  auto lines = recording("load-two-servers-1.36", 2);
  const std::size_t first = lines.size() / 3;
  std::size_t sent = first;
  std::size_t asked = 0;
  const auto run = [&](bool joined) {
    options.files.clear();
    options.delay = std::chrono::milliseconds(2000);
    options.forbidden_delay = {};
    options.read_start = nullptr;
    if (joined) {
      options.read_start = [&]() -> std::variant<verify::StartState, std::string> {
        // It does not succeed at once.
        if (++asked == 1) return "not now";
        return objects_after(lines, sent + 1);
      };
    }
    options.start_pause = {};
    begin();
    for (sent = first; sent < lines.size(); ++sent) {
      judge->receive(lines[sent].server == 0 ? "one" : "two", lines[sent].text);
      if (sent % 200 == 0) judge->round(lines[sent].answered + cluster::Duration::milliseconds(100));
    }
    finish(lines);
    return judge->report();
  };
  const auto alone = run(false);
  log.clear();
  const auto joined = run(true);
  EXPECT_EQ(asked, 2U);
  EXPECT_FALSE(alone->whole);
  EXPECT_TRUE(joined->whole);
  EXPECT_THAT(log, HasSubstr("not known: not now"));
  EXPECT_THAT(log, HasSubstr("are judged by what the cluster had then"));
  EXPECT_EQ(joined->verdicts.count("forbidden"), 0U) << log;
  ASSERT_EQ(alone->verdicts.count("undecided"), 1U);
  const std::uint64_t undecided =
      joined->verdicts.count("undecided") == 0 ? 0 : joined->verdicts.at("undecided");
  EXPECT_LT(undecided, alone->verdicts.at("undecided") / 2);

  ASSERT_TRUE(std::any_of(lines.end() - 500, lines.end(), plant_foreign_address));
  EXPECT_EQ(run(true)->forbidden.count("range-not-available"), 1U) << log;
}

TEST_F(AuditGapsTest, IsWholeAgainBehindAGap) {
  auto lines = recording("load-two-servers-1.36", 2);
  const std::size_t lost = lines.size() / 3;
  ASSERT_TRUE(std::any_of(lines.end() - 500, lines.end(), plant_foreign_address));
  options.files.clear();
  options.delay = std::chrono::milliseconds(2000);
  options.start_pause = {};
  std::size_t sent = 0;
  options.read_start = [&]() -> std::variant<verify::StartState, std::string> {
    return objects_after(lines, sent + 1);
  };
  begin();
  bool was_broken = false;
  for (; sent < lines.size(); ++sent) {
    const std::string server = lines[sent].server == 0 ? "one" : "two";
    const auto now = judge->report();
    was_broken = was_broken || (sent > lost && !now->whole);
    EXPECT_TRUE(now->gaps.empty() || !now->whole);
    if (sent == lost) {
      EXPECT_NE(judge->receive(server, lines[sent].text.substr(1)), "");
    }
    if (sent < lost || sent > lost + 200) judge->receive(server, lines[sent].text);
    if (sent % 200 == 0) judge->round(lines[sent].answered + cluster::Duration::milliseconds(100));
  }
  finish(lines);
  const auto report = judge->report();
  EXPECT_EQ(report->counts.losses, 1U);
  EXPECT_TRUE(was_broken);
  EXPECT_TRUE(report->whole);
  EXPECT_TRUE(report->gaps.empty());
  EXPECT_EQ(report->forbidden.count("range-not-available"), 1U) << log;
  std::istringstream text(log);
  for (std::string line; std::getline(text, line);) {
    // Also what is done to that Service afterwards.
    if (line.rfind("error forbidden", 0) == 0) {
      EXPECT_THAT(line, HasSubstr("172.16.99.99"));
    }
  }
}

// Whatever stretch of a log is lost: where the loss is seen, nothing is called forbidden for it.
TEST_F(AuditGapsTest, WhatIsMissingMakesNothingForbidden) {
  const auto lines = recording("load-two-servers-1.36", 2);
  options.delay = std::chrono::milliseconds(3000);
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    std::mt19937 random(seed);
    for (const std::string& file : options.files) std::ofstream(file) << "";
    log.clear();
    begin();
    const std::size_t first = lines.size() / 10 + random() % (lines.size() / 2);
    const std::size_t last = first + 1 + random() % 400;
    const std::size_t server = random() % 2;
    bool torn = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::ofstream out(options.files[lines[i].server], std::ios::app);
      if (lines[i].server != server || i < first || i >= last) {
        out << lines[i].text << '\n';
      } else if (!std::exchange(torn, true)) {
        out << lines[i].text.substr(0, lines[i].text.size() / 2) << '\n';
      }
      if (i % 500 == 0) judge->round(lines[i].answered + cluster::Duration::seconds(1));
    }
    ASSERT_TRUE(torn);
    finish(lines);
    const auto report = judge->report();
    EXPECT_EQ(report->verdicts.count("forbidden"), 0U) << "seed " << seed << "\n" << log;
    EXPECT_EQ(report->counts.losses, 1U);
    EXPECT_TRUE(report->gaps.empty()) << "the window moved on behind it";
  }
}

TEST_F(AuditGapsTest, AGapIsNamedByTheDecisionsThatItLeavesOpen) {
  const auto lines = recording("load-two-servers-1.36", 2);
  begin();
  // The creations of addresses by one server are what the other one's refusals are explained by.
  std::vector<RecordedLine> whole;
  for (const RecordedLine& line : lines) {
    const Json event = Json::parse(line.text);
    const bool lost = event["objectRef"]["resource"] == "ipaddresses" && event["verb"] == "create" &&
                      line.answered > lines[lines.size() / 2].answered && line.server == 0;
    if (!lost) whole.push_back(line);
  }
  std::ofstream(options.files[0]) << std::string(options.reading.max_line_bytes + 1, ' ') << '\n';
  for (const RecordedLine& line : whole)
    std::ofstream(options.files[line.server], std::ios::app) << line.text << '\n';
  judge->round(lines.front().answered);
  while (judge->round(lines.back().answered)) continue;
  const auto report = judge->report();
  EXPECT_EQ(report->verdicts.count("forbidden"), 0U) << log;
  EXPECT_GT(report->counts.losses, 0U);
}

// What a server had done when it was killed may be missing from its log.
TEST_F(AuditGapsTest, ARestartOfAServerIsAGap) {
  auto lines = recording("load-two-servers-1.36", 2);
  const std::size_t killed = lines.size() / 2;
  for (std::size_t i = killed; i < lines.size(); ++i) {
    Json event = Json::parse(lines[i].text);
    if (lines[i].server != 1 || event["user"]["username"] != "system:apiserver") continue;
    event["user"]["uid"] = "another process";
    lines[i].text = event.dump();
  }
  options.delay = std::chrono::milliseconds(2000);
  begin();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::ofstream(options.files[lines[i].server], std::ios::app) << lines[i].text << '\n';
    if (i == killed) {
      EXPECT_EQ(judge->report()->counts.losses, 0U);
    }
    if (i % 500 == 0) judge->round(lines[i].answered + cluster::Duration::seconds(1));
  }
  finish(lines);
  EXPECT_EQ(judge->report()->counts.losses, 1U) << log;
  EXPECT_THAT(log, HasSubstr("an apiserver was started anew"));
  EXPECT_EQ(judge->report()->verdicts.count("forbidden"), 0U) << log;
}

// Events that come when the window has moved on say that what was believed was not whole.
TEST_F(AuditGapsTest, WhatComesTooLateIsAGapAndWhatComesAgainIsNot) {
  const auto lines = recording("load-two-servers-1.36", 2);
  options.files.clear();
  options.most_requests = 400;
  options.delay = std::chrono::milliseconds(1000);
  begin();
  const auto send = [&](const RecordedLine& line) {
    judge->receive(line.server == 0 ? "one" : "two", line.text);
  };
  const std::size_t held_back = 700;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i != held_back) send(lines[i]);
    if (i % 200 == 0) judge->round(lines[i].answered + cluster::Duration::seconds(2));
    // An old batch that is sent again, because its answer was lost.
    if (i == 2000) {
      EXPECT_EQ(judge->report()->counts.losses, 0U) << log;
      send(lines[1500]);
    }
    if (i == 2500) {
      EXPECT_EQ(judge->report()->counts.losses, 0U) << log;
    }
    if (i == 3000) send(lines[held_back]);
  }
  finish(lines);
  EXPECT_EQ(judge->report()->counts.losses, 1U) << log;
  EXPECT_THAT(log, HasSubstr("came when later ones had been judged"));
  EXPECT_EQ(judge->report()->verdicts.count("forbidden"), 0U) << log;
}

// A server that is killed takes with it what it had not written to its log yet. What the watches saw of it
// keeps others' decisions from looking forbidden.
TEST_F(AuditGapsTest, WhatTheWatchesSawAndNoEventShowsIsAGap) {
  auto lines = recording("load-two-servers-1.36", 2);
  // The deletion of an IPAddress whose name is created again later by the other server.
  const auto is_of = [](const RecordedLine& line, const char* verb, int code, const std::string& name) {
    const Json event = Json::parse(line.text);
    return event["objectRef"]["resource"] == "ipaddresses" && event["verb"] == verb &&
           event["responseStatus"]["code"] == code && (name.empty() || event["objectRef"]["name"] == name);
  };
  const auto lost = std::find_if(lines.begin(), lines.end(), [&](const RecordedLine& line) {
    if (!is_of(line, "delete", 200, "")) return false;
    const std::string name = Json::parse(line.text)["objectRef"]["name"];
    return std::any_of(lines.begin() + (&line - lines.data()) + 1, lines.end(),
                       [&](const RecordedLine& later) {
                         return later.server != line.server && is_of(later, "create", 201, name);
                       });
  });
  ASSERT_NE(lost, lines.end());
  const Json event = Json::parse(lost->text);
  const SeenChange change{api::ObjectKind::kIpAddress, event["objectRef"]["name"],
                          event["responseStatus"]["details"]["uid"], true, 0};
  const cluster::Instant when = lost->answered;
  lines.erase(lost);
  const auto forbidden = [&](bool with_witness) {
    begin();
    for (std::size_t i = 0; i < 2; ++i) std::ofstream(options.files[i]) << "";
    for (const RecordedLine& line : lines)
      std::ofstream(options.files[line.server], std::ios::app) << line.text << '\n';
    // From the first event on what a watch shows counts.
    static_cast<void>(judge->round(lines.front().answered));
    if (with_witness) judge->saw(change, when);
    finish(lines);
    return judge->report()->verdicts.count("forbidden");
  };
  EXPECT_EQ(forbidden(false), 1U);
  EXPECT_EQ(forbidden(true), 0U);
  EXPECT_THAT(log, HasSubstr("ipaddresses/" + change.key + " was deleted, which no audit event shows"));
}

}  // namespace
}  // namespace clusterip::daemon
