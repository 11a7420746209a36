// Patches: which lists merge, what directives do, and what is refused.
#include "daemon/api/patch.hpp"

#include <gtest/gtest.h>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

const ObjectSchema& service_schema() {
  return schema_of(resource(ResourceIndex::kServices));
}

Json strategic(const Json& object, const Json& patch) {
  auto result = apply_strategic_patch(object, patch, service_schema());
  return result ? *result : Json();
}

const Json kService = Json::parse(R"({
  "metadata": {"name": "a", "finalizers": ["x/1", "x/2"], "labels": {"a": "1", "b": "2"}},
  "spec": {"ports": [{"port": 80, "name": "http"}, {"port": 443, "name": "https"}],
           "externalIPs": ["1.1.1.1", "2.2.2.2"]}})");

TEST(StrategicPatch, MergesPortsByPortAndFinalizersAsValues) {
  const Json result = strategic(kService, Json::parse(R"({
    "metadata": {"finalizers": ["x/2", "x/3"], "labels": {"b": null, "c": "3"}},
    "spec": {"ports": [{"port": 443, "targetPort": 8443}, {"port": 53}], "externalIPs": ["3.3.3.3"]}})"));
  EXPECT_EQ(result["metadata"]["finalizers"], Json({"x/1", "x/2", "x/3"}));
  EXPECT_EQ(result["metadata"]["labels"], Json({{"a", "1"}, {"c", "3"}}));
  ASSERT_EQ(result["spec"]["ports"].size(), 3U);
  EXPECT_EQ(result["spec"]["ports"][1], Json::parse(R"({"port": 443, "name": "https", "targetPort": 8443})"));
  EXPECT_EQ(result["spec"]["externalIPs"], Json({"3.3.3.3"}));
}

TEST(StrategicPatch, KnowsItsDirectives) {
  Json result =
      strategic(kService, Json::parse(R"({"metadata": {"$deleteFromPrimitiveList/finalizers": ["x/1"]}})"));
  EXPECT_EQ(result["metadata"]["finalizers"], Json({"x/2"}));
  result = strategic(kService, Json::parse(R"({"spec": {"ports": [{"port": 80, "$patch": "delete"}]}})"));
  EXPECT_EQ(result["spec"]["ports"].size(), 1U);
  result = strategic(kService, Json::parse(R"({"spec": {"ports": [{"$patch": "replace"}, {"port": 1}]}})"));
  EXPECT_EQ(result["spec"]["ports"], Json::parse(R"([{"port": 1}])"));
  result = strategic(kService,
                     Json::parse(R"({"spec": {"$setElementOrder/ports": [{"port": 443}, {"port": 80}]}})"));
  EXPECT_EQ(result["spec"]["ports"][0]["port"], 443);
  result = strategic(kService, Json::parse(R"({"metadata": {"labels": {"$patch": "replace", "z": "9"}}})"));
  EXPECT_EQ(result["metadata"]["labels"], Json({{"z", "9"}}));
  result = strategic(kService, Json::parse(R"({"metadata": {"$retainKeys": ["name"], "name": "a"}})"));
  EXPECT_EQ(result["metadata"], Json({{"name", "a"}}));
}

// "CODE MESSAGE" of a patch that is refused.
std::string refused(const char* patch) {
  const auto result = apply_strategic_patch(kService, Json::parse(patch), service_schema());
  return result ? result->dump() : std::to_string(result.status().code) + " " + result.status().message;
}

TEST(StrategicPatch, RefusesDirectivesThatItDoesNotKnow) {
  EXPECT_EQ(refused(R"({"spec": {"$patch": "nonsense", "x": 1}})"),
            "500 unknown patch type: nonsense in map: map[$patch:nonsense x:1]");
  EXPECT_EQ(refused(R"({"spec": {"$patch": 5}})"),
            "500 unknown patch type: %!s(int64=5) in map: map[$patch:5]");
  EXPECT_EQ(refused(R"({"spec": {"ports": [{"$patch": "nonsense", "port": 80}]}})"),
            "500 unknown patch type: nonsense in map: map[$patch:nonsense port:80]");
  EXPECT_EQ(refused(R"({"spec": {"ports": [{"$patch": "merge"}]}})"),
            "500 merging lists cannot yet be specified in the patch");
  EXPECT_EQ(refused(R"({"spec": {"$setElementOrder": []}})"),
            "400 invalid patch format of setElementOrder list");
  EXPECT_EQ(refused(R"({"metadata": {"$deleteFromPrimitiveListX": []}})"),
            "400 invalid patch format of primitive list");
}

