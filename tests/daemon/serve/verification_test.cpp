// The verification API of the daemon's own state.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* kApi = "/apis/clusterip.dev/v1";
constexpr const char* kNetworking = "/apis/networking.k8s.io/v1";

class OwnVerification : public ::testing::Test {
 protected:
  OwnVerification()
      : daemon({"--service-cluster-ip-range=10.96.0.0/24", "--in-memory", "--controllers=*,-repair"}),
        client(daemon.port()) {}

  Json ask(const std::string& path) { return client.get(kApi + path).json(); }

  DaemonProcess daemon;
  HttpClient client;
};

TEST_F(OwnVerification, ANewClusterIsSound) {
  const Json findings = ask("/findings");
  EXPECT_EQ(findings["kind"], "FindingList");
  EXPECT_EQ(findings["summary"], Json::parse(R"({"errors":0,"warnings":0})"));
  EXPECT_EQ(findings["items"], Json::array());
  const Json cidrs = ask("/cidrs");
  EXPECT_EQ(cidrs["items"][0]["cidr"], "10.96.0.0/24");
  EXPECT_EQ(cidrs["items"][0]["used"], "1");
  EXPECT_EQ(cidrs["terminating"], Json::array());
  EXPECT_EQ(ask("")["paths"].size(), 3U);
}

TEST_F(OwnVerification, FindsWhatAClientWroteByHandInEveryForm) {
  const Json stray = Json::parse(R"({"metadata":{"name":"10.96.0.9","labels":{
      "ipaddress.kubernetes.io/ip-family":"IPv4","ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"}},
      "spec":{"parentRef":{"resource":"services","namespace":"default","name":"gone"}}})");
  ASSERT_EQ(client.post(kNetworking + std::string("/ipaddresses"), stray).status, 201);
  const Json findings = ask("/findings");
  ASSERT_EQ(findings["items"].size(), 1U);
  EXPECT_EQ(findings["items"][0]["rule"], "orphan-ipaddress");
  EXPECT_EQ(findings["items"][0]["severity"], "error");
  const Answer junit = client.get(std::string(kApi) + "/findings?output=junit");
  EXPECT_EQ(junit.header("Content-Type"), "application/xml");
  EXPECT_THAT(junit.body, HasSubstr("<testsuite name=\"clusteripd serve\" tests=\"14\" failures=\"1\""));
  EXPECT_EQ(ask("/findings?output=sarif")["runs"][0]["results"][0]["ruleId"], "orphan-ipaddress");
  EXPECT_EQ(ask("/findings?output=xml")["code"], 400);
}

TEST_F(OwnVerification, ExplainsAnAddressAndNamesWhatKeepsARange) {
  EXPECT_EQ(ask("/explain?address=10.96.0.1")["explanation"]["addresses"][0]["heldBy"][0]["name"],
            "kubernetes");
  EXPECT_EQ(ask("/explain?service=default/kubernetes")["explanation"]["service"]["exists"], true);
  EXPECT_EQ(ask("/explain")["code"], 400);
  EXPECT_EQ(ask("/decisions")["code"], 404);

  const Json range = Json::parse(R"({"metadata":{"name":"extra"},"spec":{"cidrs":["10.97.0.0/28"]}})");
  ASSERT_EQ(client.post(kNetworking + std::string("/servicecidrs"), range).status, 201);
  const Json service = Json::parse(R"({"metadata":{"name":"a"},"spec":{"clusterIP":"10.97.0.3",
      "ports":[{"port":80}]}})");
  for (int i = 0; i < 200 && client.post("/api/v1/namespaces/default/services", service).status != 201; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  // Until the controller has put its finalizer there, a range goes at once.
  const std::string extra = kNetworking + std::string("/servicecidrs/extra");
  for (int i = 0; i < 200 && !client.get(extra).json()["metadata"].contains("finalizers"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_LT(client.erase(extra).status, 300);
  const Json going = ask("/cidrs")["terminating"];
  ASSERT_EQ(going.size(), 1U);
  EXPECT_EQ(going[0]["keptBy"][0]["holder"], "Service default/a");
}

}  // namespace
}  // namespace clusterip::testing
