#include "engine/verify/state_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/net/text.hpp"
#include "engine/verify/object_rules.hpp"
#include "tests/support/objects.hpp"

namespace clusterip::verify {
namespace {

using testing::at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ip_address;
using ::testing::IsEmpty;
using testing::range;
using testing::service;
using testing::terminating;

// A sound cluster an hour old: Service default/kubernetes, and dual with two addresses.
class StateRulesTest : public ::testing::Test {
 protected:
  StateRulesTest() {
    state.put(range("kubernetes", {"10.96.0.0/24", "fd00:96::/112"}));
    add(service("default/kubernetes", {"10.96.0.1"}));
    add(service("shop/dual", {"10.96.0.20", "fd00:96::20"}));
    options.now = at(3600);
  }

  void add(const cluster::Service& object) {
    state.put(object);
    for (const std::string& address : object.cluster_ips) {
      state.put(ip_address(address, object.meta.name_space + "/" + object.meta.name));
    }
  }

  // "error duplicate-address 10.96.0.7: Service a/b, IPAddress 10.96.0.7" for each finding.
  std::vector<std::string> findings() const {
    std::vector<std::string> lines;
    for (const Finding& finding : StateRules(state, options).check_all()) {
      std::string line = std::string(severity_name(finding.severity)) + " " + finding.rule;
      if (!finding.address.empty()) line += " " + finding.address;
      for (const ObjectRef& object : finding.objects) line += ", " + ref_text(object);
      lines.push_back(line);
    }
    return lines;
  }
  std::string message() const { return StateRules(state, options).check_all().at(0).message; }

