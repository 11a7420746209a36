// What the OpenAPI document says of fields beyond their types: which are required, the words that a text may
// be, and which objects have one owner as a whole.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// Adds `required`, `enum` and `x-kubernetes-map-type` to the schema of a definition that has its properties.
void add_openapi_facts(std::string_view definition, nlohmann::json& schema);

}  // namespace clusterip::api
