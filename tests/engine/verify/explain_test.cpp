#include "engine/verify/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/net/text.hpp"
#include "tests/support/objects.hpp"

namespace clusterip::verify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ip_address;
using ::testing::IsEmpty;
using testing::range;
using testing::service;
using testing::terminating;

class ExplainTest : public ::testing::Test {
 protected:
  ExplainTest() {
    state.put(range("kubernetes", {"10.96.0.0/28", "fd00:96::/112"}));
    state.put(service("default/kubernetes", {"10.96.0.1"}));
    state.put(ip_address("10.96.0.1", "default/kubernetes"));
  }
  AddressExplanation address(const std::string& text) const {
    return explain_address(state, *read_address(text), options).addresses.at(0);
  }
  Outlook request(const std::string& text) const { return address(text).request; }

  State state;
  ExplainOptions options;
};

TEST_F(ExplainTest, AHeldAddress) {
  const AddressExplanation result = address("10.96.0.1");
  ASSERT_EQ(result.holders.size(), 1U);
  EXPECT_EQ(ref_text(result.holders[0].object), "Service default/kubernetes");
  EXPECT_EQ(result.claim_parent, "Service default/kubernetes");
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_FALSE(result.request.granted);
  EXPECT_EQ(result.request.reason,
            "spec.clusterIPs: Invalid value: [\"10.96.0.1\"]: failed to allocate IP 10.96.0.1: provided IP "
            "is already "
            "allocated");
  EXPECT_THAT(result.request.remedy, HasSubstr("delete Service default/kubernetes"));
}

TEST_F(ExplainTest, TheWordsOf133) {
  options.version = *cluster::version_profile("1.33");
  EXPECT_THAT(request("10.96.0.1").reason, HasSubstr("Invalid value: []string{\"10.96.0.1\"}: failed"));
}

TEST_F(ExplainTest, AFreeAddressIsGranted) {
  const Outlook free = request("10.96.0.5");
  EXPECT_TRUE(free.granted);
  EXPECT_EQ(free.reason, "through 10.96.0.0/28");
  EXPECT_EQ(free.remedy, "");
}

TEST_F(ExplainTest, WhyNoRangeGivesAnAddress) {
  const auto mismatch = HasSubstr("the provided network does not match the current range");
  EXPECT_THAT(request("10.97.0.1").reason, mismatch);
  EXPECT_EQ(request("10.97.0.1").remedy, "create a ServiceCIDR that has the address");
  EXPECT_THAT(request("10.96.0.15").reason, mismatch);
  EXPECT_THAT(request("10.96.0.15").remedy, HasSubstr("network or broadcast address of 10.96.0.0/28"));
  state.put(terminating("old", {"10.98.0.0/24"}, 5));
  EXPECT_THAT(request("10.98.0.9").reason, mismatch);
  EXPECT_THAT(request("10.98.0.9").remedy, HasSubstr("10.98.0.0/24 is terminating, which is final"));
  cluster::ServiceCidr pending = range("pending", {"10.99.0.0/24"});
  pending.conditions.front().status = "False";
  state.put(pending);
  EXPECT_THAT(request("10.99.0.9").remedy, HasSubstr("10.99.0.0/24 is not ready"));
  state.put(range("short", {"fd01::/48"}));
  EXPECT_THAT(request("fd01::9").remedy, HasSubstr("no allocator serves fd01::/48"));
}

TEST_F(ExplainTest, AFamilyThatTheFlagDoesNotName) {
  options.state.default_ranges = {*read_cidr("10.96.0.0/28")};
  EXPECT_THAT(request("fd00:96::9").reason, HasSubstr("IPv6 is not configured on this cluster"));
  EXPECT_EQ(explain_address(state, *read_address("10.96.0.5"), options).any_address.size(), 1U);
}

TEST_F(ExplainTest, ReservationsAndLeaks) {
  state.put(ip_address("10.96.0.5", "default/gone"));
  EXPECT_THAT(request("10.96.0.5").remedy, HasSubstr("the repair loop"));
  cluster::IpAddress reserved = ip_address("10.96.0.5", "default/gone");
  reserved.meta.labels.clear();
  state.put(reserved);
  EXPECT_THAT(request("10.96.0.5").remedy, HasSubstr("made by hand"));
}

TEST_F(ExplainTest, AnUnprotectedAddressWouldBeGivenAgain) {
  state.erase_ip_address("10.96.0.1");
  const Outlook again = request("10.96.0.1");
  EXPECT_TRUE(again.granted);
  EXPECT_THAT(again.reason, HasSubstr("though Service default/kubernetes holds it"));
}

TEST_F(ExplainTest, TheRemedyForADuplicateIsTheOneThatTheIpAddressNames) {
  state.put(service("a/first", {"10.96.0.1"}));
  EXPECT_THAT(request("10.96.0.1").remedy, HasSubstr("delete Service default/kubernetes"));
}

TEST_F(ExplainTest, FullRanges) {
  for (int i = 2; i <= 14; ++i) state.put(ip_address("10.96.0." + std::to_string(i), "default/a"));
  const auto any = explain_address(state, *read_address("10.96.0.5"), options).any_address;
  ASSERT_EQ(any.size(), 2U);
  EXPECT_FALSE(any[0].granted);
  EXPECT_EQ(any[0].reason,
            "Internal error occurred: failed to allocate a serviceIP for Service \"NAME\": range is full");
  EXPECT_EQ(any[0].remedy, "delete Services, or create another ServiceCIDR of that family");
  EXPECT_TRUE(any[1].granted);
  state.put(range("more", {"10.97.0.0/24"}));
  EXPECT_TRUE(explain_address(state, *read_address("10.96.0.5"), options).any_address[0].granted);
}