  State state;
  StateOptions options;
};

TEST_F(StateRulesTest, ASoundClusterHasNoFindings) {
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(StateRulesTest, HeadlessAndExternalNameServicesHoldNothing) {
  cluster::Service headless = service("default/headless", {"None"});
  headless.ip_families = {"IPv4", "IPv6"};
  headless.ip_family_policy = "RequireDualStack";
  state.put(headless);
  cluster::Service external = service("default/external", {});
  external.type = "ExternalName";
  external.ip_family_policy.reset();
  state.put(external);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(StateRulesTest, ADuplicateIsOneFindingWhoeverTheIpAddressNames) {
  state.put(service("a/second", {"10.96.0.20"}));
  EXPECT_THAT(findings(),
              ElementsAre("error duplicate-address 10.96.0.20, Service a/second, Service shop/dual"));
  state.put(ip_address("10.96.0.20", "a/second"));
  EXPECT_THAT(findings(),
              ElementsAre("error duplicate-address 10.96.0.20, Service a/second, Service shop/dual"));
  EXPECT_EQ(message(), "10.96.0.20 is held by the Services a/second and shop/dual");
}

TEST_F(StateRulesTest, ADuplicateIsNeverExplainedByYouth) {
  options.now = at(1);
  state.put(service("a/second", {"10.96.0.20"}));
  EXPECT_THAT(findings(),
              ElementsAre("error duplicate-address 10.96.0.20, Service a/second, Service shop/dual"));
}

TEST_F(StateRulesTest, AnotherWritingOfAnAddressIsTheSameAddress) {
  state.put(service("a/second", {"FD00:96::20"}));
  EXPECT_THAT(findings(),
              ElementsAre("error duplicate-address fd00:96::20, Service a/second, Service shop/dual",
                          "error malformed FD00:96::20, Service a/second"));
}

TEST_F(StateRulesTest, MissingIpAddress) {
  state.erase_ip_address("fd00:96::20");
  EXPECT_THAT(findings(), ElementsAre("error missing-ipaddress fd00:96::20, Service shop/dual"));
  options.now = at(59);
  EXPECT_THAT(findings(), ElementsAre("info missing-ipaddress fd00:96::20, Service shop/dual"));
  EXPECT_THAT(message(), HasSubstr("for Service shop/dual is 59 s old"));
  options.now = at(60);
  EXPECT_THAT(findings(), ElementsAre("error missing-ipaddress fd00:96::20, Service shop/dual"));
}

TEST_F(StateRulesTest, WrongParent) {
  state.put(ip_address("10.96.0.20", "default/kubernetes"));
  EXPECT_THAT(findings(),
              ElementsAre("error wrong-parent 10.96.0.20, Service shop/dual, IPAddress 10.96.0.20"));
  EXPECT_EQ(
      message(),
      "IPAddress 10.96.0.20 names Service default/kubernetes, but the address is held by Service shop/dual");

  cluster::IpAddress gateway = ip_address("10.96.0.20", "default/gw");
  gateway.parent->group = "gateway.networking.k8s.io";
  gateway.parent->resource = "gateways";
  gateway.meta.labels.clear();
  state.put(gateway);
  EXPECT_THAT(findings(),
              ElementsAre("error wrong-parent 10.96.0.20, Service shop/dual, IPAddress 10.96.0.20"));
  EXPECT_THAT(message(),
              HasSubstr("names gateways.gateway.networking.k8s.io/default/gw, which is no Service"));
}

TEST_F(StateRulesTest, AYoungIpAddressExplainsAWrongParent) {
  cluster::IpAddress other = ip_address("10.96.0.20", "shop/new");
  other.meta.creation = at(3599);
  state.put(other);
  EXPECT_THAT(findings(),
              ElementsAre("info wrong-parent 10.96.0.20, Service shop/dual, IPAddress 10.96.0.20"));
}

TEST_F(StateRulesTest, OrphanWithoutService) {
  state.put(ip_address("10.96.0.30", "shop/gone"));
  EXPECT_THAT(findings(), ElementsAre("error orphan-ipaddress 10.96.0.30, IPAddress 10.96.0.30"));
  cluster::IpAddress young = ip_address("10.96.0.30", "shop/gone");
  young.meta.creation = at(3590);
  state.put(young);
  EXPECT_THAT(findings(), ElementsAre("info orphan-ipaddress 10.96.0.30, IPAddress 10.96.0.30"));
}

TEST_F(StateRulesTest, OrphanThatItsServiceDoesNotList) {
  state.put(ip_address("10.96.0.30", "shop/dual"));
  EXPECT_THAT(findings(),
              ElementsAre("error orphan-ipaddress 10.96.0.30, Service shop/dual, IPAddress 10.96.0.30"));
  cluster::Service again = service("shop/dual", {"10.96.0.20", "fd00:96::20"});
  again.meta.creation = at(3590);
  state.put(again);
  EXPECT_THAT(findings(),
              ElementsAre("info orphan-ipaddress 10.96.0.30, Service shop/dual, IPAddress 10.96.0.30"));
}

TEST_F(StateRulesTest, AReservationByHandIsNoOrphan) {
  cluster::IpAddress reserved = ip_address("10.96.0.30", "shop/gone");
  reserved.meta.labels.clear();
  state.put(reserved);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(StateRulesTest, WrongLabelsWhateverTheAge) {
  options.now = at(1);
  cluster::IpAddress unlabelled = ip_address("10.96.0.20", "shop/dual");
  unlabelled.meta.labels.erase(std::string(cluster::kManagedByLabel));
  state.put(unlabelled);
  EXPECT_THAT(findings(),
              ElementsAre("error wrong-labels 10.96.0.20, Service shop/dual, IPAddress 10.96.0.20"));
  cluster::IpAddress family = ip_address("10.96.0.20", "shop/dual");
  family.meta.labels[std::string(cluster::kFamilyLabel)] = "IPv6";
  state.put(family);
  EXPECT_THAT(message(),
              HasSubstr("label ipaddress.kubernetes.io/ip-family is \"IPv6\" in place of \"IPv4\""));
}

TEST_F(StateRulesTest, OutsideEveryRange) {
  add(service("shop/out", {"10.97.0.1"}));
  EXPECT_THAT(findings(), ElementsAre("error outside-every-range 10.97.0.1, Service shop/out"));
  options.now = at(10);
  EXPECT_THAT(findings(), ElementsAre("info outside-every-range 10.97.0.1, Service shop/out"));
}

TEST_F(StateRulesTest, UnusableAddressUnlessALargerRangeHasIt) {
  add(service("shop/broadcast", {"10.96.0.255"}));
  EXPECT_THAT(findings(), ElementsAre("error unusable-address 10.96.0.255, Service shop/broadcast, "
                                      "ServiceCIDR kubernetes"));
  state.put(range("wide", {"10.96.0.0/16"}));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(StateRulesTest, TheLastIpv6AddressIsUsable) {
  add(service("shop/last", {"fd00:96::ffff"}));
  EXPECT_THAT(findings(), IsEmpty());
  add(service("shop/network", {"fd00:96::"}));
  EXPECT_THAT(findings(), ElementsAre("error unusable-address fd00:96::, Service shop/network, "
                                      "ServiceCIDR kubernetes"));
}

TEST_F(StateRulesTest, HeldByTerminatingNamesTheRangeItBlocks) {
  state.put(terminating("old", {"10.98.0.0/24"}, 100));
  add(service("shop/late", {"10.98.0.9"}));
  EXPECT_THAT(findings(),
              ElementsAre("info held-by-terminating 10.98.0.9, Service shop/late, ServiceCIDR old"));
  EXPECT_EQ(message(),
            "10.98.0.9 of Service shop/late lies in terminating ServiceCIDRs only: old (10.98.0.0/24); "
            "it blocks its deletion");
  state.put(range("new", {"10.98.0.0/28"}));
  EXPECT_THAT(findings(), ElementsAre("warning stuck-terminating, ServiceCIDR old"));
}

// The name is the lock: another spelling of the address is another lock.
TEST_F(StateRulesTest, AnIpAddressUnderAnotherNameDoesNotProtectTheAddress) {
  state.put(service("shop/late", {"10.96.0.7"}));
  state.put(ip_address("010.96.0.7", "shop/late"));
  EXPECT_THAT(findings(), ElementsAre("error missing-ipaddress 10.96.0.7, Service shop/late",
                                      "error malformed 010.96.0.7, IPAddress 010.96.0.7"));
  EXPECT_EQ(state.ip_address_count(), 4U);
  state.erase_ip_address("10.96.0.7");
  EXPECT_EQ(state.ip_address_count(), 4U);
  state.erase_ip_address("010.96.0.7");
  state.put(ip_address("10.96.0.7", "shop/late"));
  EXPECT_THAT(findings(), IsEmpty());
}

// The controller looks for IPAddresses with both labels: no others keep a range, so it is stuck.
TEST_F(StateRulesTest, HeldByTerminatingClaimsToBlockOnlyWhatTheControllerLooksFor) {
  state.put(terminating("old", {"10.98.0.0/24"}, 100));
  state.put(service("shop/late", {"10.98.0.9"}));
  const auto held = [&] {
    const std::vector<Finding> all = StateRules(state, options).check_all();
    EXPECT_EQ(all.size(), 3U);
    EXPECT_EQ(all.at(1).rule, "stuck-terminating");
    EXPECT_EQ(all.back().rule, "held-by-terminating");
    return all.back().message;
  };
  EXPECT_THAT(held(), HasSubstr("; it does not block its deletion, for its IPAddress is missing"));
  const auto unlabelled = HasSubstr("; it does not block its deletion, for its IPAddress has not the labels");
  cluster::IpAddress claim = ip_address("10.98.0.9", "shop/late");
  claim.meta.labels[std::string(cluster::kFamilyLabel)] = "IPv6";
  state.put(claim);
  EXPECT_THAT(held(), unlabelled);
  claim.meta.labels.clear();
  state.put(claim);
  EXPECT_THAT(held(), unlabelled);
}

TEST_F(StateRulesTest, TwoEqualTerminatingRangesBlockEachOtherNot) {
  state.put(terminating("one", {"10.98.0.0/24"}, 100));
  state.put(terminating("two", {"10.98.0.0/24"}, 100));
  add(service("shop/late", {"10.98.0.9"}));
  EXPECT_THAT(
      findings(),
      ElementsAre("warning stuck-terminating, ServiceCIDR one", "warning stuck-terminating, ServiceCIDR two",
                  "info held-by-terminating 10.98.0.9, Service shop/late, ServiceCIDR one, "
                  "ServiceCIDR two"));
}

TEST_F(StateRulesTest, StuckTerminatingOnlyAfterAWhile) {
  state.put(terminating("old", {"10.98.0.0/24"}, 100));
  EXPECT_THAT(findings(), ElementsAre("warning stuck-terminating, ServiceCIDR old"));
  options.now = at(130);
  EXPECT_THAT(findings(), ElementsAre("info stuck-terminating, ServiceCIDR old"));
  options.settling = {};
  EXPECT_THAT(message(), HasSubstr("; its deletion was asked for less than 60 s ago"));
}

TEST_F(StateRulesTest, AForeignFinalizerKeepsARangeByRight) {
  cluster::ServiceCidr kept = terminating("old", {"10.98.0.0/24"}, 100);
  kept.meta.finalizers.emplace_back("example.com/keep");
  state.put(kept);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(StateRulesTest, AnUnmanagedIpAddressBlocksNoDeletion) {
  state.put(terminating("old", {"10.98.0.0/24"}, 100));
  cluster::IpAddress reserved = ip_address("10.98.0.9", "shop/none");
  reserved.meta.labels.clear();
  state.put(reserved);
  EXPECT_THAT(findings(), ElementsAre("warning stuck-terminating, ServiceCIDR old"));
}

TEST_F(StateRulesTest, DefaultDiffersNeedsTheFlag) {
  options.default_ranges = {*read_cidr("10.96.0.0/24"), *read_cidr("fd00:96::/112")};
  EXPECT_THAT(findings(), IsEmpty());
  std::swap(options.default_ranges[0], options.default_ranges[1]);
  EXPECT_THAT(findings(), ElementsAre("warning default-differs, ServiceCIDR kubernetes"));
  EXPECT_EQ(message(),
            "ServiceCIDR kubernetes has the CIDRs 10.96.0.0/24,fd00:96::/112, but "
            "--service-cluster-ip-range is fd00:96::/112,10.96.0.0/24");
  state.put(range("other", {"10.96.0.0/24", "fd00:96::/112"}));
  state.erase_range("kubernetes");
  EXPECT_THAT(findings(), ElementsAre("warning default-differs, ServiceCIDR kubernetes"));
}

TEST_F(StateRulesTest, ApiServiceOutsideDefault) {
  state.put(range("kubernetes", {"10.97.0.0/24"}));
  state.put(range("old", {"10.96.0.0/24", "fd00:96::/112"}));
  EXPECT_THAT(findings(),
              ElementsAre("warning api-service-outside-default 10.96.0.1, Service default/kubernetes, "
                          "ServiceCIDR kubernetes"));
}

TEST_F(StateRulesTest, UnprotectedRange) {
  cluster::ServiceCidr bare = range("bare", {"10.98.0.0/24"});
  bare.meta.finalizers.clear();
  state.put(bare);
  EXPECT_THAT(findings(), ElementsAre("warning unprotected-range, ServiceCIDR bare"));
}

TEST_F(StateRulesTest, MalformedTextsAreNamed) {
  state.put(service("a/zeros", {"010.096.000.040"}));
  state.put(ip_address("10.96.0.40", "a/zeros"));
  state.put(ip_address("not-an-address", "a/zeros"));
  state.put(range("host-bits", {"10.98.0.1/24"}));
  EXPECT_THAT(findings(), ElementsAre("error malformed, ServiceCIDR host-bits",
                                      "error malformed 010.096.000.040, Service a/zeros",
                                      "error malformed not-an-address, IPAddress not-an-address"));
}

TEST_F(StateRulesTest, WhatIsPutAndErasedLeavesNothing) {
  const auto before = findings();
  add(service("a/x", {"10.96.0.40", "bad"}));
  state.put(ip_address("10.96.0.040", "a/x"));
  state.put(range("r", {"10.98.0.1/24"}));
  EXPECT_FALSE(findings().empty());
  state.erase_service("a", "x");
  state.erase_ip_address("10.96.0.40");
  state.erase_ip_address("bad");
  state.erase_ip_address("10.96.0.040");
  state.erase_range("r");
  EXPECT_EQ(findings(), before);
  EXPECT_EQ(state.addresses().size(), 3U);
  EXPECT_EQ(state.ip_address_count(), 3U);
}

TEST(ShapeFault, FollowsTheResultMatrixOfCreates) {
  const auto fault = [](std::vector<std::string> ips, std::vector<std::string> families, const char* policy,
                        const char* type = "ClusterIP") {
    cluster::Service object;
    object.type = type;
    object.cluster_ip = ips.empty() ? "" : ips.front();
    object.cluster_ips = std::move(ips);
    object.ip_families = std::move(families);
    if (policy != nullptr) object.ip_family_policy = policy;
    return shape_fault(object);
  };
  const std::string v4 = "10.96.0.7";
  const std::string v6 = "fd00::7";
  EXPECT_EQ(fault({v4}, {"IPv4"}, "SingleStack"), "");
  EXPECT_EQ(fault({v4}, {"IPv4"}, "PreferDualStack"), "");
  EXPECT_EQ(fault({v6, v4}, {"IPv6", "IPv4"}, "PreferDualStack"), "");
  EXPECT_EQ(fault({v4, v6}, {"IPv4", "IPv6"}, "RequireDualStack"), "");
  EXPECT_EQ(fault({"None"}, {"IPv4", "IPv6"}, "RequireDualStack"), "");
  EXPECT_EQ(fault({v4}, {}, nullptr), "");
  EXPECT_EQ(fault({}, {}, nullptr, "ExternalName"), "");

  EXPECT_EQ(fault({v4}, {"IPv6"}, "SingleStack"),
            "clusterIPs is [\"10.96.0.7\"], but ipFamilies is [\"IPv6\"]");
  EXPECT_EQ(fault({v4, v6}, {"IPv6", "IPv4"}, "RequireDualStack"),
            "clusterIPs is [\"10.96.0.7\",\"fd00::7\"], but ipFamilies is [\"IPv6\",\"IPv4\"]");
  EXPECT_EQ(fault({v4, v6}, {"IPv4", "IPv6"}, "SingleStack"),
            "ipFamilyPolicy is SingleStack, but ipFamilies is [\"IPv4\",\"IPv6\"]");
  EXPECT_EQ(fault({v4}, {"IPv4"}, "RequireDualStack"),
            "ipFamilyPolicy is RequireDualStack, but ipFamilies is [\"IPv4\"]");
  EXPECT_EQ(fault({v4}, {"IPv4", "IPv6"}, "PreferDualStack"),
            "clusterIPs is [\"10.96.0.7\"], but ipFamilies is [\"IPv4\",\"IPv6\"]");
  EXPECT_EQ(fault({v4}, {}, "SingleStack"), "clusterIPs is [\"10.96.0.7\"], but ipFamilies is []");
  EXPECT_EQ(fault({v4}, {"IPv5"}, "SingleStack"), "ipFamilies names the unknown family \"IPv5\"");
  EXPECT_EQ(fault({v4}, {"IPv4"}, "Both"), "ipFamilyPolicy is \"Both\"");
  EXPECT_EQ(fault({}, {"IPv4"}, "SingleStack"), "clusterIPs is empty");
  EXPECT_EQ(fault({v4}, {}, nullptr, "ExternalName"),
            "an ExternalName Service has clusterIPs [\"10.96.0.7\"]");
}

}  // namespace
}  // namespace clusterip::verify
