// Recorded audit logs of real apiservers, fed to the judge as they came about: no decision is called
// forbidden at any moment, the verdicts are those of a replay, and planted faults are found.
#include "daemon/mirror/audit_judge.hpp"

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <utility>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "daemon/input/line_reader.hpp"
#include "engine/verify/final_state.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

struct RecordedLine {
  cluster::Instant answered;
  std::size_t server = 0;
  std::string text;
};

// The lines of both servers, by the time of their answers.
std::vector<RecordedLine> recording(const std::string& name, std::size_t servers) {
  std::vector<RecordedLine> lines;
  for (std::size_t server = 0; server < servers; ++server) {
    auto opened = open_source(
        testing::source_path("tests/recordings/" + name + "/audit" + std::to_string(server) + ".log.gz"));
    auto& source = std::get<std::unique_ptr<ByteSource>>(opened);
    LineReader reader(*source);
    while (const auto line = reader.next()) {
      const Json event = Json::parse(line->text);
      lines.push_back({*cluster::read_instant(event["stageTimestamp"].get<std::string>()), server,
                       std::string(line->text)});
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const RecordedLine& a, const RecordedLine& b) { return a.answered < b.answered; });
  return lines;
}

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

// The creation of a Service gives it an address outside of every range.
bool plant_foreign_address(RecordedLine& line) {
  Json event = Json::parse(line.text);
  const bool creates = event["verb"] == "create" && event["objectRef"]["resource"] == "services" &&
                       event["responseStatus"]["code"] == 201 &&
                       event["user"]["username"] != "system:apiserver" &&
                       event["responseObject"]["spec"].contains("clusterIPs");
  if (!creates || event["responseObject"]["spec"]["clusterIPs"][0] == "None") return false;
  Json& spec = event["responseObject"]["spec"];
  spec["clusterIP"] = "172.16.99.99";
  spec["clusterIPs"][0] = "172.16.99.99";
  line.text = event.dump();
  return true;
}

class AuditJudgeTest : public ::testing::Test {
 protected:
  AuditJudgeTest() {
    const std::string folder = ::testing::TempDir() + "audit_judge_test_" +
                               ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    for (const char* name : {"/audit0.log", "/audit1.log"}) {
      options.files.push_back(folder + name);
      std::ofstream(options.files.back()) << "";
    }
    options.rest = 0;
  }

  void begin() {
    judge = std::make_unique<AuditJudge>(options, [this](std::string_view severity, const std::string& line) {
      log += std::string(severity) + " " + line + "\n";
    });
  }

  // Everything up to the last line is there and old enough.
  void finish(const std::vector<RecordedLine>& lines) const {
    const cluster::Instant later = lines.back().answered + cluster::Duration::seconds(600);
    while (judge->round(later)) continue;
  }

  AuditOptions options;
  std::string log;
  std::unique_ptr<AuditJudge> judge;
};

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

// The webhook of a cluster that is old: what there was before is read from the cluster, and from then on
// decisions can be decided.
TEST_F(AuditJudgeTest, JoinsAClusterInTheMidstOfItsLife) {
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

TEST_F(AuditJudgeTest, IsWholeAgainBehindAGap) {
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
  for (; sent < lines.size(); ++sent) {
    const std::string server = lines[sent].server == 0 ? "one" : "two";
    if (sent == lost) {
      EXPECT_NE(judge->receive(server, lines[sent].text.substr(1)), "");
    }
    if (sent < lost || sent > lost + 200) judge->receive(server, lines[sent].text);
    if (sent % 200 == 0) judge->round(lines[sent].answered + cluster::Duration::milliseconds(100));
  }
  finish(lines);
  const auto report = judge->report();
  EXPECT_EQ(report->counts.losses, 1U);
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
TEST_F(AuditJudgeTest, WhatIsMissingMakesNothingForbidden) {
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

TEST_F(AuditJudgeTest, AGapIsNamedByTheDecisionsThatItLeavesOpen) {
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
TEST_F(AuditJudgeTest, ARestartOfAServerIsAGap) {
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
TEST_F(AuditJudgeTest, WhatComesTooLateIsAGapAndWhatComesAgainIsNot) {
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
TEST_F(AuditJudgeTest, WhatTheWatchesSawAndNoEventShowsIsAGap) {
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
