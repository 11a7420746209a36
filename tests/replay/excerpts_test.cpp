// Decisions under load that are right for a reason that is easy to overlook. The excerpts hold the requests
// that tell the story, and for each a counter-test takes the reason away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/net/text.hpp"
#include "tests/support/recording.hpp"

namespace clusterip::testing {
namespace {

using ::testing::HasSubstr;
using verify::Verdict;

verify::Judgement judgement(const verify::Record& record, const std::string& audit_id) {
  verify::ReplayOptions options = options_of("excerpt-1.36");
  options.flags = {*read_cidr_sloppy("10.96.0.0/24"), *read_cidr_sloppy("fd00:96::/120")};
  const Replayed replayed(record, options);
  const verify::Decision* decision = replayed.decision(audit_id);
  return decision == nullptr ? verify::Judgement{} : decision->judgement;
}

// A dual-stack Service goes. The range of its IPv4 address is gone already; there upstream's release ends
// with an error, and the IPv6 address stays claimed although its range is there.
TEST(Excerpts, AReleaseMayStopAtAnAddressThatNoRangeHas) {
  const std::string deletion = "b5035da0-2db9-4866-ac33-9df9c7963512";
  verify::Record record = recorded("load-release-1.36");
  EXPECT_EQ(judgement(record, deletion).verdict, Verdict::kPermitted);
  EXPECT_THAT(judgement(record, deletion).message, HasSubstr("no range with 10.96.13.232"));

  // With both ranges in place, both addresses should have been released.
  std::erase_if(record.requests, [](const verify::AuditedRequest& request) {
    return request.subject == verify::Subject::kServiceCidr && request.verb != verify::Verb::kCreate;
  });
  EXPECT_EQ(judgement(record, deletion).verdict, Verdict::kForbidden) << judgement(record, deletion).message;
}

// An IPAddress named a Service that was gone. Two servers repair it at the same time: the second deletes what
// the first has made right a moment before, for its cache still shows the old object.
TEST(Excerpts, TheRepairLoopActsOnWhatItsCacheShows) {
  const std::string deletion = "e9c09bca-1ae3-4e08-ae32-34168127e714";
  verify::Record record = recorded("load-repair-1.36");
  EXPECT_EQ(judgement(record, deletion).verdict, Verdict::kPermitted);

  // The record goes on, so that a request around the deletion would be in it.
  verify::AuditedRequest later = record.requests.back();
  later.audit_id = "later";
  later.dry_run = true;
  later.during = {later.during.from + verify::Duration::seconds(60),
                  later.during.to + verify::Duration::seconds(60)};
  record.requests.push_back(later);
  // Had the address been the Service's all along, there would be no reason.
  for (verify::AuditedRequest& request : record.requests) {
    auto* given = std::get_if<verify::AddressFacts>(&request.given);
    if (given != nullptr && given->parent && given->parent->name == "w1-544") given->parent->name = "w2-375";
  }
  EXPECT_EQ(judgement(record, deletion).verdict, Verdict::kForbidden) << judgement(record, deletion).message;
}

}  // namespace
}  // namespace clusterip::testing
