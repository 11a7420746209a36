#include "daemon/api/patch.hpp"

#include "daemon/api/go_value.hpp"
#include "daemon/api/strategic_merge.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// More operations than this are refused, as upstream does.
constexpr std::size_t kMostOperations = 10'000;

constexpr const char* kMap = "map[string]interface {}";

Status no_patch(const Json& patch, const std::string& head, const char* wanted) {
  return bad_request(head + "json: cannot unmarshal " + go_json_kind(patch) + " into Go value of type " +
                     wanted);
}

// A test that a member is null holds where there is none; the library asks for the member.
bool tests_for_nothing(const Json& operation, const Json& object) {
  if (!operation.is_object() || operation.value("op", Json()) != "test" || !operation.contains("path"))
    return false;
  if (!operation.at("path").is_string() || !operation.value("value", Json()).is_null()) return false;
  return !object.contains(Json::json_pointer(operation.at("path").get<std::string>()));
}

}  // namespace

Result<Json> apply_json_patch(const Json& object, const Json& patch) {
  if (!patch.is_array()) return no_patch(patch, "error decoding patch: ", "[]handlers.jsonPatchOp");
  if (patch.size() > kMostOperations) {
    return Status{413, "RequestEntityTooLarge",
                  "Request entity too large: The allowed maximum operations in a JSON patch is " +
                      std::to_string(kMostOperations) + ", got " + std::to_string(patch.size()),
                  std::nullopt};
  }
  try {
    Json result = object;
    for (const Json& operation : patch) {
      if (!tests_for_nothing(operation, result)) result.patch_inplace(Json::array({operation}));
    }
    return result;
  } catch (const Json::exception&) {
    return rejected();
  }
}

Result<Json> apply_merge_patch(const Json& object, const Json& patch) {
  if (!patch.is_object()) return no_patch(patch, "error decoding patch: ", kMap);
  Json result = object;
  result.merge_patch(patch);
  return result;
}

Result<Json> apply_strategic_patch(const Json& object, const Json& patch, const ObjectSchema& schema) {
  if (!patch.is_object()) return no_patch(patch, "", kMap);
  return merge_strategically(object, patch, schema);
}

}  // namespace clusterip::api
