// The cases of upstream's default_servicecidr_controller_test.go (D rows of the specification), the migration
// matrix, and default/kubernetes.
#include "engine/cluster/default_service_cidr.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cluster/kubernetes_service.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Instant kNow = *read_instant("2026-11-22T10:00:00Z");
const std::string kV4 = "192.168.0.0/24";
const std::string kV6 = "2001:db2::/64";

ServiceCidr object(std::vector<std::string> cidrs, std::string ready = "") {
  ServiceCidr result;
  result.meta.name = "kubernetes";
  result.cidrs = std::move(cidrs);
  if (!ready.empty()) result.conditions = {{"Ready", ready, "Terminating", "text", kNow, 0}};
  return result;
}

std::vector<Cidr> flag(const std::vector<std::string>& texts) {
  std::vector<Cidr> cidrs;
  cidrs.reserve(texts.size());
  for (const std::string& text : texts) cidrs.push_back(*read_cidr(text));
  return cidrs;
}

std::vector<std::string> texts(const Effects& effects) {
  std::vector<std::string> out;
  for (const Effect& effect : effects) out.push_back(to_text(effect));
  return out;
}

std::vector<std::string> sync(const std::vector<std::string>& ranges,
                              const std::optional<ServiceCidr>& current,
                              DefaultCidrReports reports = {true, true}, const char* version = "1.36") {
  return texts(sync_default_service_cidr(flag(ranges), current ? &*current : nullptr, reports, kNow,
                                         *version_profile(version))
                   .effects);
}

const char* const kReady = "ApplyCondition kubernetes Ready=True";

TEST(DefaultServiceCidr, CreatesWhatIsMissing) {
  EXPECT_THAT(sync({kV4}, std::nullopt), ElementsAre("CreateServiceCIDR kubernetes 192.168.0.0/24", kReady));
  EXPECT_THAT(sync({kV4, kV6}, std::nullopt),
              ElementsAre("CreateServiceCIDR kubernetes 192.168.0.0/24,2001:db2::/64", kReady));
}

TEST(DefaultServiceCidr, MarksItReadyWhereNobodyDid) {
  EXPECT_THAT(sync({kV4}, object({kV4})), ElementsAre(kReady));
  EXPECT_THAT(sync({kV4, kV6}, object({kV4, kV6})), ElementsAre(kReady));
  EXPECT_THAT(sync({kV4}, object({kV4}, "Unknown")), ElementsAre(kReady));
  EXPECT_THAT(sync({kV4}, object({kV4}, "False")), IsEmpty());
  EXPECT_THAT(sync({kV4}, object({kV4}, "True")), IsEmpty());
  EXPECT_THAT(sync({kV4}, object({"fd00::/112"})), IsEmpty());
  ServiceCidr deleting = object({kV4});
  deleting.meta.deletion = kNow;
  EXPECT_THAT(sync({kV4}, deleting), IsEmpty());
}

TEST(DefaultServiceCidr, AddsTheSecondFamilyOnly) {
  EXPECT_THAT(sync({kV4, kV6}, object({kV4})),
              ElementsAre("UpdateServiceCIDR kubernetes 192.168.0.0/24,2001:db2::/64"));
  EXPECT_THAT(sync({kV6, kV4}, object({kV6})),
              ElementsAre("UpdateServiceCIDR kubernetes 2001:db2::/64,192.168.0.0/24"));
  EXPECT_THAT(sync({kV6, kV4}, object({kV4})), IsEmpty());
  EXPECT_THAT(sync({kV4, kV6}, object({kV6})), IsEmpty());
  EXPECT_THAT(sync({kV4, kV6}, object({kV6, kV4})), IsEmpty());
  EXPECT_THAT(sync({kV4}, object({kV4, kV6})), IsEmpty());
  ServiceCidr deleting = object({kV4});
  deleting.meta.deletion = kNow;
  EXPECT_THAT(sync({kV4, kV6}, deleting),
              ElementsAre("UpdateServiceCIDR kubernetes 192.168.0.0/24,2001:db2::/64"));
}

TEST(DefaultServiceCidr, SaysWhatFailed) {
  const auto created = sync_default_service_cidr(flag({kV4}), nullptr, {}, kNow, default_version_profile());
  const auto& create = std::get<CreateServiceCidr>(created.effects.at(0)).on_failure;
  EXPECT_EQ(create.event->note, "The default ServiceCIDR can not be created");
  EXPECT_FALSE(create.forgiven);
  const auto& apply = std::get<ApplyCondition>(created.effects.at(1)).on_failure;
  EXPECT_EQ(apply.event->note, "The default ServiceCIDR Status can not be set to Ready=True");
  EXPECT_TRUE(apply.forgiven);

  const ServiceCidr current = object({kV4});
  const auto upgraded =
      sync_default_service_cidr(flag({kV4, kV6}), &current, {}, kNow, default_version_profile());
  const auto& update = std::get<UpdateServiceCidr>(upgraded.effects.at(0)).on_failure;
  EXPECT_EQ(update.event->note,
            "The default ServiceCIDR can not be upgraded from 192.168.0.0/24 to dual stack [192.168.0.0/24 "
            "2001:db2::/64] : ");
  EXPECT_TRUE(update.append_error && update.forgiven);
}

