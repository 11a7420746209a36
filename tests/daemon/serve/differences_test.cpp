// What is answered otherwise than by a kube-apiserver, on purpose: each row of the table in daemon/README.md
// that no other test shows.
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

const std::string kServices = "/api/v1/namespaces/default/services";
const std::string kAddresses = "/apis/networking.k8s.io/v1/ipaddresses";
const std::string kRanges = "/apis/networking.k8s.io/v1/servicecidrs";
constexpr const char* kJson = "application/json";

Json service(const std::string& name, Json spec = Json::object()) {
  spec["ports"] = {{{"port", 80}}};
  return {
      {"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", {{"name", name}}}, {"spec", std::move(spec)}};
}

class Differences : public ::testing::Test {
 protected:
  explicit Differences(const std::string& range = "10.96.0.0/24,fd00:96::/112")
      : daemon_({"--service-cluster-ip-range=" + range, "--in-memory"}), client_(daemon_.port()) {}

  static std::string message(const Answer& answer) { return answer.json().value("message", ""); }
  int status_of(const std::string& method, const std::string& path, const std::string& body = "") {
    const std::string request = method + " " + path +
                                " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: " + kJson +
                                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    const std::string answer = exchange_raw(daemon_.port(), request, 1500);
    return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
  }

  DaemonProcess daemon_;
  HttpClient client_;
};

class SingleStack : public Differences {
 protected:
  SingleStack() : Differences("10.96.0.0/24") {}
};

TEST_F(Differences, AnotherSpellingKeepsItsAddress) {
  ASSERT_EQ(
      client_.post(kServices, service("a", {{"ipFamilies", {"IPv6"}}, {"clusterIP", "FD00:96::9"}})).status,
      201);
  const std::string uid = client_.get(kAddresses + "/fd00:96::9").json()["metadata"]["uid"];
  // Each change has the repair look at it.
  for (const char* value : {"1", "2", "3"}) {
    const Json change{{"metadata", {{"labels", {{"a", value}}}}}};
    ASSERT_EQ(client_.patch(kServices + "/a", change, "application/merge-patch+json").status, 200);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(client_.get(kAddresses + "/fd00:96::9").json()["metadata"]["uid"], uid);
  EXPECT_EQ(client_.get("/api/v1/events").json()["items"], Json::array());
}

TEST_F(Differences, ADryRunIsJudgedAsTheRequestItself) {
  const Json more{{"metadata", {{"name", "more"}}}, {"spec", {{"cidrs", {"10.97.0.0/24"}}}}};
  ASSERT_EQ(client_.post(kRanges, more).status, 201);
  const Json in_second = service("a", {{"clusterIP", "10.97.0.9"}});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (client_.post(kServices + "?dryRun=All", in_second).status != 201 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(client_.post(kServices + "?dryRun=All", in_second).status, 201);
    ASSERT_EQ(client_.post(kServices + "?dryRun=All", service("a", {{"clusterIP", "10.96.0.1"}})).status,
              422);
  }
}

TEST_F(Differences, ADeletionWaitsForNoDependents) {
  for (const char* policy : {"Foreground", "Orphan"}) {
    ASSERT_EQ(client_.post(kServices, service("a")).status, 201);
    EXPECT_EQ(client_.erase(kServices + "/a", {{"propagationPolicy", policy}}).status, 200);
    EXPECT_EQ(client_.get(kServices + "/a").status, 404);
  }
}

TEST_F(Differences, AnAddressIsFreeAsSoonAsItsServiceIsGone) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(client_.post(kServices, service("a", {{"clusterIP", "10.96.0.9"}})).status, 201);
    ASSERT_EQ(client_.erase(kServices + "/a").status, 200);
  }
}

