#include "daemon/api/openapi_facts.hpp"

#include <string>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// By definition: {"required": […], "atomic": true, "enum": {FIELD: […]}}. (api/openapi-spec/v3 of
// Kubernetes 1.36)
const Json& facts() {
  static const Json kFacts = Json::parse(R"({
    "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference": {
      "required": ["apiVersion", "kind", "name", "uid"], "atomic": true},
    "io.k8s.apimachinery.pkg.apis.meta.v1.Condition": {
      "required": ["type", "status", "lastTransitionTime", "reason", "message"]},
    "io.k8s.api.core.v1.ServicePort": {
      "required": ["port"], "enum": {"protocol": ["SCTP", "TCP", "UDP"]}},
    "io.k8s.api.core.v1.ServiceSpec": {"enum": {
      "externalTrafficPolicy": ["Cluster", "Local"],
      "internalTrafficPolicy": ["Cluster", "Local"],
      "ipFamilies": ["", "IPv4", "IPv6"],
      "ipFamilyPolicy": ["PreferDualStack", "RequireDualStack", "SingleStack"],
      "sessionAffinity": ["ClientIP", "None"],
      "type": ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]}},
    "io.k8s.api.core.v1.PortStatus": {
      "required": ["port", "protocol"], "enum": {"protocol": ["SCTP", "TCP", "UDP"]}},
    "io.k8s.api.core.v1.NamespaceCondition": {"required": ["type", "status"]},
    "io.k8s.api.core.v1.NamespaceStatus": {"enum": {"phase": ["Active", "Terminating"]}},
    "io.k8s.api.core.v1.ObjectReference": {"atomic": true},
    "io.k8s.api.core.v1.Event": {"required": ["metadata", "involvedObject"]},
    "io.k8s.api.events.v1.Event": {"required": ["eventTime"]},
    "io.k8s.api.events.v1.EventSeries": {"required": ["count", "lastObservedTime"]},
    "io.k8s.api.networking.v1.ParentReference": {"required": ["resource", "name"]},
    "io.k8s.api.networking.v1.IPAddressSpec": {"required": ["parentRef"]},
    "io.k8s.api.networking.v1.IPAddress": {"required": ["spec"]}
  })");
  return kFacts;
}

}  // namespace

void add_openapi_facts(std::string_view definition, Json& schema) {
  const auto known = facts().find(std::string(definition));
  if (known == facts().end()) return;
  if (known->contains("required")) schema["required"] = known->at("required");
  if (known->contains("atomic")) schema["x-kubernetes-map-type"] = "atomic";
  if (!known->contains("enum")) return;
  for (const auto& [field, words] : known->at("enum").items()) {
    Json& property = schema["properties"][field];
    (property.contains("items") ? property["items"] : property)["enum"] = words;
  }
}

}  // namespace clusterip::api
