// The daemon's own decisions, judged by the project's own verifier: a random load, its audit log, a replay.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "daemon/api/audit_reader.hpp"
#include "daemon/input/byte_source.hpp"
#include "engine/verify/replay.hpp"
#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";
constexpr const char* kRanges = "/apis/networking.k8s.io/v1/servicecidrs";

std::vector<Json> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<Json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(Json::parse(line));
  return lines;
}

// Everything that touches addresses, mostly in vain: ranges of a handful of addresses that come and go, names
// and addresses that others have.
class Client {
 public:
  Client(int port, unsigned seed) : http_(port), random_(seed) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) step();
  }

 private:
  std::string pick(std::initializer_list<const char*> choices) {
    return *(choices.begin() + random_() % choices.size());
  }
  std::string name() { return "s" + std::to_string(random_() % 40); }

  Json service() {
    Json spec{{"ports", {{{"port", 80}}}},
              {"ipFamilyPolicy", pick({"SingleStack", "PreferDualStack", "RequireDualStack"})}};
    if (random_() % 3 == 0) spec["ipFamilies"] = {pick({"IPv4", "IPv6"})};
    if (random_() % 3 == 0) spec["clusterIP"] = "10.96.0." + std::to_string(random_() % 40);
    if (random_() % 12 == 0) spec["clusterIP"] = "None";
    return {{"metadata", {{"name", name()}}}, {"spec", spec}};
  }

  void step() {
    const std::string path = std::string(kServices) + "/" + name();
    switch (random_() % 10) {
      case 0:
      case 1:
      case 2:
        http_.post(kServices, service());
        break;
      case 3:
      case 4:
        http_.erase(path);
        break;
      case 5:
        http_.patch(path, {{"spec", {{"ipFamilyPolicy", pick({"SingleStack", "RequireDualStack"})}}}},
                    "application/merge-patch+json");
        break;
      case 6:
        http_.put(path, service());
        break;
      case 7:
        http_.post(std::string(kServices) + "?dryRun=All", service());
        break;
      case 8:
        http_.post(kRanges,
                   {{"metadata", {{"name", "r" + std::to_string(random_() % 3)}}},
                    {"spec", {{"cidrs", {pick({"10.96.0.0/28", "10.96.0.16/28", "fd00:96::/125"})}}}}});
        break;
      default:
        http_.erase(std::string(kRanges) + "/r" + std::to_string(random_() % 3));
    }
  }

  HttpClient http_;
  std::mt19937 random_;
};

struct Judged {
  std::size_t decisions = 0;
  std::vector<std::string> objections;
};

// The files in the order in which they were written.
Judged replay(const std::vector<std::string>& files) {
  api::AuditReading reading;
  for (const std::string& file : files) {
    auto source = daemon::open_source(file);
    api::read_audit_log(*std::get<std::unique_ptr<daemon::ByteSource>>(source), reading);
  }
  Judged judged;
  for (const api::AuditProblem& problem : reading.problems) judged.objections.push_back(problem.message());
  (void)verify::put_in_order(reading.record);
  const verify::History history(reading.record, {});
  const auto decisions = verify::judge_all(history);
  judged.decisions = decisions.size();
  for (const verify::Decision& decision : decisions) {
    if (decision.judgement.verdict == verify::Verdict::kPermitted) continue;
    judged.objections.push_back(reading.record.requests[decision.request].object() + " " +
                                std::string(decision.judgement.rule) + ": " + decision.judgement.message);
  }
  for (const verify::ReplayFinding& finding : verify::find_faults(history)) {
    if (finding.finding.severity == verify::Severity::kError)
      judged.objections.push_back(finding.finding.message);
  }
  return judged;
}

TEST(Audit, EveryDecisionOfARandomLoadIsPermitted) {
  const TemporaryDirectory directory;
  const std::string log = directory.path() + "/audit.log";
  {
    DaemonProcess daemon({"--service-cluster-ip-range=10.96.0.0/27,fd00:96::/123", "--in-memory",
                          "--service-cidr-deletion-grace=100ms", "--audit-log-path=" + log,
                          "--audit-log-maxsize=0"});
    ASSERT_TRUE(daemon.serving()) << daemon.output();
    std::vector<std::thread> clients;
    for (unsigned c = 0; c < 6; ++c) {
      clients.emplace_back([&daemon, c] { Client(daemon.port(), c).run(700); });
    }
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(daemon.end(SIGTERM), 0);
  }
  const Judged judged = replay({log});
  EXPECT_GT(judged.decisions, 1500U);
  EXPECT_EQ(judged.objections, std::vector<std::string>());
}

