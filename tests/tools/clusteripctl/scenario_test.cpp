#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tools/clusteripctl/scenario_report.hpp"
#include "tools/clusteripctl/scenario_runner.hpp"

namespace clusterip::ctl {
namespace {

using nlohmann::json;

const std::string kStart = "start a --service-cluster-ip-range=10.96.0.0/28\nwait 2s\n";

// Each failure as "LINE found".
std::vector<std::string> failures(const std::string& text) {
  const ScenarioResult result = run_scenario(text);
  EXPECT_EQ(result.error.value_or(""), "");
  std::vector<std::string> found;
  for (const ScenarioFailure& failure : result.failures) {
    found.push_back(std::to_string(failure.line) + " " + failure.found);
  }
  return found;
}
using Texts = std::vector<std::string>;

TEST(ScenarioWords, KnowsQuotesOptionsAndComments) {
  std::size_t line = 0;
  const auto lines = read_scenario("\n  a \"b c\" d=\"e # f\"#g # h\r\n#only\nk\t\"\\\"\\\\\"", line);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].number, 2U);
  EXPECT_EQ(lines[0].words, (Texts{"a", "b c", "d=e # f"}));
  EXPECT_EQ(lines[1].words, (Texts{"k", "\"\\"}));
  ScenarioWords words(lines[0].words, {"d"});
  EXPECT_EQ(words.option("d"), "e # f");
  EXPECT_EQ(words.take_rest(), "a b c");
}

TEST(ScenarioWords, AByteOrderMarkIsNoWord) {
  std::size_t line = 0;
  const auto lines = read_scenario("\xef\xbb\xbfwait 1s\n", line);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].words, (std::vector<std::string>{"wait", "1s"}));
}

TEST(ScenarioWords, ReadsDurations) {
  EXPECT_EQ(read_duration("250ms"), cluster::Duration::milliseconds(250));
  EXPECT_EQ(read_duration("3m"), cluster::Duration::seconds(180));
  for (const char* text : {"", "s", "5", "-5s", "5 s", "1.5s", "1h1m", "9999999999999s", "99999999999h"}) {
    EXPECT_THROW(read_duration(text), ScenarioError) << text;
  }
}

TEST(Scenario, NamesTheLineOfAnError) {
  const auto error = [](const std::string& text) { return run_scenario(text).error.value_or(""); };
  EXPECT_EQ(error("\nfoo\n"), "2: \"foo\" is no directive");
  EXPECT_EQ(error("note \"open\nwait 1s"), "1: a quote is not closed");
  EXPECT_EQ(error("wait 1s"), "1: nothing has been started yet");
  EXPECT_EQ(error("start a"), "1: --service-cluster-ip-range= is missing");
  EXPECT_EQ(
      error("start a --service-cluster-ip-range=10.0.0.0/30"),
      "1: error determining service IP ranges for primary service cidr: the service cluster IP range must "
      "be at least 8 IP addresses");
  EXPECT_EQ(error("version 1.32"), "1: version \"1.32\" is not modelled");
  EXPECT_EQ(error(kStart + "seed 5"), "3: seed comes before the first start");
  EXPECT_EQ(error(kStart + "create service a foo=1"), "3: \"foo=1\" is not understood here");
  EXPECT_EQ(error(kStart + "create service a ip=1 ip=2"), "3: ip= is given twice");
  EXPECT_EQ(error(kStart + "expect servicecidr kubernetes purple"),
            "3: \"purple\" is not ready, pending, terminating or absent");
  EXPECT_EQ(error(kStart + "begin x create service a\nbegin x create service b"),
            "4: request \"x\" has begun and is not finished");
  EXPECT_EQ(error(kStart + "create pod a"), "3: \"pod\" is not service, servicecidr or ipaddress");
  EXPECT_EQ(error(kStart + "create service"), "3: here is the name of a Service missing");
  EXPECT_EQ(error(kStart + "create service a via=b"), "3: there is no server \"b\"");
  EXPECT_EQ(error(kStart + "step r"), "3: no request \"r\" has begun");
  EXPECT_EQ(error(kStart + "expect happiness"), "3: \"happiness\" is no expectation");
  EXPECT_EQ(error(kStart + "expect ok"), "3: no request has been answered yet");
  EXPECT_EQ(error(kStart + "stop a\ncreate service a"), "4: no server runs that could take the request");
  EXPECT_EQ(error("clock 9999-12-31T23:00:00Z\n" + kStart + "wait 2h"),
            "4: virtual time ends with the year 9999");
}

