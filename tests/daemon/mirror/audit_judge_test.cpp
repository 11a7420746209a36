// Recorded audit logs of real apiservers, fed to the judge as they came about: no decision is called
// forbidden at any moment, the verdicts are those of a replay, and planted faults are found.
#include "daemon/mirror/audit_judge.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "daemon/input/line_reader.hpp"
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
  EXPECT_EQ(report->problems, 0U);
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

TEST_F(AuditJudgeTest, FindsAPlantedForbiddenDecision) {
  auto lines = recording("extend-1.36", 1);
  options.files.pop_back();
  // A Service that got an address outside of every range.
  bool planted = false;
  for (RecordedLine& line : lines) {
    Json event = Json::parse(line.text);
    const bool creates = event["verb"] == "create" && event["objectRef"]["resource"] == "services" &&
                         event["responseStatus"]["code"] == 201 &&
                         event["responseObject"]["spec"].contains("clusterIPs");
    if (!creates || planted || event["objectRef"]["namespace"] == "kube-system" ||
        event["user"]["username"] == "system:apiserver")
      continue;
    Json& spec = event["responseObject"]["spec"];
    if (spec["clusterIPs"][0] == "None") continue;
    spec["clusterIP"] = "172.16.99.99";
    spec["clusterIPs"][0] = "172.16.99.99";
    line.text = event.dump();
    planted = true;
  }
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
  EXPECT_EQ(once->problems, 2U);
  EXPECT_GT(once->verdicts.at("permitted"), 0U);
  // A batch that is sent again changes nothing.
  EXPECT_EQ(judge->receive("one", list.dump()), "");
  finish(lines);
  EXPECT_EQ(judge->report()->verdicts, once->verdicts);
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
