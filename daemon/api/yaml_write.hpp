// JSON values as YAML, for clients that ask for it.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// Blocks, two blanks a level; every text that YAML could read as something else is in quotes.
std::string write_yaml(const nlohmann::json& value);

}  // namespace clusterip::api