TEST(Scenario, EndsWhereTheStepsAreUsedUp) {
  ScenarioOptions options;
  options.most_steps = 1'000;
  EXPECT_EQ(run_scenario(kStart + "wait 1000h", options).error, "3: more steps than --max-steps allows");
  EXPECT_EQ(run_scenario(kStart + "repeat 99999999999 create service s{}", options).error,
            "3: more steps than --max-steps allows");
}

TEST(Scenario, ReportsWhatDoesNotHold) {
  EXPECT_EQ(failures(kStart + "expect servicecidr kubernetes absent\n"
                              "expect servicecidr kubernetes ready 10.0.0.0/28\n"
                              "expect service kubernetes 10.96.0.2\n"
                              "expect ipaddress 10.96.0.1 other\n"
                              "expect allocator a 10.96.0.0/28 not-ready\n"
                              "expect event Foo\n"
                              "expect fault bar\n"
                              "expect finding duplicate-address\n"
                              "expect condition kubernetes False\n"),
            (Texts{"3 ready", "4 10.96.0.0/28", "5 10.96.0.1", "6 default/kubernetes", "7 ready", "8 none",
                   "9 none", "10 unprotected-range ", "11 True Kubernetes default Service CIDR is ready"}));
  EXPECT_EQ(failures(kStart + "create service x ip=10.96.0.5\nexpect address 10.96.0.6\nexpect refused 422\n"
                              "expect address in 10.96.0.0/28 static\n"),
            (Texts{"4 201 10.96.0.5", "5 201 10.96.0.5", "6 201 10.96.0.5"}));
}

TEST(Scenario, ARefusalThatNothingExpectsIsAFailure) {
  const std::string refused =
      "422 Service \"x\" is invalid: spec.clusterIPs: Invalid value: [\"10.1.0.1\"]: failed to "
      "allocate IP 10.1.0.1: the provided network does not match the current range";
  EXPECT_EQ(failures(kStart + "create service x ip=10.1.0.1\n"), Texts{"3 " + refused});
  EXPECT_EQ(failures(kStart + "create service x ip=10.1.0.1\nexpect no faults"), Texts{"3 " + refused});
  EXPECT_EQ(failures(kStart + "create service x ip=10.1.0.1\nexpect refused 422"), Texts{});
  EXPECT_EQ(failures(kStart + "create service x ip=10.1.0.1\nexpect ok"), Texts{"4 " + refused});
}

TEST(Scenario, TakesARequestOnByHand) {
  EXPECT_EQ(
      failures(kStart + "begin r create service x ip=10.96.0.5\nstep r\nexpect ipaddress 10.96.0.5 absent\n"
                        "step r\nexpect ipaddress 10.96.0.5 x\nexpect service x absent\n"
                        "finish r\nexpect ok\nexpect service x 10.96.0.5"),
      Texts{});
}

TEST(Scenario, PrintsTextAndJson) {
  const ScenarioResult result = run_scenario("title T\n" + kStart +
                                             "note N\ncreate service x ip=10.96.0.5\n"
                                             "expect address 10.96.0.6\n");
  std::ostringstream text;
  write_scenario_text(result, "f", false, text);
  EXPECT_NE(text.str().find("T\n\n    0.000  a"), std::string::npos) << text.str();
  EXPECT_NE(text.str().find("\n== N\n"), std::string::npos);
  EXPECT_NE(
      text.str().find("f:6: expect address 10.96.0.6\n    found: 201 10.96.0.5\n1 expectations, 1 failed\n"),
      std::string::npos);
  std::ostringstream quiet;
  write_scenario_text(result, "f", true, quiet);
  EXPECT_EQ(quiet.str(), "f:6: expect address 10.96.0.6\n    found: 201 10.96.0.5\n");

  std::ostringstream whole;
  write_scenario_json(result, "f", whole);
  const json report = json::parse(whole.str());
  EXPECT_EQ(report["summary"], json({{"file", "f"}, {"title", "T"}, {"expectations", 1}, {"failed", 1}}));
  EXPECT_EQ(report["failures"][0]["line"], 6);
  std::ostringstream lines;
  write_scenario_json_lines(result, "f", lines);
  std::istringstream in(lines.str());
  std::size_t answers = 0;
  json last;
  for (std::string line; std::getline(in, line);) {
    last = json::parse(line);
    if (last["kind"] == "Answer") ++answers;
  }
  EXPECT_EQ(answers, 2U);
  EXPECT_EQ(last["kind"], "Summary");
}

}  // namespace
}  // namespace clusterip::ctl
