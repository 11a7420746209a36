// One Event, seen through core/v1 and through events.k8s.io/v1.
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

const std::string kCore = "/api/v1/namespaces/default/events";
const std::string kGrouped = "/apis/events.k8s.io/v1/namespaces/default/events";
constexpr const char* kMerge = "application/merge-patch+json";

Json grouped_event() {
  return {{"metadata", {{"name", "e"}}},
          {"regarding", {{"kind", "Service"}, {"name", "s"}, {"namespace", "default"}}},
          {"eventTime", "2026-01-02T03:04:05.000006Z"},
          {"reportingController", "example.com/c"},
          {"reportingInstance", "i"},
          {"action", "Act"},
          {"reason", "Because"},
          {"note", "a note"},
          {"type", "Normal"}};
}

class Events : public ::testing::Test {
 protected:
  Events() : daemon_({"--service-cluster-ip-range=10.96.0.0/24", "--in-memory"}), client_(daemon_.port()) {}

  static std::vector<std::string> fields_of(const Answer& answer) {
    std::vector<std::string> fields;
    const Json status = answer.json();
    for (const Json& cause : status.at("details").at("causes")) fields.push_back(cause["field"]);
    return fields;
  }

  DaemonProcess daemon_;
  HttpClient client_;
};

TEST_F(Events, AreTheSameObjectsInBothApis) {
  ASSERT_EQ(client_.post(kGrouped, grouped_event()).status, 201);
  const Json core = client_.get(kCore + "/e").json();
  EXPECT_EQ(core["apiVersion"], "v1");
  EXPECT_EQ(core["involvedObject"], grouped_event()["regarding"]);
  EXPECT_EQ(core["message"], "a note");
  EXPECT_EQ(core["reportingComponent"], "example.com/c");
  EXPECT_EQ(core["firstTimestamp"], nullptr);
  const Json grouped = client_.get(kGrouped + "/e").json();
  EXPECT_EQ(grouped["apiVersion"], "events.k8s.io/v1");
  EXPECT_EQ(grouped["note"], "a note");
  EXPECT_FALSE(grouped.contains("message"));
  EXPECT_EQ(grouped["metadata"], core["metadata"]);
  ASSERT_EQ(client_.patch(kCore + "/e", {{"metadata", {{"labels", {{"a", "b"}}}}}}, kMerge).status, 200);
  EXPECT_EQ(client_.get(kGrouped + "/e").json()["metadata"]["labels"]["a"], "b");
  EXPECT_EQ(client_.erase(kGrouped + "/e").status, 200);
  EXPECT_EQ(client_.get(kCore + "/e").status, 404);
}

TEST_F(Events, OfTheRepairNameTheObjectThatItFound) {
  const Json labels{{"ipaddress.kubernetes.io/ip-family", "IPv4"},
                    {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}};
  const Json parent{{"resource", "services"}, {"namespace", "default"}, {"name", "kubernetes"}};
  const Answer stray = client_.post(
      "/apis/networking.k8s.io/v1/ipaddresses",
      {{"metadata", {{"name", "10.96.0.9"}, {"labels", labels}}}, {"spec", {{"parentRef", parent}}}});
  ASSERT_EQ(stray.status, 201);
  Json told = Json::array();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (told.empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    told = client_.get(kGrouped + "?fieldSelector=regarding.name%3D10.96.0.9").json()["items"];
  }
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["reason"], "IPAddressWrongReference");
  EXPECT_EQ(told[0]["regarding"]["uid"], stray.json()["metadata"]["uid"]);
  EXPECT_EQ(told[0]["regarding"]["resourceVersion"], stray.json()["metadata"]["resourceVersion"]);
  EXPECT_TRUE(told[0]["reportingInstance"].get<std::string>().starts_with("ipallocator-repair-controller-"));
}

