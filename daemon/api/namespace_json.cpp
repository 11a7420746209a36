#include "daemon/api/namespace_json.hpp"

namespace clusterip::api {
namespace {

using cluster::NamespaceObject;
using Json = nlohmann::json;

void read_condition(FieldReader& entry, cluster::Condition& to) {
  entry.text("type", to.type, "v1.NamespaceConditionType");
  entry.text("status", to.status, "v1.ConditionStatus");
  entry.time("lastTransitionTime", to.last_transition);
  entry.text("reason", to.reason);
  entry.text("message", to.message);
}

Json encode_condition(const cluster::Condition& condition) {
  Json entry{{"type", condition.type}, {"status", condition.status}, {"lastTransitionTime", nullptr}};
  if (condition.last_transition) entry["lastTransitionTime"] = cluster::to_text(*condition.last_transition);
  put_if_set(entry, "reason", condition.reason);
  put_if_set(entry, "message", condition.message);
  return entry;
}

}  // namespace

Decoded<NamespaceObject> decode_namespace(const Json& object) {
  return decode_object<NamespaceObject>(object, "v1.Namespace", [](FieldReader& fields, NamespaceObject& to) {
    fields.object("spec", "v1.NamespaceSpec",
                  [&](FieldReader& spec) { spec.texts("finalizers", to.finalizers, "v1.FinalizerName"); });
    fields.object("status", "v1.NamespaceStatus", [&](FieldReader& status) {
      status.text("phase", to.phase, "v1.NamespacePhase");
      status.objects("conditions", "v1.NamespaceCondition",
                     [&](FieldReader& entry) { read_condition(entry, to.conditions.emplace_back()); });
    });
  });
}

Json encode(const NamespaceObject& object) {
  Json encoded{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", encode_meta(object.meta)}};
  encoded["spec"] = Json::object();
  put_if_set(encoded["spec"], "finalizers", object.finalizers);
  encoded["status"] = Json::object();
  put_if_set(encoded["status"], "phase", object.phase);
  for (const cluster::Condition& condition : object.conditions) {
    encoded["status"]["conditions"].push_back(encode_condition(condition));
  }
  return encoded;
}

}  // namespace clusterip::api
