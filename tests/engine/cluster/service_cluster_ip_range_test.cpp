// The texts of the flag itself are compared with upstream's answers in tests/tools/clusteripctl.
#include "engine/cluster/service_cluster_ip_range.hpp"

#include <gtest/gtest.h>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

std::string refusal(std::string_view text, const ServiceClusterIpRangeRules& rules = {}) {
  const auto read = read_service_cluster_ip_range(text, rules);
  const auto* refused = std::get_if<std::string>(&read);
  return refused == nullptr ? "" : *refused;
}

TEST(ServiceClusterIpRange, TellsFamiliesAndTheFirstAddress) {
  const auto read =
      std::get<ServiceClusterIpRange>(read_service_cluster_ip_range("FD00::5/108,010.96.0.5/16"));
  EXPECT_EQ(read.families(), (std::vector{Family::kIPv6, Family::kIPv4}));
  EXPECT_EQ(read.texts(), (std::vector<std::string>{"fd00::/108", "10.96.0.0/16"}));
  EXPECT_EQ(read.api_server_address().to_string(), "fd00::1");
}

TEST(ServiceClusterIpRange, HasUpstreamsDefault) {
  const auto read = std::get<ServiceClusterIpRange>(read_service_cluster_ip_range(""));
  EXPECT_EQ(read.texts(), std::vector<std::string>{"10.0.0.0/24"});
}

TEST(ServiceClusterIpRange, LimitsTheHostBitsWhereTheBitmapRuns) {
  ServiceClusterIpRangeRules rules;
  EXPECT_EQ(refusal("10.0.0.0/11,fd00::/107", rules), "");
  rules.limit_host_bits = true;
  EXPECT_EQ(refusal("10.0.0.0/12,fd00::/108", rules), "");
  EXPECT_EQ(
      refusal("10.0.0.0/11", rules),
      "specified --service-cluster-ip-range is too large; for 32-bit addresses, the mask must be >= 12");
  EXPECT_EQ(
      refusal("10.0.0.0/11,fd00::/107", rules),
      "[specified --service-cluster-ip-range is too large; for 32-bit addresses, the mask must be >= 12, "
      "specified --service-cluster-ip-range[1] is too large; for 128-bit addresses, the mask must be >= "
      "108]");
}

TEST(ServiceClusterIpRange, WantsTheFamilyOfTheAdvertisedAddress) {
  ServiceClusterIpRangeRules rules;
  rules.advertise_address = read_address("192.0.2.1");
  EXPECT_EQ(refusal("10.0.0.0/16,fd00::/108", rules), "");
  EXPECT_EQ(refusal("fd00::/108,10.0.0.0/16", rules),
            "service IP family \"fd00::/108\" must match public address family \"192.0.2.1\"");
}

}  // namespace
}  // namespace clusterip::cluster
