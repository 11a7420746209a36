// Findings as Kubernetes Events, written to our own daemon.
#include "daemon/mirror/event_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/fake_apiserver.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/objects.hpp"

namespace clusterip::daemon {
namespace {

using testing::DaemonProcess;
using ::testing::HasSubstr;
using testing::HttpClient;
using Json = nlohmann::json;
using Clock = TokenBucket::Clock;

TrackedFinding confirmed(const std::string& rule, std::vector<verify::ObjectRef> objects,
                         const std::string& message) {
  TrackedFinding tracked;
  tracked.finding = {rule, verify::Severity::kError, "10.96.0.20", std::move(objects), message};
  tracked.stage = FindingStage::kConfirmed;
  tracked.first_seen = tracked.last_seen = testing::at(0);
  return tracked;
}

TEST(TokenBucket, GivesABurstAndThenARate) {
  TokenBucket bucket(2, 60);
  Clock::time_point now{std::chrono::seconds(100)};
  EXPECT_EQ(bucket.take(now), Clock::duration::zero());
  EXPECT_EQ(bucket.take(now), Clock::duration::zero());
  const auto wait = bucket.take(now);
  EXPECT_GT(wait, std::chrono::milliseconds(900));
  EXPECT_LE(wait, std::chrono::seconds(1));
  now += std::chrono::milliseconds(1001);
  EXPECT_EQ(bucket.take(now), Clock::duration::zero());
  EXPECT_NE(bucket.take(now), Clock::duration::zero());
  now += std::chrono::hours(1);
  EXPECT_EQ(bucket.take(now), Clock::duration::zero());
  EXPECT_EQ(bucket.take(now), Clock::duration::zero());
  EXPECT_NE(bucket.take(now), Clock::duration::zero()) << "more than the burst was saved up";
}

class EventWriterTest : public ::testing::Test {
 protected:
  void aim_at(const std::string& url, EventLimits limits = {}) {
    ClusterAccess access;
    ASSERT_EQ(set_server(access, url), "");
    credentials = std::make_unique<Credentials>(access);
    limits.first_wait = std::chrono::milliseconds(5);
    writer = std::make_unique<EventWriter>(*credentials, ClientLimits{}, limits,
                                           [this](const std::string& trouble) {
                                             const std::lock_guard lock(mutex);
                                             troubles.push_back(trouble);
                                           });
  }
  bool comes_to(const std::function<bool(const EventCounts&)>& holds) const {
    for (int i = 0; i < 2500 && !holds(writer->counts()); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return holds(writer->counts());
  }

  std::mutex mutex;
  std::vector<std::string> troubles;
  std::unique_ptr<Credentials> credentials;
  std::unique_ptr<EventWriter> writer;
};

TEST_F(EventWriterTest, WritesAWarningWhenAFindingOpensAndANormalOneWhenItIsOver) {
  DaemonProcess daemon({"--service-cluster-ip-range=10.96.0.0/16", "--in-memory"});
  ASSERT_TRUE(daemon.serving()) << daemon.output();
  HttpClient client(daemon.port());
  aim_at("http://127.0.0.1:" + std::to_string(daemon.port()));
  writer->start();
  TrackedFinding finding =
      confirmed("duplicate-address", {{"Service", "default", "kubernetes"}, {"IPAddress", "", "10.96.0.1"}},
                "10.96.0.1 is held by the Services default/kubernetes and shop/b");
  writer->add(finding);
  finding.stage = FindingStage::kResolved;
  writer->add(finding);
  ASSERT_TRUE(comes_to([](const EventCounts& counts) { return counts.written + counts.failed == 4; }));
  EXPECT_THAT(troubles, ::testing::IsEmpty());

  std::map<std::string, Json> events;
  const Json list = client.get("/api/v1/namespaces/default/events").json();
  for (const Json& event : list["items"]) {
    if (event["source"]["component"] != kEventReporter) continue;
    events[event["involvedObject"]["kind"].get<std::string>() + " " + event["reason"].get<std::string>()] =
        event;
  }
  ASSERT_EQ(events.size(), 4U);
  const Json& opened = events["Service DuplicateAddress"];
  EXPECT_EQ(opened["type"], "Warning");
  EXPECT_EQ(opened["involvedObject"]["uid"],
            client.get("/api/v1/namespaces/default/services/kubernetes").json()["metadata"]["uid"]);
  EXPECT_EQ(opened["message"],
            "since 2026-11-22T10:00:00Z: 10.96.0.1 is held by the Services default/kubernetes and shop/b");
  const Json& over = events["IPAddress DuplicateAddressResolved"];
  EXPECT_EQ(over["type"], "Normal");
  EXPECT_EQ(over["involvedObject"]["apiVersion"], "networking.k8s.io/v1");
  EXPECT_THAT(over["message"].get<std::string>(), HasSubstr("no longer, since 2026-11-22T10:00:00Z: "));
}

TEST_F(EventWriterTest, TriesAgainAFewTimesAndSaysWhatItGaveUp) {
  testing::FakeApiserver server;
  server.set_down(true);
  aim_at(server.url());
  writer->start();
  writer->add(confirmed("missing-ipaddress", {{"Service", "shop", "a"}}, "text"));
  ASSERT_TRUE(comes_to([](const EventCounts& counts) { return counts.failed == 1; }));
  writer.reset();
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_THAT(troubles[0], HasSubstr("the Event MissingIpaddress was not written: "));
}

TEST_F(EventWriterTest, HoldsNobodyUpWhenMoreComesThanMayGo) {
  testing::FakeApiserver server;
  EventLimits limits;
  limits.queue = 3;
  aim_at(server.url(), limits);  // not started: nothing goes
  for (int i = 0; i < 10; ++i) {
    writer->add(confirmed("missing-ipaddress", {{"Service", "shop", "a" + std::to_string(i)}}, "text"));
  }
  EXPECT_EQ(writer->counts().left_out, 7U);
}

}  // namespace
}  // namespace clusterip::daemon