TEST_F(ExplainTest, WhoBlocksATerminatingRange) {
  state.put(terminating("old", {"10.98.0.0/24"}, 5));
  for (int i = 1; i <= 7; ++i) {
    const std::string text = "10.98.0." + std::to_string(i);
    state.put(service("shop/s" + std::to_string(i), {text}));
    state.put(ip_address(text, "shop/s" + std::to_string(i)));
  }
  options.max_blockers = 2;
  const auto ranges = address("10.98.0.3").ranges;
  ASSERT_EQ(ranges.size(), 1U);
  EXPECT_EQ(ranges[0].place, Place::kStaticBand);
  ASSERT_EQ(ranges[0].blockers.size(), 1U);
  EXPECT_EQ(ranges[0].blockers[0].count, 7U);
  EXPECT_THAT(ranges[0].blockers[0].named,
              ElementsAre("10.98.0.1 (Service shop/s1)", "10.98.0.2 (Service shop/s2)"));
  state.put(range("cover", {"10.98.0.0/16"}));
  EXPECT_THAT(address("10.98.0.3").ranges.at(1).blockers.at(0).remedy,
              HasSubstr("other ServiceCIDRs cover it"));
}

TEST_F(ExplainTest, AService) {
  state.put(service("shop/headless", {"None"}));
  EXPECT_TRUE(explain_service(state, "shop/headless", options).service_exists);
  EXPECT_THAT(explain_service(state, "shop/headless", options).addresses, IsEmpty());
  EXPECT_FALSE(explain_service(state, "shop/none", options).service_exists);
  EXPECT_EQ(explain_service(state, "default/kubernetes", options).addresses.size(), 1U);
}

// What a client sends to create a Service.
cluster::Service sent(std::vector<std::string> addresses, const std::string& policy = "SingleStack") {
  cluster::Service service;
  service.meta.name_space = "default";
  service.meta.name = "web";
  service.selector.emplace("app", "web");
  service.cluster_ips = std::move(addresses);
  if (!service.cluster_ips.empty()) service.cluster_ip = service.cluster_ips.front();
  service.ip_family_policy = policy;
  return service;
}

TEST_F(ExplainTest, ARequestIsGrantedWhereEachOfItsAddressesIs) {
  options.state.default_ranges = {*read_cidr("10.96.0.0/28"), *read_cidr("fd00:96::/112")};
  const Explanation result = explain_request(state, sent({"10.96.0.5"}, "PreferDualStack"), options);
  EXPECT_FALSE(result.service_exists);
  ASSERT_EQ(result.request.size(), 2U);
  EXPECT_EQ(result.request[0].request, "10.96.0.5");
  EXPECT_TRUE(result.request[0].granted);
  EXPECT_EQ(result.request[1].request, "any IPv6 address");
  EXPECT_TRUE(result.request[1].granted);
  ASSERT_EQ(result.addresses.size(), 1U);
  EXPECT_EQ(result.addresses[0].ranges.size(), 1U);
}

TEST_F(ExplainTest, ARequestForAHeldAddressNamesTheHolder) {
  const Explanation result = explain_request(state, sent({"10.96.0.1"}), options);
  ASSERT_EQ(result.request.size(), 1U);
  EXPECT_FALSE(result.request[0].granted);
  EXPECT_THAT(result.request[0].reason, HasSubstr("provided IP is already allocated"));
  EXPECT_THAT(result.request[0].remedy, HasSubstr("default/kubernetes"));
}

TEST_F(ExplainTest, ARequestThatFindsNothingFreeIsAnsweredInItsName) {
  state.put(terminating("kubernetes", {"10.96.0.0/28", "fd00:96::/112"}, 5));
  const Explanation result = explain_request(state, sent({}), options);
  ASSERT_EQ(result.request.size(), 1U);
  EXPECT_EQ(result.request[0].reason,
            "Internal error occurred: failed to allocate a serviceIP for Service \"web\": range is full");
  EXPECT_EQ(result.request[0].remedy, "no ServiceCIDR of that family is ready: create one");
}

TEST_F(ExplainTest, ARequestAgainstTheRulesAsksNoRange) {
  options.state.default_ranges = {*read_cidr("10.96.0.0/28")};
  const Explanation result = explain_request(state, sent({}, "RequireDualStack"), options);
  ASSERT_EQ(result.request.size(), 1U);
  EXPECT_FALSE(result.request[0].granted);
  EXPECT_THAT(result.request[0].reason, HasSubstr("spec.ipFamilyPolicy"));
  EXPECT_THAT(result.addresses, IsEmpty());
}

TEST_F(ExplainTest, ARequestForATakenNameAndOneForNoAddress) {
  state.put(service("default/web", {"10.96.0.9"}));
  const Explanation taken = explain_request(state, sent({}), options);
  ASSERT_EQ(taken.request.size(), 2U);
  EXPECT_EQ(taken.request[0].reason, "services \"web\" already exists");
  cluster::Service headless = sent({"None"});
  headless.meta.name = "none";
  const Explanation none = explain_request(state, headless, options);
  ASSERT_EQ(none.request.size(), 1U);
  EXPECT_TRUE(none.request[0].granted);
}

}  // namespace
}  // namespace clusterip::verify
