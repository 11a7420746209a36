// The plans of a load, their figures, and a whole run against a server.
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "engine/net/text.hpp"
#include "tests/support/command.hpp"
#include "tests/support/daemon_process.hpp"
#include "tools/clusteripctl/load_plan.hpp"
#include "tools/clusteripctl/load_report.hpp"
#include "tools/clusteripctl/load_requests_json.hpp"

namespace clusterip::ctl {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

LoadShape shape() {
  return {{*read_cidr_sloppy("10.96.0.0/24"), *read_cidr_sloppy("fd00:96::/112")},
          true,
          {*read_cidr_sloppy("10.200.0.0/28")},
          20};
}

std::string text_of(const LoadStep& step) {
  return std::string(action_name(step.action)) + " " + step.name + " " + step.address + " " + step.cidr;
}

TEST(LoadPlan, TheSameSeedAsksForTheSame) {
  const LoadShape form = shape();
  LoadPlan one(7, 3, form);
  LoadPlan two(7, 3, form);
  LoadPlan other(8, 3, form);
  bool differs = false;
  for (int i = 0; i < 500; ++i) {
    const LoadStep step = one.next();
    EXPECT_EQ(text_of(step), text_of(two.next()));
    differs = differs || text_of(step) != text_of(other.next());
    one.done(step, i % 5 != 0);
    two.done(step, i % 5 != 0);
    other.done(step, i % 5 != 0);
  }
  EXPECT_TRUE(differs);
}

TEST(LoadPlan, ChangesOnlyWhatItMadeAndNeverMoreThanAllowed) {
  const LoadShape form = shape();
  LoadPlan plan(1, 0, form);
  std::set<std::string> alive;
  std::set<LoadAction> seen;
  for (int i = 0; i < 3000; ++i) {
    const LoadStep step = plan.next();
    seen.insert(step.action);
    switch (step.action) {
      case LoadAction::kCreate:
      case LoadAction::kCreateDual:
      case LoadAction::kCreateStatic:
        EXPECT_TRUE(alive.insert(step.name).second);
        break;
      case LoadAction::kDelete:
        EXPECT_EQ(alive.erase(step.name), 1U);
        break;
      case LoadAction::kMakeDual:
      case LoadAction::kMakeSingle:
        EXPECT_TRUE(alive.contains(step.name));
        break;
      default:
        break;
    }
    plan.done(step, true);
    EXPECT_LE(alive.size(), 20U);
  }
  EXPECT_EQ(seen.size(), kLoadActions);
  EXPECT_EQ(plan.services().size(), alive.size());
}

TEST(LoadPlan, AsksForNoSecondFamilyWhereThereIsNone) {
  LoadShape form = shape();
  form.dual_stack = false;
  form.more_ranges.clear();
  LoadPlan plan(1, 0, form);
  for (int i = 0; i < 500; ++i) {
    const LoadStep step = plan.next();
    EXPECT_TRUE(step.action == LoadAction::kCreate || step.action == LoadAction::kCreateStatic ||
                step.action == LoadAction::kDelete);
    plan.done(step, true);
  }
}

TEST(LoadRequests, SayWhatTheStepMeans) {
  const auto fixed = request_of({LoadAction::kCreateStatic, "a", "10.96.0.9", ""}, "ns");
  EXPECT_EQ(fixed.method, "POST");
  EXPECT_EQ(fixed.target, "/api/v1/namespaces/ns/services");
  EXPECT_EQ(Json::parse(fixed.body)["spec"]["clusterIP"], "10.96.0.9");
  const auto dual = request_of({LoadAction::kMakeDual, "a", "", ""}, "ns");
  EXPECT_EQ(dual.method, "PATCH");
  EXPECT_EQ(dual.content_type, "application/merge-patch+json");
  EXPECT_EQ(Json::parse(dual.body)["spec"]["ipFamilyPolicy"], "PreferDualStack");
  const auto range = request_of({LoadAction::kAddRange, "r1", "", "10.200.0.0/28"}, "ns");
  EXPECT_EQ(Json::parse(range.body)["metadata"]["name"], "ns-r1");
  EXPECT_EQ(request_of({LoadAction::kDropRange, "r1", "", ""}, "ns").target,
            "/apis/networking.k8s.io/v1/servicecidrs/ns-r1");
}

TEST(LoadRequests, OneCauseIsOneClass) {
  const auto refusal = [](const char* message) {
    return error_class({.status = 422,
                        .retry_after = {},
                        .date = {},
                        .body = Json{{"reason", "Invalid"}, {"message", message}}.dump()});
  };
  EXPECT_EQ(
      refusal("Service \"a\" is invalid: failed to allocate IP 10.0.0.1: provided IP is already allocated"),
      refusal("Service \"b\" is invalid: failed to allocate IP 10.0.0.2: provided IP is already allocated"));
  EXPECT_EQ(refusal("x: provided IP is already allocated"), "422 Invalid: provided IP is already allocated");
}

TEST(LoadReport, PercentilesAreOfRankedValues) {
  std::vector<std::uint32_t> values;
  for (std::uint32_t i = 1000; i >= 1; --i) values.push_back(i * 1000);
  const LatencySummary summary = summarise(values);
  EXPECT_DOUBLE_EQ(summary.p50_ms, 500);
  EXPECT_DOUBLE_EQ(summary.p99_ms, 990);
  EXPECT_DOUBLE_EQ(summary.p999_ms, 999);
  EXPECT_DOUBLE_EQ(summary.max_ms, 1000);
  EXPECT_EQ(summarise({}).count, 0U);
  EXPECT_DOUBLE_EQ(summarise({7000}).p50_ms, 7);
}

TEST(LoadReport, KnowsWhenNothingWasDone) {
  LoadFigures figures;
  EXPECT_FALSE(figures.all_failed());
  figures.errors["403 Forbidden: no"] = 1;
  EXPECT_TRUE(figures.all_failed());
  figures.good[1] = {5};
  EXPECT_FALSE(figures.all_failed());
}

testing::CommandResult run_load_on(int port, const std::string& flags) {
  return testing::run_command("clusteripctl", "load --server=http://127.0.0.1:" + std::to_string(port) +
                                                  " --duration=1 --rate=20 " + flags);
}

// The namespace of the first run is just going when the second one begins.
TEST(LoadProgram, MayRunTwiceInARow) {
  testing::DaemonProcess daemon({"--service-cluster-ip-range=10.96.0.0/16", "--in-memory"});
  ASSERT_TRUE(daemon.serving()) << daemon.output();
  for (int time = 0; time < 2; ++time) {
    const testing::CommandResult result = run_load_on(daemon.port(), "-o json");
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_GT(Json::parse(result.output)["steps"]["create"]["done"]["count"], 0);
  }
}

TEST(LoadProgram, NamesAFlagThatCannotBe) {
  const std::pair<const char*, const char*> table[] = {
      {"--clients=0", "--clients: \"0\""},
      {"--max-services=0", "--max-services: \"0\""},
      {"--ranges=10.0.0.1/24", "--ranges: \"10.0.0.1/24\""},
  };
  for (const auto& [flag, words] : table) {
    const testing::CommandResult result = run_load_on(1, flag);
    EXPECT_EQ(result.exit_code, 2) << flag;
    EXPECT_THAT(result.errors, HasSubstr(words));
  }
}

TEST(LoadReport, EachFormHoldsTheFigures) {
  LoadReport report;
  report.server = "http://127.0.0.1:1";
  report.figures.good[0] = {1000, 2000, 3000};
  report.figures.refused[2] = {500};
  report.figures.errors["422 Invalid: range is full"] = 1;
  report.figures.seconds = {{3, 0, 3000}, {1, 1, 500}};
  report.figures.elapsed = 2;
  report.verified = true;
  report.findings = {{"duplicate-address", verify::Severity::kError, "10.0.0.1", {}, "two of them"}};
  std::ostringstream table;
  write_load_table(report, table);
  EXPECT_THAT(table.str(), HasSubstr("422 Invalid: range is full"));
  EXPECT_THAT(table.str(), HasSubstr("error duplicate-address: two of them"));
  std::ostringstream json;
  write_load_json(report, json);
  const Json read = Json::parse(json.str());
  EXPECT_EQ(read["steps"]["create"]["done"]["count"], 3);
  EXPECT_EQ(read["perSecond"], 2.0);
  EXPECT_EQ(read["findings"].size(), 1U);
  EXPECT_EQ(read["timeline"][1]["refused"], 1);
  std::ostringstream svg;
  write_load_svg(report, svg);
  EXPECT_THAT(svg.str(), HasSubstr("<svg"));
  EXPECT_THAT(svg.str(), HasSubstr("</svg>"));
}

}  // namespace
}  // namespace clusterip::ctl
