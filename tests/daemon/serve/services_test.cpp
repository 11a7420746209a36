// Services through the API: addresses come and go with them, in one step.
#include <chrono>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";
constexpr const char* kAddresses = "/apis/networking.k8s.io/v1/ipaddresses";

Json service(const std::string& name, Json spec = Json::object()) {
  spec["ports"] = {{{"port", 80}}};
  return {{"metadata", {{"name", name}}}, {"spec", std::move(spec)}};
}

std::string path_of(const std::string& name) {
  return std::string(kServices) + "/" + name;
}

class Services : public ::testing::Test {
 protected:
  explicit Services(const std::string& range = "10.96.0.0/28,fd00:96::/112")
      : daemon_({"--service-cluster-ip-range=" + range, "--in-memory"}), client_(daemon_.port()) {}

  std::set<std::string> held() {
    std::set<std::string> names;
    const Json list = client_.get(kAddresses).json();
    for (const Json& item : list["items"]) names.insert(item["metadata"]["name"]);
    return names;
  }

  DaemonProcess daemon_;
  HttpClient client_;
};

TEST_F(Services, BeginWithTheApisOwn) {
  ASSERT_TRUE(daemon_.serving()) << daemon_.output();
  const Json own = client_.get(path_of("kubernetes")).json();
  EXPECT_EQ(own["spec"]["clusterIP"], "10.96.0.1");
  EXPECT_EQ(own["spec"]["ports"][0]["targetPort"], daemon_.port());
  EXPECT_EQ(held(), std::set<std::string>{"10.96.0.1"});
}

TEST_F(Services, TakeBothFamiliesAndGiveThemBack) {
  const Answer created = client_.post(kServices, service("a", {{"ipFamilyPolicy", "RequireDualStack"}}));
  ASSERT_EQ(created.status, 201) << created.body;
  const Json spec = created.json()["spec"];
  EXPECT_EQ(spec["ipFamilies"], Json({"IPv4", "IPv6"}));
  for (const Json& address : spec["clusterIPs"]) {
    const Json object = client_.get(std::string(kAddresses) + "/" + address.get<std::string>()).json();
    EXPECT_EQ(object["spec"]["parentRef"],
              Json({{"resource", "services"}, {"namespace", "default"}, {"name", "a"}}));
    EXPECT_EQ(object["metadata"]["labels"]["ipaddress.kubernetes.io/managed-by"], "ipallocator.k8s.io");
  }
  const Answer deleted = client_.erase(path_of("a"));
  EXPECT_EQ(deleted.json()["kind"], "Service");
  EXPECT_EQ(held(), std::set<std::string>{"10.96.0.1"});
}

TEST_F(Services, GrowAndShrinkByUpdate) {
  Json object = client_.post(kServices, service("a")).json();
  ASSERT_EQ(object["spec"]["clusterIPs"].size(), 1U);
  object["spec"]["ipFamilyPolicy"] = "PreferDualStack";
  const Answer grown = client_.put(path_of("a"), object);
  ASSERT_EQ(grown.status, 200) << grown.body;
  ASSERT_EQ(grown.json()["spec"]["clusterIPs"].size(), 2U);
  EXPECT_EQ(held().size(), 3U);
  object = grown.json();
  object["spec"]["ipFamilyPolicy"] = "SingleStack";
  const Answer shrunk = client_.put(path_of("a"), object);
  EXPECT_EQ(shrunk.json()["spec"]["clusterIPs"].size(), 1U);
  EXPECT_EQ(held().size(), 2U);
  object = shrunk.json();
  object["spec"]["type"] = "ExternalName";
  object["spec"]["externalName"] = "example.com";
  const Answer external = client_.put(path_of("a"), object);
  ASSERT_EQ(external.status, 200) << external.body;
  EXPECT_FALSE(external.json()["spec"].contains("clusterIP"));
  EXPECT_EQ(held().size(), 1U);
}

TEST_F(Services, AreRefusedWithUpstreamsWords) {
  ASSERT_EQ(client_.post(kServices, service("a", {{"clusterIP", "10.96.0.9"}})).status, 201);
  const std::pair<Json, std::pair<int, std::string>> table[] = {
      {service("b", {{"clusterIP", "10.96.0.9"}}),
       {422,
        "Service \"b\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.9\"]: failed to allocate IP "
        "10.96.0.9: "
        "provided IP is already allocated"}},
      {service("b", {{"clusterIP", "10.97.0.1"}}),
       {422,
        "Service \"b\" is invalid: spec.clusterIPs: Invalid value: [\"10.97.0.1\"]: failed to allocate IP "
        "10.97.0.1: "
        "the provided network does not match the current range"}},
      {service("Bad_Name"), {422, "a lowercase RFC 1123 label must consist of"}},
      {service("b", {{"type", "Foo"}}), {422, "spec.type: Unsupported value: \"Foo\""}},
      {service("a"), {409, "services \"a\" already exists"}},
      {{{"metadata", {{"name", "b"}}}, {"spec", Json::object()}}, {422, "spec.ports: Required value"}},
      {service("b", {{"ipFamilies", {"IPv5"}}}), {422, "supported values: \"IPv4\", \"IPv6\""}},
  };
  const auto before = held();
  for (const auto& [body, expected] : table) {
    const Answer answer = client_.post(kServices, body);
    EXPECT_EQ(answer.status, expected.first) << answer.body;
    EXPECT_THAT(answer.json()["message"].get<std::string>(), HasSubstr(expected.second));
  }
  EXPECT_EQ(held(), before);
}

