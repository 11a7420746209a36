// Who owns which fields after a write.
#include "daemon/api/managed_fields.hpp"

#include <gtest/gtest.h>

#include "daemon/api/object_json.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

const Resource& services() {
  return *find_kind_resource("v1", "Service");
}

FieldOwner owner(const char* manager, bool status = false) {
  return {manager, "v1", status, {}};
}

Json entry(const char* manager) {
  return {{"manager", manager},
          {"operation", "Update"},
          {"apiVersion", "v1"},
          {"fieldsType", "FieldsV1"},
          {"fieldsV1", {{"f:spec", {{"f:type", Json::object()}}}}}};
}

// A Service that has been stored, of which `standing` owns the type.
Json stored(const char* standing) {
  return {{"metadata", {{"name", "a"}, {"uid", "u"}, {"managedFields", {entry(standing)}}}},
          {"spec", {{"type", "ClusterIP"}}}};
}

// The managers after an update that sends these entries.
std::string managers_after(const Json& sent, bool status = false) {
  const Json live = stored("standing");
  Json fresh = live;
  fresh["metadata"]["managedFields"] = sent;
  record_update(fresh, live, services(), owner("writer", status));
  std::string managers;
  for (const Json& item : fresh["metadata"].value("managedFields", Json::array())) {
    managers += item.value("manager", "(none)") + " ";
  }
  return managers;
}

// What a create of this Service owns: by the tree, and as the object itself tells it.
void expect_one_set(const cluster::Service& service) {
  Json tree = encode(service);
  record_update(tree, encode(cluster::Service()), services(), owner("m"));
  const std::vector<cluster::ManagedFields> entries = managed_fields_of(tree);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries.front(), sole_entry(owner("m"), fields_of(service)));
}

