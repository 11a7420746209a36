// What the old bitmap of 1.33 may still hold when a server says "provided IP is already allocated" of an
// address that no IPAddress has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/verify/forget.hpp"
#include "engine/verify/replay.hpp"
#include "tests/support/audited_request.hpp"

namespace clusterip::verify {
namespace {

using testing::ip_address;
using testing::range;
using testing::service;

constexpr const char* kAddress = "10.96.0.40";

// The first minutes of a cluster whose Service default/web holds an address; then somebody asks for it.
class Story {
 public:
  Story() {
    record_.servers = 1;
    options_.version = *cluster::version_profile("1.33");
    AuditedRequest& first = add(Subject::kServiceCidr, Verb::kCreate, "kubernetes", 1, 1);
    cluster::ServiceCidr kubernetes = range("kubernetes", {"10.96.0.0/24"});
    kubernetes.meta.resource_version = "2";
    first.given = facts_of(kubernetes);
    give(kAddress, "web", 10);
    web(Verb::kCreate, 10, 11);
  }

  Story& take_address_away(std::int64_t second) {
    add(Subject::kIpAddress, Verb::kDelete, kAddress, second, second).given =
        facts_of(ip_address(kAddress, "default/web"));
    return *this;
  }
  Story& web(Verb verb, std::int64_t from, std::int64_t to) {
    AuditedRequest& request = add(Subject::kService, verb, "web", from, to);
    request.asked = request.given = facts_of(service("default/web", {kAddress}));
    return *this;
  }
  // Lets all go that was answered by now; `read_again`: what it led to is read from the cluster instead.
  Story& forget(bool read_again = false) {
    put_in_order(record_);
    EXPECT_TRUE(forget_first(record_, record_.requests.size(), options_));
    if (read_again) record_.start->left_bits.reset();
    return *this;
  }
  Verdict refusal(std::int64_t second) {
    give("10.96.0.41", "other", second - 1);  // a record that shows allocations, after a cut too
    AuditedRequest& request = add(Subject::kService, Verb::kCreate, "late", second, second);
    request.asked = facts_of(service("default/late", {kAddress}));
    request.code = 422;
    request.message =
        "Service \"late\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.40\"]: failed to allocate "
        "IP 10.96.0.40: provided IP is already allocated";
    put_in_order(record_);
    const History history(record_, options_);
    return judge(history, static_cast<std::uint32_t>(record_.requests.size() - 1)).judgement.verdict;
  }

 private:
  AuditedRequest& add(Subject subject, Verb verb, const std::string& name, std::int64_t from,
                      std::int64_t to) {
    AuditedRequest& request = testing::add_request(record_, subject, verb, name, from, to);
    if (subject == Subject::kService) request.name_space = "default";
    if (subject == Subject::kIpAddress) request.user = "system:apiserver";
    return request;
  }

  void give(const std::string& address, const std::string& service, std::int64_t second) {
    add(Subject::kIpAddress, Verb::kCreate, address, second, second).given =
        facts_of(ip_address(address, "default/" + service));
  }

  Record record_;
  ReplayOptions options_;
};

TEST(OldBitmap, LetsGoWithTheService) {
  Story story;
  story.take_address_away(20).web(Verb::kDelete, 20, 21);
  EXPECT_EQ(story.refusal(60), Verdict::kForbidden);
}

TEST(OldBitmap, KeepsWhatTheRepairLoopTookAway) {
  Story story;
  story.take_address_away(20);
  EXPECT_EQ(story.refusal(60), Verdict::kPermitted);
}

TEST(OldBitmap, KeepsWhatTheRepairLoopTookAwayWhileTheServiceWasWritten) {
  Story story;
  story.take_address_away(20).web(Verb::kUpdate, 20, 21);
  EXPECT_EQ(story.refusal(60), Verdict::kPermitted);
}

TEST(OldBitmap, IsKnownThoughTheRecordForgets) {
  Story kept;
  kept.take_address_away(20).forget();
  EXPECT_EQ(kept.refusal(60), Verdict::kPermitted);
  Story gone;
  gone.take_address_away(20).web(Verb::kDelete, 20, 21).forget();
  EXPECT_EQ(gone.refusal(60), Verdict::kForbidden);
}

TEST(OldBitmap, CanHoldAnythingWhereItsBeginningIsNotKnown) {
  Story story;
  story.take_address_away(20).web(Verb::kDelete, 20, 21).forget(true);
  EXPECT_EQ(story.refusal(60), Verdict::kPermitted);
}

}  // namespace
}  // namespace clusterip::verify