TEST(StrategicPatch, RefusesItemsWithoutTheKeyThatTheyAreMergedBy) {
  EXPECT_EQ(refused(R"({"spec": {"ports": [{"name": "x"}]}})"),
            "500 map: map[name:x] does not contain declared merge key: port");
  EXPECT_EQ(refused(R"({"spec": {"ports": [{"$patch": "delete", "name": "x"}]}})"),
            "500 map: map[$patch:delete name:x] does not contain declared merge key: port");
}

TEST(StrategicPatch, RefusesListsOfMixedTypes) {
  EXPECT_EQ(refused(R"({"metadata": {"finalizers": [5]}})"),
            "500 list element types are not identical: [[x/1 x/2] [5]]");
  EXPECT_EQ(refused(R"({"metadata": {"finalizers": [["x/1"]]}})"),
            "500 list element types are not identical: [[x/1 x/2] [[x/1]]]");
}

TEST(StrategicPatch, RefusesAnOrderThatDoesNotFitItsList) {
  EXPECT_EQ(refused(R"({"spec": {"$setElementOrder/ports": [{"port": 80}], "ports": [{"port": 443}]}})"),
            "500 The order in patch list:\n[map[port:443]]\n doesn't match $setElementOrder list:\n"
            "[map[port:80]]\n");
  EXPECT_EQ(refused(R"({"spec": {"$setElementOrder/ports": 5}})"),
            "500 expected a []interface {}, but received a int64");
  EXPECT_EQ(refused(R"({"spec": {"$setElementOrder/none": []}})"),
            R"(500 unable to find api field in struct ServiceSpec for the json field "none")");
  EXPECT_EQ(refused(R"({"metadata": {"$retainKeys": ["uid"], "name": "a"}})"),
            "400 invalid patch format of retainKeys");
}

TEST(StrategicPatch, WhatIsNewIsTakenWithoutNullsAndDirectives) {
  const Json result = strategic(kService, Json::parse(R"({"metadata": {
    "annotations": {"a": "1", "b": null}, "ownerReferences": [{"uid": "x"}, {"uid": "y", "$patch": "delete"}]}})"));
  EXPECT_EQ(result["metadata"]["annotations"], Json({{"a", "1"}}));
  EXPECT_EQ(result["metadata"]["ownerReferences"], Json::parse(R"([{"uid": "x"}])"));
}

TEST(JsonPatch, AppliesAllOrIsRefused) {
  const auto result =
      apply_json_patch(kService, Json::parse(R"([{"op": "remove", "path": "/metadata/labels/a"},
                                                                 {"op": "add", "path": "/spec/type", "value": "NodePort"}])"));
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)["spec"]["type"], "NodePort");
  for (const char* patch :
       {R"([{"op": "remove", "path": "/nothing"}])", R"([{"op": "jump", "path": "/"}])", R"([{}])", R"([7])",
        R"([{"op": "test", "path": "/metadata/name", "value": "b"}])"}) {
    const auto refused = apply_json_patch(kService, Json::parse(patch));
    ASSERT_FALSE(refused) << patch;
    EXPECT_EQ(refused.status().code, 422);
  }
  EXPECT_EQ(apply_json_patch(kService, Json::object()).status().code, 400);
}

TEST(MergePatch, ReplacesListsAndRemovesNulls) {
  const auto result =
      apply_merge_patch(kService, Json::parse(R"({"spec": {"ports": [{"port": 1}], "externalIPs": null}})"));
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)["spec"], Json::parse(R"({"ports": [{"port": 1}]})"));
  EXPECT_EQ(apply_merge_patch(kService, Json::array()).status().code, 400);
}

}  // namespace
}  // namespace clusterip::api
