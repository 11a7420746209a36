#include "daemon/api/patch.hpp"

#include <algorithm>

#include "daemon/api/go_value.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kDeleteValues = "$deleteFromPrimitiveList/";
constexpr std::string_view kOrder = "$setElementOrder/";
constexpr const char* kDirective = "$patch";
constexpr const char* kRetainKeys = "$retainKeys";
// More operations than this are refused, as upstream does.
constexpr std::size_t kMostOperations = 10'000;

Status rejected() {
  return {422, "Invalid", "the server rejected our request due to an error in our request", StatusDetails{}};
}

bool is_directive(const std::string& name) {
  return !name.empty() && name.front() == '$';
}

std::string directive_of(const Json& patch) {
  const auto found = patch.is_object() ? patch.find(kDirective) : patch.end();
  return patch.is_object() && found != patch.end() && found->is_string() ? found->get<std::string>() : "";
}

// What a patch means where there is nothing yet: itself, without directives and nulls.
Json settled(const Json& patch) {
  if (patch.is_array()) {
    Json list = Json::array();
    for (const Json& item : patch) {
      if (directive_of(item) != "delete") list.push_back(settled(item));
    }
    return list;
  }
  if (!patch.is_object()) return patch;
  Json object = Json::object();
  for (const auto& [name, value] : patch.items()) {
    if (!is_directive(name) && !value.is_null()) object[name] = settled(value);
  }
  return object;
}

Json merged(const Json& standing, const Json& patch, const ObjectSchema* schema);

// Whether two items of a list are the same one: by their value, or by the key that they merge by.
bool is_same(const Json& a, const Json& b, const std::string& key) {
  if (key == "*") return a == b;
  return a.is_object() && b.is_object() && a.contains(key) && b.contains(key) && a.at(key) == b.at(key);
}

std::size_t place_in(const Json& list, const Json& item, const std::string& key) {
  return static_cast<std::size_t>(
      std::find_if(list.begin(), list.end(), [&](const Json& other) { return is_same(other, item, key); }) -
      list.begin());
}

// The order of a merged list: what the patch names keeps the order of the patch, the rest the order that it
// had; between the two the old order decides, and what is new comes first.
Json interleaved(const Json& list, const Json& patch, const Json& before, const std::string& key) {
  Json named = Json::array();
  Json rest = Json::array();
  for (const Json& item : patch) {
    const std::size_t at = place_in(list, item, key);
    if (at < list.size() && place_in(named, item, key) == named.size()) named.push_back(list[at]);
  }
  for (const Json& item : list) {
    if (place_in(named, item, key) == named.size()) rest.push_back(item);
  }
  Json all = Json::array();
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rest.size() && j < named.size()) {
    const std::size_t old = place_in(before, rest[i], key);
    const std::size_t fresh = place_in(before, named[j], key);
    const bool first = fresh < before.size() && old < fresh;
    all.push_back(first ? rest[i++] : named[j++]);
  }
  while (i < rest.size()) all.push_back(rest[i++]);
  while (j < named.size()) all.push_back(named[j++]);
  return all;
}

Json merge_values(Json list, const Json& patch) {
  const Json before = list;
  for (const Json& value : patch) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
  }
  return interleaved(list, patch, before, "*");
}

Json merge_items(Json list, const Json& patch, const FieldSchema& field) {
  const std::string key(field.merge_key);
  const Json before = list;
  const bool replaces = std::any_of(patch.begin(), patch.end(),
                                    [](const Json& item) { return directive_of(item) == "replace"; });
  if (replaces) list = Json::array();
  for (const Json& item : patch) {
    if (directive_of(item) == "replace" && item.size() == 1) continue;
    const auto same = std::find_if(list.begin(), list.end(), [&](const Json& standing) {
      return item.is_object() && standing.is_object() && item.contains(key) && standing.contains(key) &&
             standing.at(key) == item.at(key);
    });
    if (directive_of(item) == "delete") {
      if (same != list.end()) list.erase(same);
    } else if (same == list.end()) {
      list.push_back(settled(item));
    } else {
      *same = merged(*same, item, field.object);
    }
  }
  return interleaved(list, patch, before, key);
}

// Puts the items that `order` names into its order; the others keep their places behind them.
Json ordered(Json list, const Json& order, const FieldSchema& field) {
  const std::string key(field.merge_key);
  const auto rank = [&](const Json& item) {
    const auto at = std::find_if(order.begin(), order.end(), [&](const Json& wanted) {
      if (key == "*") return wanted == item;
      return wanted.is_object() && item.is_object() && wanted.contains(key) && item.contains(key) &&
             wanted.at(key) == item.at(key);
    });
    return at - order.begin();
  };
  std::stable_sort(list.begin(), list.end(), [&](const Json& a, const Json& b) { return rank(a) < rank(b); });
  return list;
}

Json without_values(const Json& list, const Json& gone) {
  Json left = Json::array();
  for (const Json& value : list) {
    if (std::find(gone.begin(), gone.end(), value) == gone.end()) left.push_back(value);
  }
  return left;
}

void apply_directive(Json& result, const std::string& name, const Json& value, const ObjectSchema* schema) {
  const auto field_behind = [&](std::string_view prefix) {
    return schema == nullptr ? nullptr : schema->find(std::string_view(name).substr(prefix.size()));
  };
  if (name == kRetainKeys && value.is_array()) {
    for (auto at = result.begin(); at != result.end();) {
      at = std::find(value.begin(), value.end(), at.key()) == value.end() ? result.erase(at) : std::next(at);
    }
  } else if (name.rfind(kDeleteValues, 0) == 0) {
    const std::string field = name.substr(kDeleteValues.size());
    if (result.contains(field) && result[field].is_array())
      result[field] = without_values(result[field], value);
  } else if (name.rfind(kOrder, 0) == 0) {
    const FieldSchema* field = field_behind(kOrder);
    const std::string list(std::string_view(name).substr(kOrder.size()));
    if (field != nullptr && result.contains(list) && result[list].is_array()) {
      result[list] = ordered(result[list], value, *field);
    }
  }
}

Json merged_field(const Json& standing, const Json& patch, const FieldSchema* field) {
  if (standing.is_object() && patch.is_object()) {
    return merged(standing, patch, field == nullptr ? nullptr : field->object);
  }
  if (standing.is_array() && patch.is_array() && field != nullptr && !field->merge_key.empty()) {
    return field->merge_key == "*" ? merge_values(standing, patch) : merge_items(standing, patch, *field);
  }
  return settled(patch);
}

Json merged(const Json& standing, const Json& patch, const ObjectSchema* schema) {
  const std::string directive = directive_of(patch);
  if (directive == "replace") return settled(patch);
  if (directive == "delete") return Json::object();
  Json result = standing;
  for (const auto& [name, value] : patch.items()) {
    if (is_directive(name)) continue;
    if (value.is_null()) {
      result.erase(name);
    } else if (result.contains(name)) {
      result[name] = merged_field(result[name], value, schema == nullptr ? nullptr : schema->find(name));
    } else {
      result[name] = settled(value);
    }
  }
  // Directives look at the merged lists, so they come last.
  for (const auto& [name, value] : patch.items()) {
    if (is_directive(name)) apply_directive(result, name, value, schema);
  }
  return result;
}

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
  return merged(object, patch, &schema);
}

}  // namespace clusterip::api
