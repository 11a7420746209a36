// All combinations of type, policy, families and addresses that a real kube-apiserver 1.36.3 was asked for:
// the same requests are allowed, with the same families, policy and number of addresses, and the others are
// refused with the same message and causes.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/api/object_json.hpp"
#include "daemon/input/line_reader.hpp"
#include "engine/cluster/authority.hpp"
#include "engine/net/text.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::cluster {
namespace {

using nlohmann::json;

std::vector<json> recorded() {
  const std::string path = testing::source_path("tests/recordings/services/matrix-1.36.jsonl.gz");
  auto opened = daemon::open_source(path);
  std::vector<json> rows;
  auto* source = std::get_if<std::unique_ptr<daemon::ByteSource>>(&opened);
  if (source == nullptr) return rows;
  daemon::LineReader reader(**source);
  while (const auto line = reader.next()) rows.push_back(json::parse(line->text));
  return rows;
}

json causes_of(const FieldErrors& errors) {
  json causes = json::array();
  for (const FieldError& error : errors) {
    causes.push_back({reason_name(error.type), error.field, error.message()});
  }
  return causes;
}

Authority dual_stack_server() {
  return Authority({*read_cidr("10.96.0.0/24"), *read_cidr("fd00:96::/112")}, *version_profile("1.36"));
}

void expect_accepted(const json& row, const Service& service) {
  const json families(service.ip_families);
  EXPECT_EQ(families, row["ipFamilies"]);
  EXPECT_EQ(service.ip_family_policy.value_or(""),
            row["ipFamilyPolicy"].is_null() ? "" : row["ipFamilyPolicy"]);
  ASSERT_EQ(service.cluster_ips.size(), row["clusterIPs"].size());
  const json asked = row["request"]["spec"].value("clusterIPs", json::array());
  for (std::size_t i = 0; i < asked.size(); ++i) EXPECT_EQ(service.cluster_ips[i], row["clusterIPs"][i]);
}

TEST(ServiceMatrix, DecidesAsTheRealServer) {
  const std::vector<json> rows = recorded();
  ASSERT_EQ(rows.size(), 800U);
  Authority authority = dual_stack_server();
  ServiceCidr range;
  range.meta.name = "kubernetes";
  range.cidrs = {"10.96.0.0/24", "fd00:96::/112"};
  authority.put_service_cidr(range);
  SeededDraws draws(1);
  for (std::size_t i = 0; i < rows.size() && !::testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("row " + std::to_string(i + 1) + ": " + rows[i].dump());
    auto decoded = api::decode_service(rows[i]["request"]);
    ASSERT_TRUE(std::holds_alternative<Service>(decoded));
    Service request = std::get<Service>(std::move(decoded));
    request.meta.name_space = "default";  // from the path of the request
    ServiceDecision decision = authority.create(std::move(request), draws);
    if (const auto* refusal = std::get_if<ServiceRefusal>(&decision)) {
      EXPECT_EQ(rows[i]["code"], 422);
      EXPECT_EQ(causes_of(refusal->errors), rows[i].value("causes", json()));
      const std::string name = rows[i]["request"]["metadata"]["name"];
      EXPECT_EQ("Service " + go_quote(name) + " is invalid: " + aggregate_text(refusal->errors),
                rows[i].value("message", ""));
    } else {
      EXPECT_EQ(rows[i]["code"], 201);
      expect_accepted(rows[i], std::get<Reservation>(decision).write().service);
    }
  }
}

}  // namespace
}  // namespace clusterip::cluster