TEST(ManagedFields, OfACreateAreToldByTheObjectAsByItsTree) {
  cluster::Service service;
  service.type = "ClusterIP";
  expect_one_set(service);
  service.meta.name = "a";
  service.meta.generate_name = "a-";
  service.meta.uid = "sent";
  service.meta.generation = 3;
  service.meta.deletion = cluster::Instant{};
  service.meta.deletion_grace_seconds = 0;
  service.meta.labels = {{"b", "1"}, {"a\"\\\n", "2"}, {"\xff", "3"}};
  service.meta.annotations = {{"k", ""}};
  service.meta.finalizers = {"z/z", "a/a", "z/z"};
  service.meta.owner_references = {{"v1", "Pod", "p", "uid-2", true, std::nullopt},
                                   {"v1", "Pod", "q", "uid-1", std::nullopt, false}};
  expect_one_set(service);
  service.ports = {{"web", "TCP", 8080, {80, std::nullopt}, 0, "http"},
                   {"", "", 80, {0, "name"}, 30'000, std::nullopt},
                   {"dns", "UDP\"", 53, {53, std::nullopt}, 0, std::nullopt}};
  service.selector = {{"app", "x"}, {"tier", "y"}};
  service.cluster_ip = "10.0.0.1";
  service.cluster_ips = {"10.0.0.1", "fd00::1"};
  service.ip_families = {"IPv4", "IPv6"};
  service.ip_family_policy = "PreferDualStack";
  service.external_ips = {"1.2.3.4"};
  service.external_name = "n";
  service.session_affinity = "ClientIP";
  service.session_affinity_config = cluster::Service::AffinityConfig{true, 10};
  service.load_balancer_ip = "1.2.3.4";
  service.load_balancer_source_ranges = {"10.0.0.0/8"};
  service.load_balancer_class = "c";
  service.allocate_load_balancer_node_ports = false;
  service.external_traffic_policy = "Local";
  service.internal_traffic_policy = "Cluster";
  service.traffic_distribution = "PreferClose";
  service.health_check_node_port = 30'001;
  service.publish_not_ready_addresses = true;
  service.ingress = {{"1.1.1.1", "", "VIP", {{80, "TCP", std::nullopt}}}};
  service.conditions = {{"T", "True", "R", "", std::nullopt, 0}};
  expect_one_set(service);
  service.session_affinity_config = cluster::Service::AffinityConfig{true, std::nullopt};
  expect_one_set(service);
  service.session_affinity_config = cluster::Service::AffinityConfig{};
  expect_one_set(service);
}

TEST(ManagedFields, EntriesByHandCount) {
  EXPECT_EQ(managers_after(Json::array({entry("mine")})), "mine ");
  EXPECT_EQ(managers_after(Json::array({Json::object()})), "");
}

TEST(ManagedFields, OneOddEntryAmongThemMakesAllCountForNone) {
  for (const auto& [member, value] : std::vector<std::pair<const char*, Json>>{{"operation", "Replace"},
                                                                               {"operation", ""},
                                                                               {"apiVersion", ""},
                                                                               {"fieldsType", "FieldsV2"},
                                                                               {"fieldsType", ""}}) {
    Json odd = entry("odd");
    odd[member] = value;
    EXPECT_EQ(managers_after(Json::array({entry("mine"), odd})), "standing ") << member << " " << value;
    odd.erase(member);
    EXPECT_EQ(managers_after(Json::array({entry("mine"), odd})), "standing ") << member;
  }
  EXPECT_EQ(managers_after(Json::array({entry("mine"), 5})), "standing ");
  EXPECT_EQ(managers_after(Json::array()), "standing ");
}

TEST(ManagedFields, AnEntryWithoutAManagerStaysWithoutOne) {
  Json nameless = entry("");
  nameless.erase("manager");
  EXPECT_EQ(managers_after(Json::array({nameless})), "(none) ");
}

TEST(ManagedFields, AnOwnerOfAVersionThatTheKindDoesNotHaveIsForgotten) {
  Json other = entry("other");
  other["apiVersion"] = "v9";
  EXPECT_EQ(managers_after(Json::array({entry("mine"), other})), "mine ");
}

TEST(ManagedFields, EntriesOfOneManagerAndTimeComeByTheirVersions) {
  const Resource& ranges = *find_kind_resource("networking.k8s.io/v1", "ServiceCIDR");
  Json object{{"metadata", {{"name", "a"}}}};
  std::string versions;
  for (const char* version : {"networking.k8s.io/v1beta1", "networking.k8s.io/v1"}) {
    const Json live = object;
    object["metadata"]["labels"][version] = "";
    record_update(object, live, ranges, {"m", version, false, {}});
  }
  for (const Json& item : object["metadata"]["managedFields"]) {
    versions += item["apiVersion"].get<std::string>() + " ";
  }
  EXPECT_EQ(versions, "networking.k8s.io/v1 networking.k8s.io/v1beta1 ");
}

TEST(ManagedFields, TheStatusHasNoSayInThem) {
  EXPECT_EQ(managers_after(Json::array({entry("mine")}), true), "standing ");
  EXPECT_EQ(managers_after(Json::array({Json::object()}), true), "standing ");
}

// An apply of these owner references to a Service that has the first of them by the same manager.
Json applied(const Json& live, const Json& references) {
  const Json configuration{{"apiVersion", "v1"},
                           {"kind", "Service"},
                           {"metadata", {{"name", "a"}, {"ownerReferences", references}}}};
  auto merged = server_side_apply(live, configuration, services(), owner("m"), false);
  return merged ? *merged : Json(merged.status().message);
}

Json fields_of(const Json& object) {
  return object.at("/metadata/managedFields/0/fieldsV1"_json_pointer).value("f:metadata", Json());
}

TEST(ManagedFields, AnOwnerReferenceIsOwnedAndReplacedAsAWhole) {
  const Json empty{{"metadata", {{"name", "a"}}}};
  const Json first{
      {"apiVersion", "v1"}, {"kind", "Service"}, {"name", "x"}, {"uid", "y"}, {"controller", true}};
  const Json after_first = applied(empty, Json::array({first}));
  const Json owned{{"f:ownerReferences", {{R"(k:{"uid":"y"})", Json::object()}}}};
  EXPECT_EQ(fields_of(after_first), owned);
  Json second = first;
  second.erase("controller");
  const Json after_second = applied(after_first, Json::array({second}));
  EXPECT_EQ(fields_of(after_second), owned);
  EXPECT_EQ(after_second["metadata"]["ownerReferences"], Json::array({second}));
}

TEST(ManagedFields, AnotherManagersOwnerReferenceIsInConflictAsAWhole) {
  Json live = stored("standing");
  live["metadata"]["ownerReferences"] = {
      {{"apiVersion", "v1"}, {"kind", "Service"}, {"name", "x"}, {"uid", "y"}}};
  live["metadata"]["managedFields"][0]["fieldsV1"] = {
      {"f:metadata", {{"f:ownerReferences", {{R"(k:{"uid":"y"})", Json::object()}}}}}};
  Json other = live["metadata"]["ownerReferences"][0];
  other["name"] = "z";
  EXPECT_EQ(applied(live, Json::array({other})),
            "Apply failed with 1 conflict: conflict with \"standing\" using v1: "
            R"(.metadata.ownerReferences[uid="y"])");
}

TEST(ManagedFields, AnAppliedListWithoutItemsOwnsNothing) {
  const Json merged = applied(Json{{"metadata", {{"name", "a"}}}}, Json::array());
  EXPECT_FALSE(merged["metadata"].contains("managedFields"));
}

}  // namespace
}  // namespace clusterip::api
