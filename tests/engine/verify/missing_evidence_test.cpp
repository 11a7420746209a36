// What a decision that stays open names as missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/net/text.hpp"
#include "engine/verify/replay.hpp"
#include "tests/support/audited_request.hpp"

namespace clusterip::verify {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A Service got an address that no ServiceCIDR has, at the begin of the record.
class MissingEvidence : public ::testing::Test {
 protected:
  MissingEvidence() {
    record.servers = 1;
    record.start.emplace().cidrs.push_back(testing::range("kubernetes", {"10.96.0.0/24"}));
    AuditedRequest& inner =
        testing::add_request(record, Subject::kIpAddress, Verb::kCreate, "11.0.0.5", 100, 100);
    inner.user = "system:apiserver";
    inner.asked = inner.given = facts_of(testing::ip_address("11.0.0.5", "default/far"));
    AuditedRequest& request = testing::add_request(record, Subject::kService, Verb::kCreate, "far", 100, 101);
    request.name_space = "default";
    request.asked = facts_of(testing::service("default/far", {}));
    request.given = facts_of(testing::service("default/far", {"11.0.0.5"}));
  }
  Judgement judgement() const { return judge(History(record, options), 1).judgement; }

  Record record;
  ReplayOptions options;
};

TEST_F(MissingEvidence, OfRangesIsTheirStateBeforeTheRecord) {
  record.start.reset();
  EXPECT_EQ(judgement().verdict, Verdict::kUndecided);
  EXPECT_THAT(judgement().message, HasSubstr("is missing (--start or --service-cluster-ip-range)"));
  options.flags = {*read_cidr("10.96.0.0/24")};
  EXPECT_THAT(judgement().message,
              AllOf(HasSubstr("but those of --service-cluster-ip-range"), HasSubstr("is missing (--start)")));
}

TEST_F(MissingEvidence, OfRangesIsWhatACacheShowedWhereTheStateIsKnown) {
  const Judgement open = judgement();
  EXPECT_EQ(open.verdict, Verdict::kUndecided);
  EXPECT_THAT(open.message, AllOf(HasSubstr("within the cache lag (--cache-lag) of 10:01:40.000000"),
                                  Not(HasSubstr("--start"))));
  options.cache_lag = Duration::seconds(0);
  EXPECT_EQ(judgement().verdict, Verdict::kForbidden);
}

TEST_F(MissingEvidence, OfABodyNamesTheLevelOfItsEvent) {
  AuditedRequest& request = record.requests.back();
  request.given = {};
  request.level = AuditLevel::kRequest;
  EXPECT_EQ(judgement().message, "the answer's body is missing from the record (audit level Request)");
  request.level = level_of_name("Metadata");
  EXPECT_THAT(judgement().message, HasSubstr("(audit level Metadata)"));
  request.level = level_of_name("none that there is");
  EXPECT_EQ(judgement().message, "the answer's body is missing from the record");
}

// Whether it stored something is open, so nothing that depends on it is called wrong either.
TEST_F(MissingEvidence, OfAnAnswerLeavesTheDecisionAndWhatFollowsOpen) {
  options.cache_lag = Duration::seconds(0);
  EXPECT_FALSE(find_faults(History(record, options)).empty());
  AuditedRequest& request =
      testing::add_request(record, Subject::kService, Verb::kCreate, "unknown", 100, 101);
  request.name_space = "default";
  request.asked = facts_of(testing::service("default/unknown", {}));
  request.code = 0;
  const History history(record, options);
  const Decision decision = judge(history, 2);
  EXPECT_EQ(decision.answer, Answer::kAllocated);
  EXPECT_EQ(decision.judgement.verdict, Verdict::kUndecided);
  EXPECT_THAT(decision.judgement.message, HasSubstr("its event has no responseStatus.code"));
  const Judgement other = judge(history, 1).judgement;
  EXPECT_EQ(other.verdict, Verdict::kUndecided);
  EXPECT_THAT(other.message, HasSubstr("event r3 does not say what came of its request"));
  EXPECT_THAT(find_faults(history), IsEmpty());
}

}  // namespace
}  // namespace clusterip::verify
