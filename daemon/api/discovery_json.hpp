// The registry of kinds as discovery documents. Each is null where the group or version is not served.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// APIVersions of /api, APIGroupList of /apis, APIGroup of /apis/G, APIResourceList of a version.
nlohmann::json core_versions();
nlohmann::json group_list();
nlohmann::json group(std::string_view name);
nlohmann::json resource_list(std::string_view group, std::string_view version);
// APIGroupDiscoveryList of /api or /apis, in version v2 or v2beta1.
nlohmann::json aggregated_discovery(bool core, std::string_view version);
// The list of CustomResourceDefinitions, without any.
nlohmann::json no_custom_resources();
// The paths of /.
nlohmann::json root_paths();

}  // namespace clusterip::api
