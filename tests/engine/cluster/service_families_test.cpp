// The result matrix of upstream's TestCreateInitIPFields (specification, 5.3): policy and families of a new
// Service, from the cluster's families and what the client sent.
#include "engine/cluster/service_families.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "engine/cluster/service_normalization.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

// Cells: policy and families, or E where the request is refused. "4" and "6" stand for the families, "-" for
// unset; P, S and R for the policies.
struct Row {
  const char* addresses;  // "None+" selects Pods, "None" does not
  const char* policies;   // several share a row
  const char* cells[5];   // families: unset; 4; 6; 4,6; 6,4
};

constexpr const char* kFamilyColumns[] = {"-", "4", "6", "4,6", "6,4"};

constexpr Row kDualStack[] = {
    {"-", "-S", {"S4", "S4", "S6", "E", "E"}},
    {"-", "P", {"P4,6", "P4,6", "P6,4", "P4,6", "P6,4"}},
    {"-", "R", {"R4,6", "R4,6", "R6,4", "R4,6", "R6,4"}},
    {"4", "-S", {"S4", "S4", "E", "E", "E"}},
    {"4", "P", {"P4,6", "P4,6", "E", "P4,6", "E"}},
    {"4", "R", {"R4,6", "R4,6", "E", "R4,6", "E"}},
    {"6", "-S", {"S6", "E", "S6", "E", "E"}},
    {"6", "P", {"P6,4", "E", "P6,4", "E", "P6,4"}},
    {"6", "R", {"R6,4", "E", "R6,4", "E", "R6,4"}},
    {"4,6", "-S", {"E", "E", "E", "E", "E"}},
    {"4,6", "P", {"P4,6", "P4,6", "E", "P4,6", "E"}},
    {"4,6", "R", {"R4,6", "R4,6", "E", "R4,6", "E"}},
    {"6,4", "-S", {"E", "E", "E", "E", "E"}},
    {"6,4", "P", {"P6,4", "E", "P6,4", "E", "P6,4"}},
    {"6,4", "R", {"R6,4", "E", "R6,4", "E", "R6,4"}},
    {"None+", "-S", {"S4", "S4", "S6", "E", "E"}},
    {"None+", "P", {"P4,6", "P4,6", "P6,4", "P4,6", "P6,4"}},
    {"None+", "R", {"R4,6", "R4,6", "R6,4", "R4,6", "R6,4"}},
    {"None", "-", {"R4,6", "R4,6", "R6,4", "R4,6", "R6,4"}},
    {"None", "S", {"S4", "S4", "S6", "E", "E"}},
    {"None", "P", {"P4,6", "P4,6", "P6,4", "P4,6", "P6,4"}},
    {"None", "R", {"R4,6", "R4,6", "R6,4", "R4,6", "R6,4"}},
};

constexpr Row kSingleStackV4[] = {
    {"-", "-S", {"S4", "S4", "E", "E", "E"}},
    {"-", "P", {"P4", "P4", "E", "E", "E"}},
    {"-", "R", {"E", "E", "E", "E", "E"}},
    {"4", "-S", {"S4", "S4", "E", "E", "E"}},
    {"4", "P", {"P4", "P4", "E", "E", "E"}},
    {"4", "R", {"E", "E", "E", "E", "E"}},
    {"6", "-SPR", {"E", "E", "E", "E", "E"}},
    {"4,6", "-SPR", {"E", "E", "E", "E", "E"}},
    {"6,4", "-SPR", {"E", "E", "E", "E", "E"}},
    {"None+", "-S", {"S4", "S4", "E", "E", "E"}},
    {"None+", "P", {"P4", "P4", "E", "E", "E"}},
    {"None+", "R", {"E", "E", "E", "E", "E"}},
    {"None", "-", {"R4,6", "R4,6", "R6,4", "R4,6", "R6,4"}},
    {"None", "S", {"S4", "S4", "S6", "E", "E"}},
    {"None", "P", {"P4,6", "P4,6", "P6,4", "P4,6", "P6,4"}},
    {"None", "R", {"R4,6", "R4,6", "R6,4", "R4,6", "R6,4"}},
};

// The same for the other family: 4 and 6 change places.
std::string mirrored(std::string text) {
  for (char& c : text) c = c == '4' ? '6' : (c == '6' ? '4' : c);
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text == "-" ? "" : text);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

std::optional<std::string> policy_of(char letter) {
  switch (letter) {
    case 'S':
      return "SingleStack";
    case 'P':
      return "PreferDualStack";
    case 'R':
      return "RequireDualStack";
    default:
      return std::nullopt;
  }
}

Service request(const std::string& addresses, char policy, const std::string& families) {
  Service service;
  service.meta.name = "a";
  service.meta.name_space = "default";
  service.ip_family_policy = policy_of(policy);
  for (const std::string& family : split(families)) service.ip_families.push_back("IPv" + family);
  if (addresses == "None+") service.selector = {{"app", "a"}};
  if (addresses.starts_with("None")) {
    service.cluster_ips = {"None"};
  } else {
    for (const std::string& family : split(addresses)) {
      service.cluster_ips.emplace_back(family == "4" ? "10.0.0.17" : "fd00::17");
    }
  }
  if (!service.cluster_ips.empty()) service.cluster_ip = service.cluster_ips.front();
  set_defaults(service);
  return service;
}

