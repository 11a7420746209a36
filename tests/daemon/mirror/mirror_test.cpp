// The whole mirror against a fake apiserver: planted faults are confirmed and resolved, healthy churn is not
// reported, and nothing but reads goes out.
#include "daemon/mirror/mirror.hpp"

#include <random>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "daemon/mirror/mirror_metrics.hpp"
#include "daemon/mirror/verification_json.hpp"
#include "engine/net/text.hpp"
#include "tests/support/fake_apiserver.hpp"

namespace clusterip::daemon {
namespace {

using testing::fake_cidr;
using testing::fake_ip_address;
using testing::fake_service;
using testing::FakeApiserver;
using ::testing::HasSubstr;
using Json = nlohmann::json;
using Kind = FakeApiserver::Kind;

constexpr std::chrono::seconds kPatience{5};

class MirrorTest : public ::testing::Test {
 protected:
  MirrorTest() {
    server.put(Kind::kServiceCidrs, fake_cidr("kubernetes", {"10.96.0.0/24", "fd00:96::/112"}));
    add("default", "kubernetes", {"10.96.0.1"});
    add("shop", "dual", {"10.96.0.20", "fd00:96::20"});
  }

  void add(const std::string& name_space, const std::string& name,
           const std::vector<std::string>& addresses) {
    for (const std::string& address : addresses) {
      server.put(Kind::kIpAddresses, fake_ip_address(address, name_space, name));
    }
    server.put(Kind::kServices, fake_service(name_space, name, addresses));
  }

  void start(std::int64_t grace_ms = 50) {
    ClusterAccess access;
    ASSERT_EQ(set_server(access, server.url()), "");
    MirrorOptions options;
    const auto grace = cluster::Duration::milliseconds(grace_ms);
    options.judge.grace = {grace, grace, grace};
    options.judge.pace = std::chrono::milliseconds(5);
    options.judge.default_ranges = {Cidr(*read("10.96.0.0"), 24), Cidr(*read("fd00:96::"), 112)};
    options.reflector.first_wait = std::chrono::milliseconds(5);
    options.reflector.longest_wait = std::chrono::milliseconds(50);
    mirror =
        std::make_unique<Mirror>(access, options, [this](std::string_view severity, const std::string& line) {
          const std::lock_guard lock(log_mutex);
          log += std::string(severity) + " " + line + "\n";
        });
    mirror->start();
    ASSERT_TRUE(eventually([&] { return mirror->health().in_step; }));
  }

  static std::optional<Address> read(const std::string& text) { return read_address_sloppy(text); }

  static bool eventually(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }

  Json ask(const std::string& path, const std::map<std::string, std::string>& parameters = {},
           const AuditJudge* audit = nullptr) const {
    const auto answer = answer_verification(*mirror, audit, path, [&](const char* name) {
      const auto found = parameters.find(name);
      return found == parameters.end() ? std::string() : found->second;
    });
    return Json::parse(answer.body);
  }

  // "rule address" of what is confirmed now.
  std::vector<std::string> confirmed() const {
    std::vector<std::string> list;
    const Json answer = ask("/findings");
    for (const Json& item : answer["items"]) {
      const std::string address = item.contains("address") ? item["address"].get<std::string>() : "";
      list.push_back(item["rule"].get<std::string>() + (address.empty() ? "" : " " + address));
    }
    return list;
  }
  bool comes_to(const std::vector<std::string>& wanted) const {
    return eventually([&] { return confirmed() == wanted; });
  }

