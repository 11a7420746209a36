// Fields of a body that the kind does not have: what fieldValidation is about.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/api/schema.hpp"

namespace clusterip::api {

// "spec.ports[0].foo", in the order in which the decoder meets them.
std::vector<std::string> unknown_fields(const nlohmann::json& object, const ObjectSchema& schema);

}  // namespace clusterip::api
