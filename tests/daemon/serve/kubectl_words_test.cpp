// What kubectl prints for a real control plane rests on these answers; the transcripts of
// tests/clients/kubectl found each of them.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

const std::string kServices = "/api/v1/namespaces/default/services";
constexpr const char* kApply = "application/apply-patch+yaml";
constexpr const char* kMerge = "application/merge-patch+json";
constexpr const char* kStrategic = "application/strategic-merge-patch+json";

Json service(const std::string& name) {
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", {{"name", name}}},
          {"spec", {{"clusterIP", "10.96.0.5"}, {"ports", {{{"port", 80}}}}}}};
}

class KubectlWords : public ::testing::Test {
 protected:
  KubectlWords()
      : daemon_({"--service-cluster-ip-range=10.96.0.0/24", "--in-memory"}), client_(daemon_.port()) {}

  Answer apply(const Json& object, const std::string& manager) {
    return client_.patch(kServices + "/a?fieldManager=" + manager, object, kApply);
  }
  static std::string message(const Answer& answer) { return answer.json().value("message", ""); }

  DaemonProcess daemon_;
  HttpClient client_;
};

TEST_F(KubectlWords, ADryRunOfACreateHasNoResourceVersion) {
  const Answer answer = client_.post(kServices + "?dryRun=All", service("a"));
  EXPECT_EQ(answer.status, 201);
  EXPECT_FALSE(answer.json().at("metadata").contains("resourceVersion"));
}