  FakeApiserver server;
  std::mutex log_mutex;
  std::string log;
  std::unique_ptr<Mirror> mirror;
};

TEST_F(MirrorTest, ASoundClusterHasNoFindings) {
  start();
  EXPECT_TRUE(eventually([&] { return ask("/cidrs")["items"].size() == 2; }));
  EXPECT_TRUE(comes_to({}));
  const Json answer = ask("/findings");
  EXPECT_EQ(answer["mirror"]["inStep"], true);
  EXPECT_LT(answer["mirror"]["stalenessSeconds"].get<double>(), 20.0);
  EXPECT_EQ(answer["mirror"]["resources"]["services"]["objects"], 2);
  EXPECT_EQ(server.writes(), 0U);
}

TEST_F(MirrorTest, FindingsComeAsJunitAndSarifToo) {
  start();
  const auto as = [&](const std::string& output) {
    return answer_verification(*mirror, nullptr, "/findings", [&](const char* name) {
      return std::string(name) == "output" ? output : std::string();
    });
  };
  server.put(Kind::kServices, fake_service("shop", "twin", {"10.96.0.20"}));
  ASSERT_TRUE(comes_to({"duplicate-address 10.96.0.20"}));
  const auto junit = as("junit");
  EXPECT_EQ(junit.content_type, "application/xml");
  EXPECT_THAT(junit.body, HasSubstr("<testsuite name=\"clusteripd mirror\" tests=\"14\" failures=\"1\""));
  EXPECT_THAT(junit.body, HasSubstr("confirmed by a re-read"));
  const auto sarif = as("sarif");
  EXPECT_EQ(sarif.content_type, "application/sarif+json");
  const Json run = Json::parse(sarif.body)["runs"][0];
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
  EXPECT_EQ(run["results"][0]["ruleId"], "duplicate-address");
  EXPECT_EQ(as("xml").status, 400);
  // What is out of step is never called clean.
  server.set_down(true);
  ASSERT_TRUE(eventually([&] { return !mirror->health().in_step; }));
  EXPECT_THAT(as("junit").body, HasSubstr("errors=\"1\""));
}

TEST_F(MirrorTest, EachPlantedFaultIsConfirmedAndResolved) {
  start();
  const auto plant = [&](const std::vector<std::string>& wanted, const std::function<void()>& fault,
                         const std::function<void()>& cure) {
    fault();
    EXPECT_TRUE(comes_to(wanted)) << ask("/findings", {{"stage", "all"}}).dump(1);
    cure();
    EXPECT_TRUE(comes_to({})) << ask("/findings", {{"stage", "all"}}).dump(1);
  };
  plant(
      {"duplicate-address 10.96.0.20"},
      [&] { server.put(Kind::kServices, fake_service("shop", "twin", {"10.96.0.20"})); },
      [&] { server.erase(Kind::kServices, "shop/twin"); });
  plant(
      {"missing-ipaddress fd00:96::20"}, [&] { server.erase(Kind::kIpAddresses, "fd00:96::20"); },
      [&] { server.put(Kind::kIpAddresses, fake_ip_address("fd00:96::20", "shop", "dual")); });
  plant(
      {"orphan-ipaddress 10.96.0.30"},
      [&] { server.put(Kind::kIpAddresses, fake_ip_address("10.96.0.30", "shop", "gone")); },
      [&] { server.erase(Kind::kIpAddresses, "10.96.0.30"); });
  plant(
      {"wrong-parent 10.96.0.20"},
      [&] { server.put(Kind::kIpAddresses, fake_ip_address("10.96.0.20", "shop", "other")); },
      [&] { server.put(Kind::kIpAddresses, fake_ip_address("10.96.0.20", "shop", "dual")); });
  Json bare = fake_ip_address("10.96.0.20", "shop", "dual");
  bare["metadata"].erase("labels");
  plant(
      {"wrong-labels 10.96.0.20"}, [&] { server.put(Kind::kIpAddresses, bare); },
      [&] { server.put(Kind::kIpAddresses, fake_ip_address("10.96.0.20", "shop", "dual")); });
  plant(
      {"outside-every-range 10.97.0.5"}, [&] { add("shop", "far", {"10.97.0.5"}); },
      [&] { server.put(Kind::kServiceCidrs, fake_cidr("more", {"10.97.0.0/24"})); });
  plant(
      {"unusable-address 10.97.0.255"}, [&] { add("shop", "edge", {"10.97.0.255"}); },
      [&] {
        server.erase(Kind::kServices, "shop/edge");
        server.erase(Kind::kIpAddresses, "10.97.0.255");
      });
  plant(
      {"default-differs"},
      [&] {
        server.put(Kind::kServiceCidrs, fake_cidr("kubernetes", {"10.96.0.0/24"}));
        server.put(Kind::kServiceCidrs, fake_cidr("v6", {"fd00:96::/112"}));
      },
      [&] {
        server.put(Kind::kServiceCidrs, fake_cidr("kubernetes", {"10.96.0.0/24", "fd00:96::/112"}));
      });
  Json open = fake_cidr("more", {"10.97.0.0/24"});
  open["metadata"]["finalizers"] = Json::array();
  plant(
      {"unprotected-range"}, [&] { server.put(Kind::kServiceCidrs, open); },
      [&] { server.put(Kind::kServiceCidrs, fake_cidr("more", {"10.97.0.0/24"})); });
  Json mixed = fake_service("shop", "dual", {"10.96.0.20", "fd00:96::20"});
  mixed["spec"]["ipFamilies"] = {"IPv6", "IPv4"};
  plant(
      {"family-mismatch"}, [&] { server.put(Kind::kServices, mixed); },
      [&] {
        server.put(Kind::kServices, fake_service("shop", "dual", {"10.96.0.20", "fd00:96::20"}));
      });
  EXPECT_EQ(server.writes(), 0U);
  const std::lock_guard lock(log_mutex);
  EXPECT_THAT(
      log,
      HasSubstr(
          "error finding confirmed: duplicate-address 10.96.0.20 [Service shop/dual, Service shop/twin]"));
  EXPECT_THAT(log, HasSubstr("info finding resolved: duplicate-address 10.96.0.20"));
}

TEST_F(MirrorTest, HealthyChurnIsNotReported) {
  start(300);
  std::mt19937 random(7);
  for (int i = 0; i < 400; ++i) {
    const std::string address = "10.96.0." + std::to_string(30 + random() % 200);
    const std::string name = "s" + address.substr(8);
    if (server.objects(Kind::kServices).contains("churn/" + name)) {
      server.erase(Kind::kServices, "churn/" + name);
      server.erase(Kind::kIpAddresses, address);
    } else {
      add("churn", name, {address});
    }
    if (i % 100 == 50) server.drop_connections();
    if (i % 100 == 90) server.plan_on_watch(Kind::kIpAddresses, testing::ServerFault::kGoneEvent);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(eventually([&] { return mirror->health().in_step; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  EXPECT_EQ(ask("/findings", {{"stage", "resolved"}})["items"].size(), 0U);
  EXPECT_TRUE(confirmed().empty());
}

TEST_F(MirrorTest, ATerminatingRangeNamesWhatKeepsIt) {
  add("shop", "far", {"10.97.0.5"});
  Json old = fake_cidr("old", {"10.97.0.0/24"});
  old["metadata"]["deletionTimestamp"] = "2026-01-02T00:00:00Z";
  server.put(Kind::kServiceCidrs, old);
  start();
  ASSERT_TRUE(eventually([&] { return ask("/cidrs")["terminating"].size() == 1; }));
  const Json range = ask("/cidrs")["terminating"][0];
  EXPECT_EQ(range["name"], "old");
  EXPECT_EQ(range["keptBy"][0]["address"], "10.97.0.5");
  EXPECT_EQ(range["keptBy"][0]["holder"], "Service shop/far");
  EXPECT_THAT(range["advice"].get<std::string>(), HasSubstr("delete and re-create its Service"));
  const Json info = ask("/findings", {{"stage", "all"}, {"rule", "held-by-terminating"}})["items"];
  ASSERT_EQ(info.size(), 1U);
  EXPECT_THAT(info[0]["message"].get<std::string>(), HasSubstr("10.97.0.5 of Service shop/far"));
  EXPECT_THAT(mirror_metrics(*mirror, nullptr),
              HasSubstr("clusterip_range_terminating_keepers{name=\"old\"} 1\n"));
}

TEST_F(MirrorTest, IsOutOfStepWhileTheServerIsAway) {
  start();
  server.set_down(true);
  EXPECT_TRUE(eventually([&] { return !mirror->health().in_step; }));
  EXPECT_TRUE(
      eventually([&] { return ask("/findings")["mirror"]["resources"]["services"].contains("trouble"); }));
  server.erase(Kind::kIpAddresses, "10.96.0.20");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_TRUE(confirmed().empty());
  server.set_down(false);
  EXPECT_TRUE(comes_to({"missing-ipaddress 10.96.0.20"}));
  EXPECT_THAT(mirror_metrics(*mirror, nullptr),
              HasSubstr("clusterip_findings{rule=\"missing-ipaddress\",severity=\"error\"} 1\n"));
}

TEST_F(MirrorTest, AFindingThatTheServerDoesNotShareIsNeverConfirmed) {
  start();
  // The watch of IPAddresses stalls: the mirror does not learn that the object is there again.
  server.erase(Kind::kIpAddresses, "10.96.0.20");
  ASSERT_TRUE(eventually([&] {
                return ask("/findings", {{"stage", "suspected"}})["items"].size() == 1;
              }) ||
              comes_to({"missing-ipaddress 10.96.0.20"}));
  server.put(Kind::kIpAddresses, fake_ip_address("10.96.0.20", "shop", "dual"));
  ASSERT_TRUE(comes_to({}));
  server.plan_on_watch(Kind::kIpAddresses, testing::ServerFault::kStall);
  ASSERT_TRUE(eventually([&] { return server.planned() == 0; }));
  server.put(Kind::kIpAddresses, fake_ip_address("10.96.0.40", "shop", "late"));
  server.put(Kind::kServices, fake_service("shop", "late", {"10.96.0.40"}));
  ASSERT_TRUE(eventually([&] {
    const Json items = ask("/findings", {{"stage", "suspected"}})["items"];
    return items.size() == 1 && items[0]["rule"] == "missing-ipaddress";
  }));
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  EXPECT_TRUE(confirmed().empty());
}

TEST_F(MirrorTest, ExplainsAnAddressAndAService) {
  start();
  const Json address = ask("/explain", {{"address", "10.96.0.20"}});
  EXPECT_EQ(address["mirror"]["inStep"], true);
  EXPECT_THAT(address["explanation"].dump(), HasSubstr("shop"));
  const Json service = ask("/explain", {{"service", "shop/dual"}});
  EXPECT_THAT(service["explanation"].dump(), HasSubstr("fd00:96::20"));
  EXPECT_EQ(ask("/explain")["code"], 400);
  EXPECT_EQ(ask("/explain", {{"address", "x"}})["code"], 400);
  EXPECT_EQ(ask("/explain", {{"service", "x"}})["code"], 400);
}

TEST_F(MirrorTest, ExplainsARefusedRequest) {
  start();
  AuditJudge judge({}, [](std::string_view, const std::string&) {});
  Json event{
      {"kind", "Event"},
      {"apiVersion", "audit.k8s.io/v1"},
      {"level", "RequestResponse"},
      {"auditID", "one"},
      {"stage", "ResponseComplete"},
      {"requestURI", "/api/v1/namespaces/shop/services"},
      {"verb", "create"},
      {"user", {{"username", "admin"}}},
      {"objectRef", {{"resource", "services"}, {"namespace", "shop"}, {"name", "web"}, {"apiVersion", "v1"}}},
      {"requestReceivedTimestamp", "2026-11-23T00:15:03.606209Z"},
      {"stageTimestamp", "2026-11-23T00:15:03.613464Z"}};
  event["requestObject"] = {{"kind", "Service"},
                            {"apiVersion", "v1"},
                            {"metadata", {{"name", "web"}}},
                            {"spec", {{"type", "ClusterIP"}, {"clusterIP", "10.96.0.20"}}}};
  event["responseStatus"] = {
      {"status", "Failure"},
      {"code", 422},
      {"reason", "Invalid"},
      {"message",
       "Service \"web\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.20\"]: failed to allocate IP "
       "10.96.0.20: provided IP is already allocated"}};
  ASSERT_EQ(judge.receive("a", event.dump()), "");
  while (judge.round(*cluster::read_instant("2026-11-23T00:25:00Z"))) continue;
  const Json answer = ask("/explain", {{"auditID", "one"}}, &judge);
  EXPECT_EQ(answer["decision"]["decision"], "refused") << answer;
  EXPECT_EQ(answer["explanation"]["request"][0]["granted"], false);
  EXPECT_THAT(answer["explanation"]["request"][0]["remedy"].dump(), HasSubstr("shop/dual"));
  EXPECT_EQ(ask("/explain", {{"auditID", "two"}}, &judge)["code"], 404);
  EXPECT_EQ(ask("/explain", {{"auditID", "one"}})["code"], 404);
}

TEST_F(MirrorTest, RefusesWhatItDoesNotKnow) {
  start();
  EXPECT_EQ(ask("/findings", {{"stage", "new"}})["code"], 400);
  EXPECT_EQ(ask("/nothing")["code"], 404);
  EXPECT_EQ(ask("/decisions")["code"], 404);
  EXPECT_EQ(ask("")["kind"], "Overview");
}

}  // namespace
}  // namespace clusterip::daemon
