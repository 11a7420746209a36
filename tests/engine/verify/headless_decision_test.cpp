// Families and policy of a new headless Service, which needs no address. (5.3)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/net/text.hpp"
#include "engine/verify/replay.hpp"
#include "tests/support/audited_request.hpp"

namespace clusterip::verify {
namespace {

using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

// One create of a headless Service, on a server of which nothing but the flag is known.
class HeadlessDecision : public ::testing::Test {
 protected:
  HeadlessDecision() {
    record.servers = 1;
    record.start.emplace().cidrs.push_back(testing::range("kubernetes", {"10.96.0.0/24", "fd00::/64"}));
    options.flags = {*read_cidr("10.96.0.0/24"), *read_cidr("fd00::/64")};
    AuditedRequest& request =
        testing::add_request(record, Subject::kService, Verb::kCreate, "none", 100, 101);
    request.name_space = "default";
    asked.type = "ClusterIP";
    asked.cluster_ip = "None";
    asked.cluster_ips = {"None"};
  }
  // The judgement of that answer.
  Judgement answer(Texts families, const std::string& policy) {
    ServiceFacts given = asked;
    given.ip_families = std::move(families);
    given.policy = policy;
    AuditedRequest& request = record.requests.front();
    if (is_asked_known) request.asked = asked;
    request.given = given;
    const Decision decision = judge(History(record, options), 0);
    EXPECT_EQ(decision.answer, Answer::kKept);
    return decision.judgement;
  }

  Record record;
  ReplayOptions options;
  ServiceFacts asked;
  bool is_asked_known = true;
};

TEST_F(HeadlessDecision, WithoutSelectorAndPolicyGetsBothFamilies) {
  EXPECT_EQ(answer({"IPv4", "IPv6"}, "RequireDualStack").verdict, Verdict::kPermitted);
  const Judgement single = answer({"IPv4"}, "SingleStack");
  EXPECT_EQ(single.verdict, Verdict::kForbidden);
  EXPECT_EQ(single.rule, "not-as-asked");
  EXPECT_THAT(single.message, HasSubstr("call for IPv4,IPv6 with policy RequireDualStack"));
  EXPECT_EQ(answer({"IPv6", "IPv4"}, "RequireDualStack").verdict, Verdict::kForbidden);
  options.flags.pop_back();  // even where the cluster has but one
  EXPECT_EQ(answer({"IPv4", "IPv6"}, "RequireDualStack").verdict, Verdict::kPermitted);
}

TEST_F(HeadlessDecision, WithASelectorGetsTheDefaultFamily) {
  asked.has_selector = true;
  EXPECT_EQ(answer({"IPv4"}, "SingleStack").verdict, Verdict::kPermitted);
  EXPECT_EQ(answer({"IPv6"}, "SingleStack").verdict, Verdict::kForbidden);
  EXPECT_EQ(answer({"IPv4", "IPv6"}, "RequireDualStack").verdict, Verdict::kForbidden);
  asked.policy = "PreferDualStack";
  EXPECT_EQ(answer({"IPv4", "IPv6"}, "PreferDualStack").verdict, Verdict::kPermitted);
  EXPECT_EQ(answer({"IPv4"}, "PreferDualStack").verdict, Verdict::kForbidden);
}

TEST_F(HeadlessDecision, IsUndecidedWhereSomethingIsNotKnown) {
  asked.has_selector = true;
  options.flags.clear();
  const Judgement open = answer({"IPv6"}, "SingleStack");
  EXPECT_EQ(open.verdict, Verdict::kUndecided);
  EXPECT_THAT(open.message, HasSubstr("which families the server has is missing"));
  options.flags = {*read_cidr("10.96.0.0/24")};
  record.requests.front().mutated = true;
  EXPECT_THAT(answer({"IPv6"}, "SingleStack").message,
              HasSubstr("what an admission webhook changed is missing"));
  EXPECT_EQ(answer({"IPv6"}, "SingleStack").verdict, Verdict::kUndecided);
  record.requests.front().mutated = false;
  record.requests.front().asked = {};
  is_asked_known = false;
  EXPECT_THAT(answer({"IPv6"}, "SingleStack").message, HasSubstr("what was asked for is missing"));
}

}  // namespace
}  // namespace clusterip::verify
