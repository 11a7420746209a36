// allocated-from-terminating: an address given out though every range with it had been asked to go before the
// request came. Small records around one allocation; the cache lag makes each decision itself permitted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/verify/replay.hpp"
#include "tests/support/audited_request.hpp"

namespace clusterip::verify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::range;
using testing::service;
using testing::terminating;

constexpr const char* kRule = "allocated-from-terminating";

// A cluster with ServiceCIDR `kubernetes`, and what its audit log says of the seconds from 100 on.
class Story {
 public:
  Story() {
    record_.servers = 1;
    record_.start.emplace();
    put(range("kubernetes", {"10.96.0.0/24"}));
  }

  Story& put(cluster::ServiceCidr object) {
    object.meta.uid = object.meta.name;
    record_.start->cidrs.push_back(std::move(object));
    return *this;
  }
  // The answer to the deletion of a ServiceCIDR: it waits for its finalizer.
  Story& ask_to_go(const std::string& name, const std::string& cidr, std::int64_t second) {
    AuditedRequest& request = add(Subject::kServiceCidr, Verb::kDelete, name, second, second);
    cluster::ServiceCidr object = terminating(name, {cidr}, second);
    object.meta.uid = name;
    request.given = facts_of(object);
    return *this;
  }
  Story& give(const std::string& name, const std::string& address, std::int64_t from, std::int64_t to) {
    AuditedRequest& inner = add(Subject::kIpAddress, Verb::kCreate, address, from, from);
    inner.user = "system:apiserver";
    inner.asked = inner.given = facts_of(testing::ip_address(address, "default/" + name));
    AuditedRequest& request = add(Subject::kService, Verb::kCreate, name, from, to);
    request.name_space = "default";
    request.asked = facts_of(service("default/" + name, {}));
    request.given = facts_of(service("default/" + name, {address}));
    return *this;
  }

  std::vector<Finding> found() {
    put_in_order(record_);
    const History history(record_, {});
    findings_ = find_faults(history);
    std::vector<Finding> list;
    for (const ReplayFinding& one : findings_) {
      if (one.finding.rule == kRule) list.push_back(one.finding);
    }
    return list;
  }
  std::vector<std::string> chain() const {
    std::vector<std::string> texts;
    for (const ReplayFinding& one : findings_) {
      for (const ChainLink& link : one.chain) {
        if (one.finding.rule == kRule) texts.push_back(link.audit_id + ": " + link.what);
      }
    }
    return texts;
  }
  AuditedRequest& last() { return record_.requests.back(); }

 private:
  AuditedRequest& add(Subject subject, Verb verb, const std::string& name, std::int64_t from,
                      std::int64_t to) {
    return testing::add_request(record_, subject, verb, name, from, to);
  }

  Record record_;
  std::vector<ReplayFinding> findings_;
};

TEST(AllocatedFromTerminating, IsFoundWithTheRangeAndTheChain) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  const auto found = story.give("late", "10.97.0.40", 103, 104).found();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, Severity::kError);
  EXPECT_EQ(found[0].address, "10.97.0.40");
  EXPECT_THAT(found[0].objects,
              ElementsAre(ObjectRef{"Service", "default", "late"}, ObjectRef{"ServiceCIDR", "", "extra"}));
  EXPECT_THAT(found[0].message, HasSubstr("though every range with it had been asked to go: extra"));
  EXPECT_THAT(story.chain(), ElementsAre("r1: ServiceCIDR extra asked to go",
                                         "r3: 10.97.0.40 given to services/default/late"));
}

TEST(AllocatedFromTerminating, IsNoneWhileTheRequestsOverlap) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  EXPECT_THAT(story.give("early", "10.97.0.40", 99, 104).found(), IsEmpty());
}

TEST(AllocatedFromTerminating, IsNoneWhileAnotherRangeHasTheAddress) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  story.put(range("wide", {"10.97.0.0/16"}));
  EXPECT_THAT(story.give("covered", "10.97.0.40", 103, 104).found(), IsEmpty());
}

// The network address of a range is none that it gives out: it does not count as having it.
TEST(AllocatedFromTerminating, ARangeThatExcludesTheAddressDoesNotHaveIt) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  story.put(range("half", {"10.97.0.64/26"}));
  EXPECT_EQ(story.give("edge", "10.97.0.64", 103, 104).found().size(), 1U);
}

TEST(AllocatedFromTerminating, NamesAllRangesThatWereAskedInTheOrderOfAsking) {
  Story story;
  story.put(range("extra", {"10.97.0.0/24"})).put(range("twin", {"10.97.0.0/24"}));
  story.ask_to_go("twin", "10.97.0.0/24", 100).ask_to_go("extra", "10.97.0.0/24", 101);
  const auto found = story.give("late", "10.97.0.40", 103, 104).found();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].objects.size(), 3U);
  EXPECT_THAT(story.chain(),
              ElementsAre("r1: ServiceCIDR twin asked to go", "r2: ServiceCIDR extra asked to go",
                          "r4: 10.97.0.40 given to services/default/late"));
}

TEST(AllocatedFromTerminating, ARangeThatWasGoingBeforeTheRecordCounts) {
  Story story;
  story.put(terminating("extra", {"10.97.0.0/24"}, 90));
  const auto found = story.give("late", "10.97.0.40", 100, 101).found();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(story.chain(), ElementsAre(": ServiceCIDR extra asked to go",
                                         "r2: 10.97.0.40 given to services/default/late"));
}

TEST(AllocatedFromTerminating, ADryRunAndARefusalGiveNothing) {
  Story dry;
  dry.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  dry.give("late", "10.97.0.40", 103, 104).last().dry_run = true;
  EXPECT_THAT(dry.found(), IsEmpty());

  Story refused;
  refused.put(range("extra", {"10.97.0.0/24"})).ask_to_go("extra", "10.97.0.0/24", 100);
  AuditedRequest& request = refused.give("late", "10.97.0.40", 103, 104).last();
  request.code = 500;
  request.given = {};
  EXPECT_THAT(refused.found(), IsEmpty());
}

}  // namespace
}  // namespace clusterip::verify