TEST_F(KubectlWords, APatchThatFitsNoServiceIsQuoted) {
  ASSERT_EQ(client_.post(kServices, service("a")).status, 201);
  const std::string strict = "/a?fieldValidation=Strict";
  struct Row {
    const char* type;
    Json patch;
    std::string begin;
    std::string end;
  };
  const Row table[] = {
      {kMerge,
       {{"spec", {{"ports", "x"}}}},
       R"( "" is invalid: patch: Invalid value: "{\"apiVersion\":\"v1\",\"kind\":\"Service\",)",
       "}\": json: cannot unmarshal string into Go struct field ServiceSpec.spec.ports of type "
       "[]v1.ServicePort"},
      {kMerge,
       {{"metadata", {{"labelz", Json::object()}}}},
       R"( "" is invalid: patch: Invalid value: "{)",
       R"(}": strict decoding error: unknown field "metadata.labelz")"},
      {kStrategic,
       {{"metadata", {{"labelz", {{"a", "b"}}}, {"labels", nullptr}}}},
       R"( "" is invalid: patch: Invalid value: "map[metadata:map[labels:<nil> labelz:map[a:b]]]": )",
       R"(strict decoding error: unknown field "metadata.labelz")"},
      {kStrategic,
       {{"spec", {{"sessionAffinity", 5}}}},
       R"( "" is invalid: patch: Invalid value: "map[)",
       "]]\": cannot convert int64 to v1.ServiceAffinity"},
      {kStrategic,
       {{"spec", {{"publishNotReadyAddresses", "x"}}}},
       R"( "" is invalid: patch: Invalid value: "map[)",
       "]]\": unrecognized type: bool"},
  };
  for (const Row& row : table) {
    const Answer answer = client_.patch(kServices + strict, row.patch, row.type);
    EXPECT_EQ(answer.status, 422) << row.patch;
    EXPECT_EQ(message(answer).rfind(row.begin, 0), 0U) << message(answer);
    ASSERT_GE(message(answer).size(), row.end.size());
    EXPECT_EQ(message(answer).substr(message(answer).size() - row.end.size()), row.end);
  }
}

TEST_F(KubectlWords, AnAppliedConfigurationIsHeldToItsSchema) {
  Json sent = service("a");
  sent["metadata"]["labels"] = Json::array({"x"});
  sent["spec"]["ports"] = {{{"port", "eighty"}, {"bogus", 1}}, {{"port", 81}}, {{"port", 81}}};
  const Answer answer = apply(sent, "kubectl");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(
      message(answer),
      "failed to create typed patch object (/a; /v1, Kind=Service): errors:\n"
      "  .metadata.labels: expected map, got &{[x]}\n"
      "  .spec.ports: duplicate entries for key [port=81,protocol=\"TCP\"]\n"
      "  .spec.ports[port=\"eighty\",protocol=\"TCP\"].bogus: field not declared in schema\n"
      "  .spec.ports[port=\"eighty\",protocol=\"TCP\"].port: expected numeric (int or float), got string");
  Json range{{"apiVersion", "networking.k8s.io/v1"},
             {"kind", "ServiceCIDR"},
             {"metadata", {{"name", "r"}}},
             {"spec", {{"cidrs", "10.0.0.0/24"}}}};
  EXPECT_EQ(message(client_.patch("/apis/networking.k8s.io/v1/servicecidrs/r?fieldManager=m", range, kApply)),
            "failed to create typed patch object (/r; networking.k8s.io/v1, Kind=ServiceCIDR): .spec.cidrs: "
            "expected list, got &{10.0.0.0/24}");
}

TEST_F(KubectlWords, ConflictsComeInTheOrderOfTheirManagers) {
  Json sent = service("a");
  sent["metadata"]["labels"] = {{"app", "one"}};
  sent["spec"]["selector"] = {{"app", "one"}};
  ASSERT_EQ(apply(sent, "zoe").status, 201);
  ASSERT_EQ(
      client_.patch(kServices + "/a?fieldManager=bob", {{"metadata", {{"labels", {{"app", "two"}}}}}}, kMerge)
          .status,
      200);
  sent["spec"]["selector"] = {{"app", "three"}};
  EXPECT_EQ(message(apply(sent, "amy")),
            "Apply failed with 2 conflicts: conflicts with \"bob\" using v1:\n- .metadata.labels.app\n"
            "conflicts with \"zoe\":\n- .spec.selector");
}

// Upstream lets `kubectl apply --server-side` take over what `kubectl apply` had set, whoever owns it now.
TEST_F(KubectlWords, AServerSideApplyTakesOverAClientSideOne) {
  Json sent = service("a");
  sent["metadata"]["labels"] = {{"app", "one"}};
  ASSERT_EQ(apply(sent, "other").status, 201);
  Json record = sent;
  const std::string name = "kubectl.kubernetes.io/last-applied-configuration";
  ASSERT_EQ(
      client_.patch(kServices + "/a", {{"metadata", {{"annotations", {{name, record.dump()}}}}}}, kMerge)
          .status,
      200);
  sent["metadata"]["labels"]["app"] = "two";
  EXPECT_EQ(apply(sent, "third").status, 409);
  const Answer taken = apply(sent, "kubectl");
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(taken.json().at("/metadata/annotations"_json_pointer).at(name), sent.dump() + "\n");
}

// Found by playing the same applies and patches to a real apiserver.
TEST_F(KubectlWords, OwnersByHandNeedNoTime) {
  ASSERT_EQ(client_.post(kServices, service("a")).status, 201);
  Json owner{{"manager", "m"}, {"operation", "Update"}, {"apiVersion", "v1"}, {"fieldsType", "FieldsV1"}};
  owner["fieldsV1"] = {{"f:spec", Json::object()}};
  const Json sent{{"metadata", {{"managedFields", Json::array({owner})}}}};
  const Answer answer = client_.patch(kServices + "/a", sent, kMerge);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json().at("/metadata/managedFields"_json_pointer), Json::array({owner}));
}

TEST_F(KubectlWords, AnObjectWithoutOwnersGetsOneWithItsFirstApply) {
  ASSERT_EQ(client_.post(kServices, service("a")).status, 201);
  const Json none{{"metadata", {{"managedFields", Json::array({Json::object()})}, {"labels", {{"x", "1"}}}}}};
  ASSERT_EQ(client_.patch(kServices + "/a", none, kMerge).status, 200);
  const Answer updated = client_.patch(kServices + "/a", {{"metadata", {{"labels", {{"y", "1"}}}}}}, kMerge);
  EXPECT_FALSE(updated.json().at("metadata").contains("managedFields"));
  const Json owners = apply(service("a"), "one").json().at("/metadata/managedFields"_json_pointer);
  ASSERT_EQ(owners.size(), 2U);
  EXPECT_EQ(owners[1].at("manager"), "before-first-apply");
  EXPECT_TRUE(owners[1].at("/fieldsV1/f:metadata/f:labels"_json_pointer).contains("f:y"));
}

