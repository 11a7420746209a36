#include "daemon/api/discovery_json.hpp"

#include "daemon/api/resources.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

Json verbs_of(const Resource& entry) {
  if (!entry.erased_together) return {"create", "delete", "get", "list", "patch", "update", "watch"};
  return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

const Json kStatusVerbs{"get", "patch", "update"};

// The versions of a group in the order of the registry; empty: no such group.
std::vector<std::string_view> versions_of(std::string_view name) {
  std::vector<std::string_view> versions;
  for (const Resource& entry : resources()) {
    if (entry.group != name) continue;
    for (const std::string_view version : entry.versions) {
      if (std::find(versions.begin(), versions.end(), version) == versions.end()) versions.push_back(version);
    }
  }
  return versions;
}

std::vector<std::string_view> named_groups() {
  std::vector<std::string_view> names;
  for (const Resource& entry : resources()) {
    if (!entry.group.empty() && std::find(names.begin(), names.end(), entry.group) == names.end()) {
      names.push_back(entry.group);
    }
  }
  return names;
}

std::string group_version(std::string_view name, std::string_view version) {
  return name.empty() ? std::string(version) : std::string(name) + "/" + std::string(version);
}

Json version_entry(std::string_view name, std::string_view version) {
  return {{"groupVersion", group_version(name, version)}, {"version", version}};
}

Json legacy_resource(const Resource& entry) {
  Json resource{{"name", entry.plural},
                {"singularName", entry.singular},
                {"namespaced", entry.namespaced},
                {"kind", entry.kind},
                {"verbs", verbs_of(entry)}};
  if (!entry.short_names.empty()) resource["shortNames"] = entry.short_names;
  if (!entry.categories.empty()) resource["categories"] = entry.categories;
  return resource;
}

Json legacy_status(const Resource& entry) {
  return {{"name", std::string(entry.plural) + "/status"},
          {"singularName", ""},
          {"namespaced", entry.namespaced},
          {"kind", entry.kind},
          {"verbs", kStatusVerbs}};
}

Json aggregated_resource(const Resource& entry, std::string_view version) {
  const Json response_kind{{"group", entry.group}, {"version", version}, {"kind", entry.kind}};
  Json resource{{"resource", entry.plural},
                {"responseKind", response_kind},
                {"scope", entry.namespaced ? "Namespaced" : "Cluster"},
                {"singularResource", entry.singular},
                {"verbs", verbs_of(entry)}};
  if (!entry.short_names.empty()) resource["shortNames"] = entry.short_names;
  if (!entry.categories.empty()) resource["categories"] = entry.categories;
  if (entry.has_status) {
    resource["subresources"] = {
        {{"subresource", "status"}, {"responseKind", response_kind}, {"verbs", kStatusVerbs}}};
  }
  return resource;
}

Json aggregated_group(std::string_view name) {
  Json versions = Json::array();
  for (const std::string_view version : versions_of(name)) {
    Json list = Json::array();
    for (const Resource& entry : resources()) {
      if (entry.group == name && entry.serves(version)) list.push_back(aggregated_resource(entry, version));
    }
    versions.push_back({{"version", version}, {"resources", std::move(list)}, {"freshness", "Current"}});
  }
  Json meta = Json::object();
  if (!name.empty()) meta["name"] = name;
  return {{"metadata", std::move(meta)}, {"versions", std::move(versions)}};
}

}  // namespace

Json core_versions() {
  return {{"kind", "APIVersions"}, {"versions", {"v1"}}, {"serverAddressByClientCIDRs", Json::array()}};
}

Json group(std::string_view name) {
  const auto versions = versions_of(name);
  if (name.empty() || versions.empty()) return nullptr;
  Json list = Json::array();
  for (const std::string_view version : versions) list.push_back(version_entry(name, version));
  return {{"kind", "APIGroup"},
          {"apiVersion", "v1"},
          {"name", name},
          {"versions", std::move(list)},
          {"preferredVersion", version_entry(name, versions.front())}};
}

Json group_list() {
  Json groups = Json::array();
  for (const std::string_view name : named_groups()) {
    Json entry = group(name);
    entry.erase("kind");
    entry.erase("apiVersion");
    groups.push_back(std::move(entry));
  }
  return {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}};
}

Json resource_list(std::string_view name, std::string_view version) {
  Json list = Json::array();
  for (const Resource& entry : resources()) {
    if (entry.group != name || !entry.serves(version)) continue;
    list.push_back(legacy_resource(entry));
    if (entry.has_status) list.push_back(legacy_status(entry));
  }
  if (list.empty()) return nullptr;
  return {{"kind", "APIResourceList"},
          {"apiVersion", "v1"},
          {"groupVersion", group_version(name, version)},
          {"resources", std::move(list)}};
}

Json aggregated_discovery(bool core, std::string_view version) {
  Json items = Json::array();
  if (core) {
    items.push_back(aggregated_group(""));
  } else {
    for (const std::string_view name : named_groups()) items.push_back(aggregated_group(name));
  }
  return {{"kind", "APIGroupDiscoveryList"},
          {"apiVersion", "apidiscovery.k8s.io/" + std::string(version)},
          {"metadata", Json::object()},
          {"items", std::move(items)}};
}

Json root_paths() {
  Json paths{"/api", "/api/v1", "/apis"};
  for (const std::string_view name : named_groups()) {
    paths.push_back("/apis/" + std::string(name));
    for (const std::string_view version : versions_of(name)) {
      paths.push_back("/apis/" + group_version(name, version));
    }
  }
  for (const char* path :
       {"/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version"}) {
    paths.push_back(path);
  }
  return {{"paths", std::move(paths)}};
}

Json no_custom_resources() {
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinitionList"},
          {"metadata", Json::object()},
          {"items", Json::array()}};
}

}  // namespace clusterip::api
