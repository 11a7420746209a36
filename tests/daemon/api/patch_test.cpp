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