TEST_F(KubectlWords, NoMoreThanTenManagersAreKeptApart) {
  ASSERT_EQ(client_.post(kServices, service("a")).status, 201);
  Answer answer;
  for (int i = 0; i < 13; ++i) {
    const std::string number = std::to_string(i);
    answer = client_.patch(std::string(kServices).append("/a?fieldManager=m").append(number),
                           {{"metadata", {{"labels", {{"l" + number, "1"}}}}}}, kMerge);
  }
  const Json owners = answer.json().at("/metadata/managedFields"_json_pointer);
  EXPECT_EQ(owners.size(), 10U);
  EXPECT_EQ(std::count_if(owners.begin(), owners.end(),
                          [](const Json& owner) { return owner.at("manager") == "ancient-changes"; }),
            1);
}

TEST_F(KubectlWords, NewPortsOfAStrategicPatchComeFirst) {
  ASSERT_EQ(client_.post(kServices, service("a")).status, 201);
  const Json first{{"spec", {{"ports", {{{"port", 80}, {"name", "http"}}}}}}};
  ASSERT_EQ(client_.patch(kServices + "/a", first, kStrategic).status, 200);
  const Json second{{"spec", {{"ports", {{{"port", 81}, {"name", "alt"}}}}}}};
  const Answer answer = client_.patch(kServices + "/a", second, kStrategic);
  EXPECT_EQ(answer.json().at("/spec/ports/0/port"_json_pointer), 81);
  EXPECT_EQ(answer.json().at("/spec/ports/1/port"_json_pointer), 80);
}

TEST_F(KubectlWords, AnItemGoesWithItsOwner) {
  Json both = service("a");
  both["spec"]["ports"] = {{{"port", 80}, {"name", "http"}}, {{"port", 81}, {"name", "alt"}}};
  ASSERT_EQ(apply(both, "one").status, 201);
  const Json patch{{"spec", {{"ports", {{{"port", 81}, {"targetPort", 70}}}}}}};
  ASSERT_EQ(client_.patch(kServices + "/a?fieldManager=up", patch, kStrategic).status, 200);
  both["spec"]["ports"] = {{{"port", 80}, {"name", "http"}}};
  EXPECT_EQ(apply(both, "one").json().at("/spec/ports"_json_pointer).size(), 1U);
}

TEST_F(KubectlWords, OptionsThatDoNotFitAreAllNamed) {
  EXPECT_EQ(client_.patch(kServices + "/a?force=true", Json::object(), kMerge).status, 422);
  EXPECT_EQ(message(client_.get(kServices + "?limit=x")), "strconv.ParseInt: parsing \"x\": invalid syntax");
  const Answer watch = client_.get(kServices + "?watch=true&resourceVersionMatch=Exact");
  EXPECT_EQ(watch.status, 422);
  EXPECT_EQ(watch.json().at("/details/causes"_json_pointer).size(), 2U);
}

TEST_F(KubectlWords, NumbersAndSwitchesAreReadAsUpstreamReadsThem) {
  EXPECT_EQ(client_.get(kServices + "?limit=-1").status, 200);
  EXPECT_EQ(client_.get(kServices + "?resourceVersion=x").status, 400);
  EXPECT_EQ(client_.get(kServices + "?watch=yes&resourceVersion=x").status, 500);
  EXPECT_EQ(client_.get(kServices + "?watch=yes&timeoutSeconds=-1").status, 200);
  EXPECT_EQ(client_.get(kServices + "?watch=False").json().at("kind"), "ServiceList");
}

