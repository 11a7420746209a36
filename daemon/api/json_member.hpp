// Members of JSON objects that anybody may have sent.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// The text under this name; empty where there is no object, no such member, or no text in it.
inline std::string text_of(const nlohmann::json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace clusterip::api
