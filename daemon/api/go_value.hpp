// JSON values printed as Go prints them in its messages.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// The verb %v: map[a:1 b:[x y] c:<nil>], the keys in order.
std::string go_plain(const nlohmann::json& value);
// The verb %#v, of numbers, texts and booleans; others as above.
std::string go_syntax(const nlohmann::json& value);
// The verb %T: "string", "int64", "map[string]interface {}".
std::string_view go_type(const nlohmann::json& value);

// What Go's decoder calls a JSON value that does not fit: "bool", "number", "object".
std::string go_json_kind(const nlohmann::json& value);

}  // namespace clusterip::api