TEST_F(KubectlWords, PatchesThatAreNoPatches) {
  ASSERT_EQ(client_.post(kServices, service("a")).status, 201);
  const std::string a = kServices + "/a";
  constexpr const char* kJsonPatch = "application/json-patch+json";
  EXPECT_EQ(
      message(client_.patch(a, Json::array(), kMerge)),
      "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");
  EXPECT_EQ(message(client_.patch(a, 5, kStrategic)),
            "json: cannot unmarshal number into Go value of type map[string]interface {}");
  EXPECT_EQ(
      message(client_.patch(a, Json::object(), kJsonPatch)),
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
  const Json nothing = {{{"op", "test"}, {"path", "/spec/nothing"}, {"value", nullptr}}};
  EXPECT_EQ(client_.patch(a, nothing, kJsonPatch).status, 200);
  EXPECT_EQ(client_.patch(a, {{"kind", "Other"}}, kStrategic).status, 200);
  EXPECT_EQ(client_.patch(a, {{"kind", "Other"}}, kMerge).status, 422);
  EXPECT_EQ(client_.patch(a, {{"metadata", {{"uid", "x"}}}}, kMerge).status, 422);
}

TEST_F(KubectlWords, AWatchSaysThatItsConnectionCloses) {
  EXPECT_NE(exchange_raw(daemon_.port(),
                         "GET /api/v1/services?watch=true&timeoutSeconds=1 HTTP/1.1\r\nHost: a\r\n\r\n", 1500)
                .find("Connection: close"),
            std::string::npos);
}

TEST_F(KubectlWords, ACallerMayDoEverything) {
  const std::string access = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const Answer may = client_.post(
      access, {{"spec", {{"resourceAttributes", {{"verb", "create"}, {"resource", "services"}}}}}});
  EXPECT_EQ(may.status, 201);
  EXPECT_EQ(may.json().at("/status/allowed"_json_pointer), true);
  EXPECT_EQ(may.json().at("/spec/resourceAttributes/verb"_json_pointer), "create");
  EXPECT_EQ(client_.get(access).status, 405);
  const Answer who = client_.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", Json::object());
  EXPECT_EQ(who.json().at("/status/userInfo/groups/0"_json_pointer), "system:masters");
  EXPECT_EQ(client_.post(access, Json::array()).status, 400);
}

TEST_F(KubectlWords, NamespacesAreNotErasedTogether) {
  EXPECT_EQ(client_.erase("/api/v1/namespaces").status, 405);
  const Json list = client_.get("/api/v1").json();
  for (const Json& entry : list.at("resources")) {
    if (entry.at("name") != "namespaces") continue;
    EXPECT_EQ(entry.at("verbs"), Json({"create", "delete", "get", "list", "patch", "update", "watch"}));
  }
}

TEST_F(KubectlWords, AnEventHasItsWideColumns) {
  const Json event{{"apiVersion", "v1"},
                   {"kind", "Event"},
                   {"metadata", {{"name", "e"}, {"namespace", "default"}}},
                   {"involvedObject", {{"kind", "Service"}, {"name", "a"}, {"namespace", "default"}}},
                   {"message", "by hand\n"},
                   {"reason", "Tried"},
                   {"source", {{"component", "test"}, {"host", "here"}}},
                   {"type", "Warning"}};
  ASSERT_EQ(client_.post("/api/v1/namespaces/default/events", event).status, 201);
  const Json table =
      client_.get("/api/v1/namespaces/default/events", "application/json;as=Table;v=v1;g=meta.k8s.io").json();
  EXPECT_EQ(table.at("/rows/0/cells"_json_pointer), Json({"<unknown>", "Warning", "Tried", "service/a", "",
                                                          "test, here", "by hand", "<unknown>", 1, "e"}));
  EXPECT_EQ(table.at("columnDefinitions").size(), 10U);
}

TEST_F(KubectlWords, TheDocumentSaysWhatIsRequired) {
  const Json schemas = client_.get("/openapi/v3/api/v1").json().at("/components/schemas"_json_pointer);
  EXPECT_EQ(schemas.at("io.k8s.api.core.v1.ServicePort").at("required"), Json({"port"}));
  EXPECT_EQ(schemas.at("io.k8s.api.core.v1.ServiceSpec").at("/properties/type/enum"_json_pointer),
            Json({"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}));
}

TEST_F(KubectlWords, TheOlderDocumentComesInTheFormThatIsAskedFor) {
  const std::string path = "/openapi/v2";
  const Answer text = client_.get(path);
  EXPECT_EQ(text.json().at("swagger"), "2.0");
  EXPECT_EQ(client_.get(path, "application/json, */*").body, text.body);
  const std::string type = "application/com.github.proto-openapi.spec.v2";
  for (const char* version : {"@v1.0", ".v1.0"}) {
    const Answer bytes = client_.get(path, type + version + "+protobuf");
    EXPECT_EQ(bytes.status, 200);
    EXPECT_EQ(bytes.body.substr(0, 5),
              "\x0a\x03"
              "2.0");
  }
  EXPECT_EQ(client_.get(path, "text/html").status, 406);
}

TEST_F(KubectlWords, ThereAreNoCustomResources) {
  const std::string path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  EXPECT_EQ(client_.get(path).json().at("items"), Json::array());
  EXPECT_EQ(client_.get(path + "/a").status, 404);
}

}  // namespace
}  // namespace clusterip::testing