TEST_F(Events, AreListedSelectedAndWatchedInTheWordsOfEach) {
  ASSERT_EQ(client_.post(kGrouped, grouped_event()).status, 201);
  EXPECT_EQ(client_.get(kGrouped + "?fieldSelector=regarding.name%3Ds").json()["items"].size(), 1U);
  EXPECT_EQ(client_.get(kCore + "?fieldSelector=involvedObject.name%3Ds").json()["items"].size(), 1U);
  EXPECT_EQ(client_.get(kGrouped + "?fieldSelector=involvedObject.name%3Ds").status, 400);
  const Answer watched = client_.get(
      "/apis/events.k8s.io/v1/events?watch=true&timeoutSeconds=1&fieldSelector=regarding.name%3Ds");
  EXPECT_NE(watched.body.find(R"("note":"a note")"), std::string::npos) << watched.body;
  const Json table = client_.get(kGrouped, "application/json;as=Table;v=v1;g=meta.k8s.io").json();
  EXPECT_EQ(table["rows"][0]["cells"][6], "a note");
}

TEST_F(Events, TheNewerApiIsStricter) {
  Json bare = {{"metadata", {{"name", "e"}}}, {"regarding", {{"namespace", "default"}}}};
  EXPECT_EQ(fields_of(client_.post(kGrouped, bare)), (std::vector<std::string>{"eventTime", "type"}));
  bare["involvedObject"] = bare["regarding"];
  EXPECT_EQ(client_.post(kCore, bare).status, 201);
  EXPECT_EQ(fields_of(client_.patch(kGrouped + "/e", {{"reason", "Other"}, {"note", "x"}}, kMerge)),
            (std::vector<std::string>{"reason", "message", "reason"}));
  EXPECT_EQ(client_.patch(kCore + "/e", {{"reason", "Other"}, {"message", "x"}}, kMerge).status, 200);
}

TEST_F(Events, ValuesOfTheWrongTypeAreRefused) {
  Json event = grouped_event();
  event["eventTime"] = "2026-01-02T03:04:05Z";
  const Json status = client_.post(kGrouped, event).json();
  EXPECT_EQ(status["code"], 400);
  EXPECT_NE(status["message"].get<std::string>().find(R"(cannot parse "Z" as ".000000")"), std::string::npos);
  EXPECT_EQ(client_.post(kCore, {{"metadata", {{"name", "e"}}}, {"count", "x"}}).status, 400);
}

TEST_F(Events, WhatIsAppliedHasToFit) {
  Json event = grouped_event();
  event["apiVersion"] = "events.k8s.io/v1";
  event["kind"] = "Event";
  event["eventTime"] = "2026-01-02T03:04:05Z";
  const Answer answer = client_.patch(kGrouped + "/e?fieldManager=m", event, "application/apply-patch+yaml");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.json()["message"],
            "failed to convert new object (/e; events.k8s.io/v1, Kind=Event) to proper version: unable to "
            "convert unstructured object to events.k8s.io/v1, Kind=Event: parsing time "
            "\"2026-01-02T03:04:05Z\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"Z\" as "
            "\".000000\"");
}

TEST_F(Events, ArePutWhereThereIsNone) {
  EXPECT_EQ(client_.put(kGrouped + "/e", grouped_event()).status, 201);
  EXPECT_EQ(client_.put(kGrouped + "/e", grouped_event()).status, 200);
}

TEST_F(Events, TheOwnersOfFieldsKeepTheWordsTheyUsed) {
  ASSERT_EQ(client_.post(kGrouped + "?fieldManager=m", grouped_event()).status, 201);
  const Json owner = client_.get(kCore + "/e").json()["metadata"]["managedFields"][0];
  EXPECT_EQ(owner["apiVersion"], "events.k8s.io/v1");
  EXPECT_TRUE(owner["fieldsV1"].contains("f:note"));
}

TEST_F(Events, AreInDiscoveryAndOpenApi) {
  EXPECT_EQ(client_.get("/apis/events.k8s.io/v1").json()["resources"][0]["name"], "events");
  const Json schemas = client_.get("/openapi/v3/apis/events.k8s.io/v1").json()["components"]["schemas"];
  EXPECT_TRUE(schemas["io.k8s.api.events.v1.Event"]["properties"].contains("regarding"));
}

}  // namespace
}  // namespace clusterip::testing