// "P4,6" or "E".
std::string outcome(Service service, const ClusterFamilies& families) {
  if (!resolve_families(service, nullptr, families, default_version_profile()).empty()) return "E";
  std::string text(1, service.ip_family_policy->front());
  for (const std::string& family : service.ip_families) {
    if (text.size() > 1) text += ',';
    text += family.back();
  }
  return text;
}

template <std::size_t kCount>
void expect_rows(const Row (&rows)[kCount], const ClusterFamilies& families, bool mirror) {
  const auto here = [&](const std::string& text) { return mirror ? mirrored(text) : text; };
  for (const Row& row : rows) {
    for (const char policy : std::string(row.policies)) {
      for (std::size_t i = 0; i < 5; ++i) {
        const Service service = request(here(row.addresses), policy, here(kFamilyColumns[i]));
        EXPECT_EQ(outcome(service, families), here(row.cells[i]))
            << "addresses " << here(row.addresses) << ", policy " << policy << ", families "
            << here(kFamilyColumns[i]);
      }
    }
  }
}

TEST(ResolveFamilies, OfADualStackCluster) {
  expect_rows(kDualStack, {Family::kIPv4, true}, false);
}

TEST(ResolveFamilies, OfADualStackClusterWithIPv6First) {
  expect_rows(kDualStack, {Family::kIPv6, true}, true);
}

TEST(ResolveFamilies, OfASingleStackCluster) {
  expect_rows(kSingleStackV4, {Family::kIPv4, false}, false);
  expect_rows(kSingleStackV4, {Family::kIPv6, false}, true);
}

std::vector<std::string> refusals(Service service, const Service* old, bool dual_stack = true) {
  std::vector<std::string> texts;
  const FieldErrors errors =
      resolve_families(service, old, {Family::kIPv4, dual_stack}, default_version_profile());
  for (const FieldError& error : errors) texts.push_back(error.field + ": " + error.message());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(ResolveFamilies, SaysWhatIsWrong) {
  EXPECT_EQ(
      refusals(request("-", 'R', "-"), nullptr, false),
      Texts{"spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for "
            "dual-stack services"});
  EXPECT_EQ(
      refusals(request("6", '-', "-"), nullptr, false),
      Texts{"spec.clusterIPs[0]: Invalid value: [\"fd00::17\"]: IPv6 is not configured on this cluster"});
  EXPECT_EQ(refusals(request("-", '-', "6"), nullptr, false),
            Texts{"spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster"});
  EXPECT_EQ(refusals(request("4,6", '-', "-"), nullptr),
            Texts{"spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or "
                  "'PreferDualStack' when multiple cluster IPs are specified"});
  EXPECT_EQ(refusals(request("4", '-', "6"), nullptr),
            Texts{"spec.clusterIPs[0]: Invalid value: \"10.0.0.17\": expected an IPv6 value as indicated by "
                  "`ipFamilies[0]`"});
}

TEST(ResolveFamilies, ReleasesTheSecondFamilyBySingleStackOnly) {
  const Service stored = request("4,6", 'R', "4,6");
  Service single = stored;
  single.ip_family_policy = "SingleStack";
  EXPECT_TRUE(refusals(single, &stored).empty());
  EXPECT_EQ(outcome(request("4,6", 'P', "4,6"), {Family::kIPv4, true}), "P4,6");

  Service cut = stored;
  cut.cluster_ips.resize(1);
  cut.ip_families.resize(1);
  EXPECT_EQ(
      refusals(cut, &stored),
      (Texts{"spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": must be 'SingleStack' to release the "
             "secondary cluster IP",
             "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": must be 'SingleStack' to release the "
             "secondary IP family"}));
}

TEST(ResolveFamilies, LeavesAPreferDualStackServiceAlone) {
  // Stored while the cluster had one family: a write that changes nothing adds none.
  const Service stored = request("4", 'P', "4");
  Service same = stored;
  EXPECT_TRUE(resolve_families(same, &stored, {Family::kIPv4, true}, default_version_profile()).empty());
  EXPECT_EQ(same.ip_families, Texts{"IPv4"});
  EXPECT_TRUE(keeps_prefer_dual_stack(same, &stored));

  Service changed = stored;
  changed.ip_family_policy = "RequireDualStack";
  EXPECT_TRUE(resolve_families(changed, &stored, {Family::kIPv4, true}, default_version_profile()).empty());
  EXPECT_EQ(changed.ip_families, (Texts{"IPv4", "IPv6"}));
}

TEST(ResolveFamilies, TakesThePolicyOfTheStoredService) {
  const Service stored = request("4,6", 'R', "4,6");
  Service unset = stored;
  unset.ip_family_policy.reset();
  EXPECT_TRUE(resolve_families(unset, &stored, {Family::kIPv4, true}, default_version_profile()).empty());
  EXPECT_EQ(unset.ip_family_policy, "RequireDualStack");
}

}  // namespace
}  // namespace clusterip::cluster