TEST_F(Differences, OfAFieldThatStandsTwiceTheLastOneCounts) {
  const Answer answer = client_.send(
      "POST", kServices, R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":80}]},"spec":{}})", kJson);
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(message(answer), "Service \"a\" is invalid: spec.ports: Required value");
  EXPECT_EQ(answer.header("Warning"), R"(299 - "duplicate field \"spec\"")");
}

TEST_F(Differences, NumbersAreReadAsNumbers) {
  const Answer beyond = client_.send("POST", kServices, R"({"a":1e400})", kJson);
  EXPECT_EQ(beyond.status, 400);
  EXPECT_NE(message(beyond).find("cannot unmarshal number 1e400 into Go value of type float64"),
            std::string::npos);
  const Answer quoted = client_.send(
      "POST", kServices, R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"nodePort":1e3}]}})", kJson);
  EXPECT_NE(message(quoted).find("cannot unmarshal number 1000.0 into"), std::string::npos);
  const std::string events = "/api/v1/namespaces/default/events";
  const Json event{{"metadata", {{"name", "e"}}},
                   {"involvedObject", {{"kind", "Service"}, {"name", "s"}, {"namespace", "default"}}}};
  ASSERT_EQ(client_.post(events, event).status, 201);
  EXPECT_EQ(
      client_.patch(events + "/e", {{"count", 2147483648}}, "application/strategic-merge-patch+json").status,
      422);
}

TEST_F(Differences, KindsThatAreNotServedAreNotKnown) {
  const auto refusal = [&](const Json& body) {
    const Answer answer = client_.post(kRanges, body);
    EXPECT_EQ(answer.status, 400);
    return message(answer);
  };
  EXPECT_TRUE(
      refusal({{"apiVersion", "v1"}, {"kind", "Pod"}})
          .starts_with(
              "Pod in version \"v1\" cannot be handled as a ServiceCIDR: no kind \"Pod\" is registered"));
  // What is wrong with a body of another kind is not looked for.
  EXPECT_EQ(refusal({{"apiVersion", "v1"}, {"kind", "Service"}, {"spec", 5}}),
            "Service in version \"v1\" cannot be handled as a ServiceCIDR: converting (v1.Service) to "
            "(networking.ServiceCIDR): unknown conversion");
}

TEST_F(Differences, AStatusIsOfSomethingThatIsThere) {
  for (const Json& spec : {Json::object(), Json{{"clusterIP", "None"}}}) {
    EXPECT_EQ(client_.put(kServices + "/a/status", service("a", spec)).status, 404);
    const Answer applied = client_.patch(kServices + "/a/status?fieldManager=m", service("a", spec),
                                         "application/apply-patch+yaml");
    EXPECT_EQ(applied.status, 404);
    EXPECT_EQ(message(applied), "services \"a\" not found");
  }
  EXPECT_EQ(client_.get(kServices + "/a").status, 404);
}

TEST_F(Differences, PathsThatLeadNowhereAreRefused) {
  EXPECT_EQ(message(client_.get(kServices + "/kubernetes/proxy")),
            "the server could not find the requested resource");
  EXPECT_EQ(status_of("GET", "/api/v1/watch"), 404);
  EXPECT_EQ(status_of("POST", "/api/v1/namespaces//services", "{}"), 405);
  EXPECT_EQ(status_of("NONSENSE", "/nothing"), 405);
}

// A kube-apiserver panics, and the connection is closed without an answer.
TEST_F(SingleStack, AnUpdateToNoneIsAnswered) {
  ASSERT_EQ(client_.post(kServices, service("a", {{"ipFamilyPolicy", "PreferDualStack"}})).status, 201);
  Json changed = client_.get(kServices + "/a").json();
  changed["spec"]["clusterIP"] = "None";
  changed["spec"]["clusterIPs"] = {"None"};
  const Answer answer = client_.put(kServices + "/a", changed);
  EXPECT_EQ(answer.status, 422) << answer.body;
  EXPECT_EQ(client_.get(kServices + "/a").status, 200);
}

}  // namespace
}  // namespace clusterip::testing
