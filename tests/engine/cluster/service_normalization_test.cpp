// The cases of upstream's TestNormalizeClusterIPs, TestPatchAllocatedValues and TestServiceDefaultOnRead.
#include "engine/cluster/service_normalization.hpp"

#include <gtest/gtest.h>

#include "engine/cluster/service_traits.hpp"

namespace clusterip::cluster {
namespace {

using Texts = std::vector<std::string>;

Service with_ips(std::string singular, Texts plural) {
  Service service;
  service.cluster_ip = std::move(singular);
  service.cluster_ips = std::move(plural);
  return service;
}

TEST(NormalizeClusterIps, OnACreate) {
  const auto normalized = [](std::string singular, Texts plural) {
    Service service = with_ips(std::move(singular), std::move(plural));
    normalize_cluster_ips(service);
    return service.cluster_ips;
  };
  EXPECT_EQ(normalized("10.0.0.10", {}), Texts{"10.0.0.10"});
  EXPECT_EQ(normalized("", {"10.0.0.10"}), Texts{"10.0.0.10"});
  EXPECT_EQ(normalized("10.0.0.10", {"10.0.0.10"}), Texts{"10.0.0.10"});
  EXPECT_EQ(normalized("", {}), Texts{});
}

TEST(NormalizeClusterIps, OnAnUpdate) {
  struct Case {
    Service old;
    Service request;
    Texts expected;
  };
  const Service one = with_ips("10.0.0.10", {"10.0.0.10"});
  const Service two = with_ips("10.0.0.10", {"10.0.0.10", "2000::1"});
  const std::vector<Case> cases{
      {one, one, {"10.0.0.10"}},
      {one, with_ips("10.0.0.11", {"10.0.0.11"}), {"10.0.0.11"}},
      {two, with_ips("10.0.0.11", {"10.0.0.11", "3000::1"}), {"10.0.0.11", "3000::1"}},
      {one, two, {"10.0.0.10", "2000::1"}},
      {two, one, {"10.0.0.10"}},
      {one, with_ips("", {"10.0.0.10"}), {}},
      {one, with_ips("10.0.0.10", {}), {"10.0.0.10"}},
      {one, with_ips("", {}), {}},
      {one, with_ips("", {"10.0.0.11"}), {"10.0.0.11"}},
      {two, with_ips("10.0.0.11", {}), {}},
      {with_ips("None", {"None"}), with_ips("10.0.0.10", {"None"}), {"10.0.0.10"}},
      {one, with_ips("None", {"10.0.0.10"}), {"None"}},
      {two, with_ips("None", {"10.0.0.11", "2000::1"}), {"10.0.0.11", "2000::1"}},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Service service = cases[i].request;
    normalize_cluster_ips(service, cases[i].old);
    EXPECT_EQ(service.cluster_ips, cases[i].expected) << "case " << i;
    EXPECT_EQ(service.cluster_ip, cases[i].request.cluster_ip) << "case " << i;
  }
}

Service of_type(std::string_view type, bool filled) {
  Service service;
  service.type = type;
  service.ports = {{"p", "TCP", 93, {76, {}}, 0, {}}, {"q", "TCP", 94, {76, {}}, 0, {}}};
  if (type == kLoadBalancerType) service.external_traffic_policy = "Local";
  if (!filled) return service;
  service.cluster_ip = "10.0.0.93";
  service.cluster_ips = {"10.0.0.93", "2000::76"};
  service.ports[0].node_port = 30093;
  service.ports[1].node_port = 30094;
  service.health_check_node_port = 31234;
  return service;
}

TEST(KeepAllocatedValues, ByType) {
  for (const std::string_view type : {kClusterIpType, kNodePortType, kLoadBalancerType, kExternalNameType}) {
    SCOPED_TRACE(type);
    Service service = of_type(type, false);
    keep_allocated_values(service, of_type(type, true));
    const bool has_address = type != kExternalNameType;
    EXPECT_EQ(service.cluster_ip, has_address ? "10.0.0.93" : "");
    EXPECT_EQ(service.cluster_ips.size(), has_address ? 2U : 0U);
    const bool has_ports = type == kNodePortType || type == kLoadBalancerType;
    EXPECT_EQ(service.ports[0].node_port, has_ports ? 30093 : 0);
    EXPECT_EQ(service.health_check_node_port, type == kLoadBalancerType ? 31234 : 0);
  }
}

TEST(KeepAllocatedValues, LeavesNodePortsThatAreOffOrMoved) {
  Service old = of_type(kLoadBalancerType, true);
  Service off = of_type(kLoadBalancerType, false);
  off.allocate_load_balancer_node_ports = false;
  keep_allocated_values(off, old);
  EXPECT_EQ(off.ports[0].node_port, 0);

  // The first port's number has gone to the second one: it is not given twice.
  Service moved = of_type(kNodePortType, false);
  moved.ports[1].node_port = 30093;
  keep_allocated_values(moved, of_type(kNodePortType, true));
  EXPECT_EQ(moved.ports[0].node_port, 0);
  EXPECT_EQ(moved.ports[1].node_port, 30093);
}

std::string families(const Service& service) {
  std::string text = service.ip_family_policy.value_or("");
  for (const std::string& family : service.ip_families) text += " " + family;
  return text;
}

TEST(DefaultsOnRead, FillFamiliesAndPolicy) {
  const auto read = [](Service service) {
    set_defaults_on_read(service, Family::kIPv4);
    return families(service);
  };
  EXPECT_EQ(read(with_ips("10.0.0.1", {"10.0.0.1"})), "SingleStack IPv4");
  EXPECT_EQ(read(with_ips("10.0.0.1", {})), "SingleStack IPv4");
  EXPECT_EQ(read(with_ips("2000::1", {})), "SingleStack IPv6");
  EXPECT_EQ(read(with_ips("10.0.0.1", {"10.0.0.1", "2000::1"})), "RequireDualStack IPv4 IPv6");
  EXPECT_EQ(read(with_ips("2000::1", {"2000::1", "10.0.0.1"})), "RequireDualStack IPv6 IPv4");
  EXPECT_EQ(read(with_ips("None", {"None"})), "RequireDualStack IPv4 IPv6");
  Service headless = with_ips("None", {"None"});
  headless.selector = {{"a", "b"}};
  EXPECT_EQ(read(headless), "SingleStack IPv4");
  Service set = with_ips("None", {"None"});
  set.ip_families = {"IPv6"};
  set.ip_family_policy = "SingleStack";
  EXPECT_EQ(read(set), "SingleStack IPv6");
  Service external;
  external.type = kExternalNameType;
  external.internal_traffic_policy = "Cluster";
  set_defaults_on_read(external, Family::kIPv4);
  EXPECT_FALSE(external.internal_traffic_policy);
  EXPECT_EQ(families(external), "");
}

TEST(Defaults, OfTheApiVersion) {
  Service service;
  service.ports = {
      {"", "", 80, {0, {}}, 0, {}}, {"", "UDP", 53, {0, "dns"}, 0, {}}, {"", "", 81, {0, ""}, 0, {}}};
  set_defaults(service);
  EXPECT_EQ(service.type, "ClusterIP");
  EXPECT_EQ(service.session_affinity, "None");
  EXPECT_EQ(service.internal_traffic_policy, "Cluster");
  EXPECT_EQ(service.external_traffic_policy, "");
  EXPECT_EQ(service.ports[0].protocol, "TCP");
  EXPECT_EQ(service.ports[0].target_port, (IntOrString{80, {}}));
  EXPECT_EQ(service.ports[1].target_port, (IntOrString{0, "dns"}));
  EXPECT_EQ(service.ports[2].target_port, (IntOrString{81, {}}));

  Service balancer;
  balancer.type = kLoadBalancerType;
  balancer.session_affinity = "ClientIP";
  balancer.ingress = {{"1.2.3.4", "", {}, {}}};
  set_defaults(balancer);
  EXPECT_EQ(balancer.external_traffic_policy, "Cluster");
  EXPECT_EQ(balancer.allocate_load_balancer_node_ports, true);
  EXPECT_EQ(balancer.session_affinity_config->timeout_seconds, 10800);
  EXPECT_EQ(balancer.ingress[0].ip_mode, "VIP");

  Service external;
  external.type = kExternalNameType;
  set_defaults(external);
  EXPECT_FALSE(external.internal_traffic_policy);
}

TEST(DropFieldsOfOldType, WhereTheClientDidNotChangeThem) {
  Service old = of_type(kLoadBalancerType, true);
  old.ip_families = {"IPv4", "IPv6"};
  old.ip_family_policy = "PreferDualStack";
  old.allocate_load_balancer_node_ports = true;
  old.load_balancer_class = "example.com/a";
  Service external = old;
  external.type = kExternalNameType;
  drop_fields_of_old_type(external, old);
  EXPECT_EQ(external.cluster_ip, "");
  EXPECT_TRUE(external.cluster_ips.empty() && external.ip_families.empty());
  EXPECT_FALSE(external.ip_family_policy || external.allocate_load_balancer_node_ports ||
               external.load_balancer_class);
  EXPECT_EQ(external.external_traffic_policy, "");
  EXPECT_EQ(external.health_check_node_port, 0);
  EXPECT_TRUE(node_ports(external).empty());

  Service changed = old;
  changed.type = kExternalNameType;
  changed.cluster_ip = "10.0.0.94";
  changed.cluster_ips[0] = "10.0.0.94";
  changed.ip_families = {"IPv4"};
  drop_fields_of_old_type(changed, old);
  EXPECT_EQ(changed.cluster_ip, "10.0.0.94");
  EXPECT_EQ(changed.ip_families.size(), 1U);
}

}  // namespace
}  // namespace clusterip::cluster
