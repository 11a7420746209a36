// JSON values as YAML, for clients that ask for it.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// Blocks, two blanks a level; every text that YAML could read as something else is in quotes.
std::string write_yaml(const nlohmann::json& value);

// The text in double quotes. Characters that YAML does not take, or takes for line breaks, are escaped;
// others beyond ASCII stand as they are, since the surrogates of JSON's escapes mean nothing to YAML.
std::string quote_yaml(std::string_view text);

}  // namespace clusterip::api