TEST_F(Services, SayThatTheRangeIsFullAndKeepNothing) {
  // 14 usable addresses, one of them the API's own.
  for (int i = 0; i < 13; ++i) {
    ASSERT_EQ(client_.post(kServices, service("s" + std::to_string(i))).status, 201) << i;
  }
  const Answer full = client_.post(kServices, service("one-more"));
  EXPECT_EQ(full.status, 500);
  EXPECT_EQ(
      full.json()["message"],
      "Internal error occurred: failed to allocate a serviceIP for Service \"one-more\": range is full");
  EXPECT_EQ(full.json()["reason"], "InternalError");
  // The IPv6 address of a Service that cannot have its IPv4 address is not kept either.
  const Answer both = client_.post(
      kServices, service("both", {{"ipFamilyPolicy", "RequireDualStack"}, {"ipFamilies", {"IPv6", "IPv4"}}}));
  EXPECT_EQ(both.status, 500);
  EXPECT_EQ(held().size(), 14U);
  ASSERT_EQ(client_.erase(path_of("s3")).status, 200);
  EXPECT_EQ(client_.post(kServices, service("one-more")).status, 201);
}

TEST_F(Services, ADryRunChangesNothing) {
  const auto before = held();
  const Answer tried = client_.post(std::string(kServices) + "?dryRun=All", service("a"));
  EXPECT_EQ(tried.status, 201) << tried.body;
  EXPECT_EQ(client_.get(path_of("a")).status, 404);
  EXPECT_EQ(held(), before);
}

TEST_F(Services, APutToAMissingNameCreates) {
  EXPECT_EQ(client_.put(path_of("a"), service("a")).status, 201);
  EXPECT_EQ(client_.put(path_of("a"), service("a")).status, 200);
}

TEST_F(Services, WaitForTheirFinalizers) {
  Json body = service("a");
  body["metadata"]["finalizers"] = {"example.com/wait"};
  ASSERT_EQ(client_.post(kServices, body).status, 201);
  ASSERT_EQ(client_.erase(path_of("a")).status, 200);
  Json waiting = client_.get(path_of("a")).json();
  EXPECT_TRUE(waiting["metadata"].contains("deletionTimestamp"));
  EXPECT_EQ(held().size(), 2U);
  waiting["metadata"].erase("finalizers");
  EXPECT_EQ(client_.put(path_of("a"), waiting).status, 200);
  EXPECT_EQ(client_.get(path_of("a")).status, 404);
  EXPECT_EQ(held().size(), 1U);
}

TEST_F(Services, NeedTheirNamespace) {
  const Answer answer = client_.post("/api/v1/namespaces/nowhere/services", service("a"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.json()["message"], "namespaces \"nowhere\" not found");
  EXPECT_EQ(client_.get("/api/v1/services").json()["items"].size(), 1U);
}

TEST_F(Services, AnAddressThatSomebodyTookAwayComesBack) {
  const Json created = client_.post(kServices, service("a", {{"clusterIP", "10.96.0.9"}})).json();
  const std::string path = std::string(kAddresses) + "/10.96.0.9";
  ASSERT_EQ(client_.erase(path).status, 200);
  bool repaired = false;
  for (int attempt = 0; attempt < 500 && !repaired; ++attempt) {
    repaired = client_.get(path).status == 200;
    if (!repaired) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(repaired);
  const Json events = client_.get("/api/v1/namespaces/default/events").json()["items"];
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["reason"], "ClusterIPNotAllocated");
  EXPECT_EQ(events[0]["message"], "Cluster IP [IPv4]: 10.96.0.9 is not allocated; repairing");
}

TEST_F(Services, WarnInUpstreamsWords) {
  const auto warnings_of = [](const Answer& answer) {
    std::vector<std::string> texts;
    for (const auto& [name, value] : answer.headers) {
      if (name == "Warning") texts.push_back(value);
    }
    return texts;
  };
  const Answer created = client_.post(
      kServices, service("a", {{"externalIPs", {"192.0.2.1"}}, {"trafficDistribution", "PreferClose"}}));
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_THAT(
      warnings_of(created),
      ::testing::UnorderedElementsAre(
          HasSubstr("spec.externalIPs is deprecated and may no longer be implemented in some clusters"),
          HasSubstr(R"(spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\")")));
  const Answer range = client_.post(
      kServices, service("b", {{"type", "LoadBalancer"}, {"loadBalancerSourceRanges", {"2001:DB8::/64"}}}));
  EXPECT_THAT(warnings_of(range),
              ::testing::ElementsAre(
                  HasSubstr(R"(IPv6 CIDR value \"2001:DB8::/64\" should be in RFC 5952 canonical format)")));
  EXPECT_TRUE(warnings_of(client_.post(kServices, service("c"))).empty());
}

}  // namespace
}  // namespace clusterip::testing