TEST(DefaultServiceCidr, ReportsAMismatchOnce) {
  const ServiceCidr current = object({kV4, kV6}, "False");
  const auto first =
      sync_default_service_cidr(flag({"10.97.0.0/28"}), &current, {}, kNow, default_version_profile());
  EXPECT_THAT(
      texts(first.effects),
      ElementsAre(
          "Event KubernetesDefaultServiceCIDRInconsistent ServiceCIDR kubernetes: The default ServiceCIDR "
          "[192.168.0.0/24 2001:db2::/64] does not match the controller flag configurations [10.97.0.0/28]"));
  EXPECT_THAT(sync({"10.97.0.0/28"}, current, first.reports), IsEmpty());
}

TEST(DefaultServiceCidr, ReportsFalseOnce) {
  EXPECT_THAT(sync({kV4}, object({kV4}, "False"), {}),
              ElementsAre("Event Terminating ServiceCIDR kubernetes: Configuration matches, but text"));
}

TEST(DefaultServiceCidr, ReportedLessBefore134) {
  EXPECT_THAT(sync({kV4}, object({kV4}, "False"), {}, "1.33"),
              ElementsAre("Event Terminating ServiceCIDR kubernetes: text"));
  EXPECT_THAT(sync({kV4}, object({kV6}, "Unknown"), {}, "1.33"),
              ElementsAre("Event Terminating ServiceCIDR kubernetes: text"));
  EXPECT_THAT(
      sync({kV4}, object({kV6}, "True"), {}, "1.33"),
      ElementsAre("Event KubernetesDefaultServiceCIDRInconsistent ServiceCIDR kubernetes: The default "
                  "ServiceCIDR [2001:db2::/64] does not match the flag configurations [192.168.0.0/24]"));
  EXPECT_THAT(sync({kV4}, object({kV4}), {}, "1.33"), ElementsAre(kReady));
}

TEST(DefaultServiceCidr, TakesAnEmptyAnswerForTheObject) {
  const auto result = default_cidr_exists_already(flag({kV4}), {}, default_version_profile());
  EXPECT_THAT(
      texts(result.effects),
      ElementsAre("Event KubernetesDefaultServiceCIDRInconsistent ServiceCIDR : The default ServiceCIDR [] "
                  "does not match the controller flag configurations [192.168.0.0/24]"));
  EXPECT_TRUE(result.reports.mismatch);
}

// TestServiceCIDRMigrationScenarios: what a server with new flags makes of the object of one with old flags.
TEST(DefaultServiceCidr, FollowsTheMigrationMatrix) {
  const std::string s4 = "10.0.0.0/29";
  const std::string b4 = "10.1.0.0/16";
  const std::string s6 = "2001:db8:1::/125";
  const std::string b6 = "2001:db8:2::/112";
  using Ranges = std::vector<std::string>;
  struct Row {
    Ranges initial;
    Ranges migrated;
    bool upgraded;
    bool inconsistent;
  };
  const std::vector<Row> rows{{{s4}, {s4}, false, false},         {{s6}, {s6}, false, false},
                              {{s4, s6}, {s4, s6}, false, false}, {{s6, s4}, {s6, s4}, false, false},
                              {{s4}, {s4, b6}, true, false},      {{s6}, {s6, b4}, true, false},
                              {{s4, s6}, {s6, s4}, false, true},  {{s6, s4}, {s4, s6}, false, true},
                              {{s4, s6}, {s4}, false, true},      {{s4, s6}, {s6}, false, true},
                              {{s4}, {s6}, false, true},          {{s6}, {s4}, false, true},
                              {{s4}, {b6, s4}, false, true},      {{s6}, {b4, s6}, false, true}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ServiceCidr current = object(rows[i].initial, "True");
    const auto result =
        sync_default_service_cidr(flag(rows[i].migrated), &current, {}, kNow, default_version_profile());
    EXPECT_EQ(result.reports.mismatch, rows[i].inconsistent) << "row " << i + 1;
    const bool updates =
        !result.effects.empty() && std::holds_alternative<UpdateServiceCidr>(result.effects.front());
    EXPECT_EQ(updates, rows[i].upgraded) << "row " << i + 1;
    EXPECT_EQ(result.effects.empty(), !rows[i].upgraded && !rows[i].inconsistent) << "row " << i + 1;
  }
}

TEST(KubernetesService, IsCreatedAtTheFirstAddress) {
  KubernetesServiceConfig config;
  config.primary_range = *read_cidr("10.96.0.0/16");
  EXPECT_THAT(sync_kubernetes_service(config, true), IsEmpty());
  const Effects effects = sync_kubernetes_service(config, false);
  const Service& service = std::get<CreateService>(effects.at(0)).object;
  EXPECT_EQ(object_path("services", service.meta), "services/default/kubernetes");
  EXPECT_EQ(service.cluster_ip, "10.96.0.1");
  EXPECT_THAT(service.cluster_ips, IsEmpty());
  EXPECT_THAT(service.ip_families, IsEmpty());
  EXPECT_EQ(service.ip_family_policy, "SingleStack");
  EXPECT_EQ(service.type, "ClusterIP");
  config.node_port = 30443;
  EXPECT_EQ(kubernetes_service(config).type, "NodePort");
  EXPECT_EQ(api_service_address(*read_cidr("fd00::/108")).to_string(), "fd00::1");
}

}  // namespace
}  // namespace clusterip::cluster