// The same record over a restart and a kill: the log of a store goes on where it ended.
TEST(Audit, TheRecordGoesOnAfterARestart) {
  const TemporaryDirectory directory;
  const std::string log = directory.path() + "/audit.log";
  for (const int signal : {SIGTERM, SIGKILL, SIGTERM}) {
    DaemonProcess daemon({"--service-cluster-ip-range=10.96.0.0/27,fd00:96::/123",
                          "--data-dir=" + directory.path() + "/data", "--audit-log-path=" + log,
                          "--audit-log-mode=blocking"});
    ASSERT_TRUE(daemon.serving()) << daemon.output();
    Client(daemon.port(), static_cast<unsigned>(signal)).run(200);
    daemon.end(signal);
  }
  const Judged judged = replay({log});
  EXPECT_GT(judged.decisions, 150U);
  EXPECT_EQ(judged.objections, std::vector<std::string>());
}

TEST(Audit, TellsWhoAskedForWhat) {
  const TemporaryDirectory directory;
  const std::string log = directory.path() + "/audit.log";
  std::string id;
  {
    DaemonProcess daemon(
        {"--service-cluster-ip-range=10.96.0.0/24", "--in-memory", "--audit-log-path=" + log});
    HttpClient client(daemon.port());
    id = client
             .post(kServices,
                   {{"metadata", {{"generateName", "a-"}}}, {"spec", {{"ports", {{{"port", 80}}}}}}})
             .header("Audit-Id");
    HttpClient(daemon.port()).get("/api/v1/services?watch=true&timeoutSeconds=1");
    client.post(kServices, {{"metadata", {{"name", "UPPER"}}}});
    EXPECT_NE(client.get("/metrics").body.find("apiserver_audit_error_total{plugin=\"log\"} 0"),
              std::string::npos);
    daemon.end(SIGTERM);
  }
  std::vector<Json> created, watched, refused;
  for (const Json& line : lines_of(log)) {
    if (line["auditID"] == id) created.push_back(line);
    if (line["verb"] == "watch") watched.push_back(line);
    if (line["responseStatus"]["code"] == 422) refused.push_back(line);
  }
  ASSERT_EQ(created.size(), 1U);
  EXPECT_EQ(created[0]["level"], "RequestResponse");
  EXPECT_EQ(created[0]["user"]["username"], "system:admin");
  EXPECT_EQ(created[0]["sourceIPs"], Json::array({"127.0.0.1"}));
  EXPECT_EQ(created[0]["objectRef"]["name"], created[0]["responseObject"]["metadata"]["name"]);
  EXPECT_EQ(created[0]["requestObject"]["metadata"]["generateName"], "a-");
  EXPECT_EQ(created[0]["responseStatus"]["code"], 201);
  ASSERT_EQ(watched.size(), 2U);
  EXPECT_EQ(watched[0]["stage"], "ResponseStarted");
  EXPECT_EQ(watched[1]["stage"], "ResponseComplete");
  EXPECT_EQ(watched[0]["auditID"], watched[1]["auditID"]);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0]["responseStatus"]["reason"], "Invalid");
  EXPECT_EQ(refused[0]["responseObject"]["kind"], "Status");
}

// A Service whose name is taken holds an address for a moment, and others may be refused it meanwhile.
TEST(Audit, TellsOfAClaimThatWasGivenBack) {
  const TemporaryDirectory directory;
  const std::string log = directory.path() + "/audit.log";
  {
    DaemonProcess daemon(
        {"--service-cluster-ip-range=10.96.0.0/24", "--in-memory", "--audit-log-path=" + log});
    HttpClient client(daemon.port());
    const Json service{{"metadata", {{"name", "a"}}},
                       {"spec", {{"clusterIP", "10.96.0.7"}, {"ports", {{{"port", 80}}}}}}};
    Json other = service;
    other["spec"]["clusterIP"] = "10.96.0.8";
    EXPECT_EQ(client.post(kServices, service).status, 201);
    EXPECT_EQ(client.post(kServices, other).status, 409);
    daemon.end(SIGTERM);
  }
  Json refused;
  std::vector<std::string> told;
  for (Json line : lines_of(log)) {
    if (line["responseStatus"]["code"] == 409) refused = line;
    if (line["objectRef"]["name"] == "10.96.0.8") told.push_back(line["verb"]);
  }
  ASSERT_EQ(told, (std::vector<std::string>{"create", "delete"}));
  for (Json line : lines_of(log)) {
    if (line["objectRef"]["name"] != "10.96.0.8") continue;
    EXPECT_LE(refused["requestReceivedTimestamp"], line["requestReceivedTimestamp"]);
    EXPECT_LE(line["requestReceivedTimestamp"], line["stageTimestamp"]);
    EXPECT_LE(line["stageTimestamp"], refused["stageTimestamp"]);
  }
  EXPECT_EQ(replay({log}).objections, std::vector<std::string>());
}

}  // namespace
}  // namespace clusterip::testing
