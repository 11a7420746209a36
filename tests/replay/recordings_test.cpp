// What real clusters decided is permitted, and the fault that one of them fell into is found.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/recording.hpp"

namespace clusterip::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using verify::ReplayFinding;
using verify::Severity;
using verify::Verdict;

class Recordings : public ::testing::TestWithParam<std::string> {};

TEST_P(Recordings, HoldNothingForbiddenAndLittleUndecided) {
  const Replayed replayed(recorded(GetParam()), options_of(GetParam()));
  EXPECT_GT(replayed.decisions.size(), 10U);
  EXPECT_THAT(replayed.lines(Verdict::kForbidden), IsEmpty());
  EXPECT_THAT(replayed.lines(Verdict::kUndecided), IsEmpty());
  const std::size_t errors = GetParam() == "load-two-servers-1.36" ? 1 : 0;
  EXPECT_EQ(replayed.count_findings(Severity::kError), errors);
}

// Whoever guesses the version wrong, or knows no lag, gets no false alarm that the record does not carry.
TEST_P(Recordings, HoldNothingForbiddenUnderOtherFlags) {
  verify::ReplayOptions options = options_of(GetParam());
  options.cache_lag = verify::Duration::seconds(60);
  EXPECT_THAT(Replayed(recorded(GetParam()), options).lines(Verdict::kForbidden), IsEmpty());
}

// A log that was cut in front tells less, but nothing else.
TEST_P(Recordings, HoldNothingForbiddenWithoutTheirBeginning) {
  for (const std::size_t cut : {3U, 20U, 400U, 2000U}) {
    verify::Record record = recorded(GetParam());
    if (cut >= record.requests.size()) break;
    record.requests.erase(record.requests.begin(),
                          record.requests.begin() + static_cast<std::ptrdiff_t>(cut));
    EXPECT_THAT(Replayed(std::move(record), options_of(GetParam())).lines(Verdict::kForbidden), IsEmpty())
        << cut;
  }
}

// Nor does one of several servers alone.
TEST_P(Recordings, HoldNothingForbiddenForOneServerAlone) {
  for (const std::uint32_t server : {0U, 1U}) {
    verify::Record record = recorded(GetParam());
    std::erase_if(record.requests, [&](const auto& request) { return request.server != server; });
    if (record.requests.empty()) continue;
    EXPECT_THAT(Replayed(std::move(record), options_of(GetParam())).lines(Verdict::kForbidden), IsEmpty())
        << server;
  }
}

// Nor one whose audit policy leaves the IPAddresses out: then much is undecided, and says so.
TEST_P(Recordings, SayWhatIsMissingWithoutIpAddresses) {
  verify::Record record = recorded(GetParam());
  std::erase_if(record.requests, [](const auto& r) { return r.subject == verify::Subject::kIpAddress; });
  const Replayed replayed(std::move(record), options_of(GetParam()));
  EXPECT_THAT(replayed.lines(Verdict::kForbidden), IsEmpty());
  EXPECT_GT(replayed.count(Verdict::kUndecided), 0U);
  EXPECT_EQ(replayed.count_findings(Severity::kError), GetParam() == "load-two-servers-1.36" ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(All, Recordings, ::testing::ValuesIn(recordings()), [](const auto& test) {
  std::string name = test.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

// The real fault: a Service that became dual-stack lost the IPAddress of its new address to the repair loop
// while the update ran; the address went to another Service, and so on.
TEST(LoadTwoServers, TellsHowTheDuplicateAddressCameAbout) {
  const Replayed replayed(recorded("load-two-servers-1.36"), {});
  ASSERT_FALSE(replayed.findings.empty());
  const ReplayFinding& found = replayed.findings.front();
  EXPECT_EQ(found.finding.rule, "duplicate-address");
  EXPECT_EQ(found.finding.address, "fd00:96::7e");
  EXPECT_THAT(found.finding.objects, ElementsAre(verify::ObjectRef{"Service", "default", "w1-510"},
                                                 verify::ObjectRef{"Service", "default", "w1-597"}));
  ASSERT_TRUE(found.since.has_value());
  EXPECT_EQ(cluster::to_text_micro(*found.since), "2026-11-23T00:15:35.430129Z");
  std::vector<std::string> story;
  for (const verify::ChainLink& link : found.chain) story.push_back(link.what);
  EXPECT_THAT(
      story,
      ElementsAre("IPAddress created for services/default/w1-289",
                  "fd00:96::7e given to services/default/w1-289, which was updated",
                  "IPAddress deleted by system:apiserver while services/default/w1-289 was being updated",
                  "IPAddress created for services/default/w3-471",
                  "fd00:96::7e given to services/default/w3-471, which was created",
                  "IPAddress deleted by system:apiserver while services/default/w3-471 was being deleted",
                  "services/default/w3-471 deleted; it held fd00:96::7e",
                  "IPAddress created for services/default/w1-510",
                  "fd00:96::7e given to services/default/w1-510, which was created",
                  "IPAddress deleted by system:apiserver while services/default/w1-289 was being deleted, "
                  "though it was the one of services/default/w1-510",
                  "services/default/w1-289 deleted; it held fd00:96::7e",
                  "IPAddress created for services/default/w1-597",
                  "fd00:96::7e given to services/default/w1-597, which was created"));
  EXPECT_EQ(found.chain[2].audit_id.size(), 36U);
}

}  // namespace
}  // namespace clusterip::testing
