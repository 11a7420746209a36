// Fields that a body has and its kind does not, and fields that it has twice: what fieldValidation is about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/api/schema.hpp"

namespace clusterip::api {

// `unknown field "spec.ports[0].foo"` and `duplicate field "spec.type"`, each once, in the order in which the
// decoder meets them; at most a hundred. The text is sound JSON. (sigs.k8s.io/json, strict)
std::vector<std::string> strict_faults(std::string_view text, const ObjectSchema& schema);
// The same of a value that has no schema, in which nothing is unknown.
std::vector<std::string> repeated_fields(std::string_view text);
// Of the operations of a JSON Patch: `json patch unknown field "[0].foo"`.
std::vector<std::string> operation_faults(std::string_view text);
// Unknown fields alone, of a value that was read already, in the order of their names.
std::vector<std::string> unknown_fields(const nlohmann::json& object, const ObjectSchema& schema);

}  // namespace clusterip::api
