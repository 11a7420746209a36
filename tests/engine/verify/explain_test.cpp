#include "engine/verify/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cluster/authority.hpp"
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
  service.ports.push_back({"", "TCP", 80, {80, std::nullopt}, 0, std::nullopt});
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
  EXPECT_TRUE(taken.request[0].granted);
  EXPECT_EQ(taken.request[1].reason, "services \"web\" already exists");
  cluster::Service headless = sent({"None"});
  headless.meta.name = "none";
  const Explanation none = explain_request(state, headless, options);
  ASSERT_EQ(none.request.size(), 1U);
  EXPECT_TRUE(none.request[0].granted);
}

// The server finds this when it makes the IPAddress, before it looks at the name. (2.4)
TEST_F(ExplainTest, AServiceWithoutANameGetsNoIpAddress) {
  cluster::Service nameless = sent({});
  nameless.meta.name.clear();
  const Explanation any = explain_request(state, nameless, options);
  ASSERT_EQ(any.request.size(), 1U);
  EXPECT_FALSE(any.request[0].granted);
  EXPECT_EQ(any.request[0].reason,
            "spec.clusterIPs: Invalid value: [\"\"]: failed to allocate IP: IPAddress.networking.k8s.io "
            "\"IP\" is invalid: spec.parentRef.name: Required value");
  nameless = sent({"10.96.0.5"});
  nameless.meta.name.clear();
  EXPECT_EQ(explain_request(state, nameless, options, Known::kAddresses).request.at(0).reason,
            "spec.clusterIPs: Invalid value: [\"10.96.0.5\"]: failed to allocate IP 10.96.0.5: "
            "IPAddress.networking.k8s.io \"10.96.0.5\" is invalid: spec.parentRef.name: Required value");
  nameless = sent({"None"});
  nameless.meta.name.clear();
  EXPECT_EQ(explain_request(state, nameless, options).request.at(0).reason,
            "metadata.name: Required value: name or generateName is required");
  nameless.meta.generate_name = "web-";
  const Explanation made_up = explain_request(state, nameless, options);
  EXPECT_TRUE(made_up.request.at(0).granted);
  EXPECT_EQ(made_up.service->name, "web-xxxxx");
}

TEST_F(ExplainTest, BeforeTheWordsOf135ANamelessServiceFindsNothingFree) {
  options.version = *cluster::version_profile("1.34");
  cluster::Service nameless = sent({});
  nameless.meta.name.clear();
  EXPECT_EQ(explain_request(state, nameless, options).request.at(0).reason,
            "Internal error occurred: failed to allocate a serviceIP: range is full");
}

TEST_F(ExplainTest, ARequestIsHeldAgainstTheRulesForItsOtherFields) {
  const auto refusal = [&](const cluster::Service& service) {
    const Explanation result = explain_request(state, service, options);
    EXPECT_EQ(result.request.size(), 2U);
    EXPECT_TRUE(result.request.front().granted);
    EXPECT_FALSE(result.request.back().granted);
    return result.request.back().reason;
  };
  cluster::Service wrong = sent({});
  wrong.ports.clear();
  EXPECT_EQ(refusal(wrong), "spec.ports: Required value");
  wrong = sent({});
  wrong.meta.name = "Bad_Name";
  EXPECT_THAT(refusal(wrong), HasSubstr("metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123"));
  // Where no more than the addresses are known, nothing is said about the rest.
  wrong = sent({});
  wrong.ports.clear();
  EXPECT_EQ(explain_request(state, wrong, options, Known::kAddresses).request.size(), 1U);
  wrong = sent({});
  wrong.meta.resource_version = "7";
  EXPECT_EQ(explain_request(state, wrong, options).request.at(0).reason,
            "resourceVersion should not be set on objects to be created");
}

// The same words as the server's, whatever it refuses.
TEST_F(ExplainTest, ARequestIsAnsweredAsTheServerAnswersIt) {
  options.state.default_ranges = {*read_cidr("10.96.0.0/28"), *read_cidr("fd00:96::/112")};
  cluster::Authority server(options.state.default_ranges, options.version);
  server.put_service_cidr(range("kubernetes", {"10.96.0.0/28", "fd00:96::/112"}));
  ASSERT_TRUE(server.add_address("10.96.0.1"));
  std::vector<cluster::Service> requests{sent({}),
                                         sent({"10.96.0.1"}),
                                         sent({"10.96.0.1"}, "RequireDualStack"),
                                         sent({"10.97.0.1", "fd00:96::7"}, "RequireDualStack"),
                                         sent({"10.96.0.5", "fd00:96::7"}),
                                         sent({"None"}),
                                         sent({"nonsense"})};
  const auto add = [&](auto change) { change(requests.emplace_back(sent({"10.96.0.5"}))); };
  add([](cluster::Service& one) { one.meta.name.clear(); });
  add([](cluster::Service& one) { one.meta.name = "Bad_Name"; });
  add([](cluster::Service& one) { one.meta.name = "a/b"; });
  add([](cluster::Service& one) { one.ports.clear(); });
  add([](cluster::Service& one) { one.ports.front().port = 0; });
  add([](cluster::Service& one) { one.session_affinity = "Sometimes"; });
  add([](cluster::Service& one) { one.type = "ExternalName"; });
  add([](cluster::Service& one) { one.type = "Unheard"; });
  add([](cluster::Service& one) { one.selector.emplace("-", ""); });
  std::size_t refused = 0;
  for (const cluster::Service& request : requests) {
    std::string expected;
    SeededDraws draws(7);
    const auto answer = server.create(request, draws);
    if (const auto* refusal = std::get_if<cluster::ServiceRefusal>(&answer))
      expected = cluster::aggregate_text(refusal->errors);
    std::string explained;
    for (const Outlook& part : explain_request(state, request, options).request) {
      if (!part.granted && explained.empty()) explained = part.reason;
    }
    EXPECT_EQ(explained, expected);
    if (!expected.empty()) ++refused;
  }
  EXPECT_EQ(refused, requests.size() - 2);
}

// What the server draws is not missing from the request.
TEST_F(ExplainTest, NodePortsAreTheServersToGive) {
  cluster::Service balanced = sent({}, "PreferDualStack");
  balanced.type = "LoadBalancer";
  balanced.external_traffic_policy = "Local";
  for (const Outlook& part : explain_request(state, balanced, options).request)
    EXPECT_TRUE(part.granted) << part.reason;
  balanced.type = "NodePort";
  for (const Outlook& part : explain_request(state, balanced, options).request)
    EXPECT_TRUE(part.granted) << part.reason;
}

TEST_F(ExplainTest, ARefusalPrintsAllAddressesOfTheRequest) {
  options.state.default_ranges = {*read_cidr("10.96.0.0/28"), *read_cidr("fd00:96::/112")};
  EXPECT_THAT(explain_request(state, sent({"10.96.0.1"}, "RequireDualStack"), options).request.at(0).reason,
              HasSubstr("Invalid value: [\"10.96.0.1\",\"\"]: failed to allocate IP 10.96.0.1"));
}

}  // namespace
}  // namespace clusterip::verify
