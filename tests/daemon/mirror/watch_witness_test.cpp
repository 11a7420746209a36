#include "daemon/mirror/watch_witness.hpp"

#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

using verify::AuditedRequest;

constexpr cluster::Instant kNow{1'000'000'000};
constexpr cluster::Instant kLater = kNow + cluster::Duration::seconds(60);
constexpr cluster::Instant kNever{0};

AuditedRequest created(const std::string& uid, std::uint64_t revision) {
  AuditedRequest request;
  request.verb = verify::Verb::kCreate;
  request.code = 201;
  request.name_space = "default";
  request.name = "a";
  verify::ServiceFacts facts;
  facts.uid = uid;
  facts.revision = revision;
  if (!uid.empty()) request.given = facts;
  return request;
}

AuditedRequest deleted(const std::string& uid) {
  AuditedRequest request = created("", 0);
  request.verb = verify::Verb::kDelete;
  request.code = 200;
  request.gone_uid = uid;
  return request;
}

SeenChange change(const std::string& uid, bool gone, std::uint64_t revision = 0) {
  return {api::ObjectKind::kService, "default/a", uid, gone, revision};
}

std::vector<std::string> told(WatchWitness& witness) {
  std::vector<std::string> texts;
  for (const auto& one : witness.take_unshown(kLater, kNever)) texts.push_back(one.change.text());
  return texts;
}

TEST(WatchWitness, TellsWhatNoEventShowsOnce) {
  WatchWitness witness;
  witness.shown(created("one", 7), kNow);
  witness.saw(change("one", false), kNow);
  witness.saw(change("two", false), kNow);
  witness.saw(change("one", true), kNow);
  witness.saw(change("one", false, 9), kNow);
  EXPECT_EQ(told(witness),
            (std::vector<std::string>{"services/default/a was created", "services/default/a was deleted",
                                      "services/default/a got other addresses"}));
  EXPECT_TRUE(told(witness).empty());
}

TEST(WatchWitness, AnEventMayComeBeforeOrAfter) {
  WatchWitness witness;
  witness.shown(created("one", 7), kNow);
  witness.saw(change("one", false), kNow);
  witness.saw(change("one", true), kNow);
  witness.shown(deleted("one"), kNow);
  EXPECT_TRUE(told(witness).empty());
}

TEST(WatchWitness, WaitsForEventsThatMayStillCome) {
  WatchWitness witness;
  witness.shown(created("one", 7), kNow);
  witness.saw(change("one", true), kLater);
  EXPECT_TRUE(witness.take_unshown(kNow, kNever).empty());
  EXPECT_EQ(witness.take_unshown(kLater, kNever).size(), 1U);
}

// An audit policy of level Metadata tells no uid.
TEST(WatchWitness, AnEventWithoutBodyShowsAnyChangeOfItsObject) {
  WatchWitness witness;
  witness.shown(created("", 0), kNow);
  witness.saw(change("one", false), kNow);
  witness.saw(change("one", false, 8), kNow);
  witness.saw(change("one", true), kNow);
  EXPECT_TRUE(told(witness).empty());
}

TEST(WatchWitness, BeforeTheFirstEventNothingIsMissed) {
  WatchWitness witness;
  witness.saw(change("one", false), kNow);
  EXPECT_TRUE(told(witness).empty());
}

TEST(WatchWitness, ARefusedRequestAndADryRunShowNothing) {
  WatchWitness witness;
  AuditedRequest refused = created("one", 7);
  refused.code = 422;
  witness.shown(refused, kNow);
  AuditedRequest dry = created("one", 7);
  dry.dry_run = true;
  witness.shown(dry, kNow);
  witness.saw(change("one", false), kNow);
  EXPECT_EQ(told(witness).size(), 1U);
}

TEST(WatchWitness, ForgetsWhatIsOld) {
  WatchWitness witness;
  witness.shown(created("one", 7), kNow);
  EXPECT_TRUE(witness.take_unshown(kNever, kNow).empty());
  witness.saw(change("one", false), kLater);
  EXPECT_EQ(told(witness).size(), 1U);
}

}  // namespace
}  // namespace clusterip::daemon
