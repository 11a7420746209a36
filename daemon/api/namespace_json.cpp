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

void describe_condition(JsonSink& to, const cluster::Condition& condition) {
  to.begin_object(nullptr);
  if (condition.last_transition) {
    to.put("lastTransitionTime", condition.last_transition);
  } else {
    to.null("lastTransitionTime");
  }
  to.put("message", condition.message);
  to.put("reason", condition.reason);
  to.text("status", condition.status);
  to.text("type", condition.type);
  to.end();
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
  TreeSink to(encoded);
  to.begin_object("spec");
  to.put("finalizers", object.finalizers);
  to.end();
  to.begin_object("status");
  if (!object.conditions.empty()) {
    to.begin_list("conditions");
    for (const cluster::Condition& condition : object.conditions) describe_condition(to, condition);
    to.end();
  }
  to.put("phase", object.phase);
  to.end();
  return encoded;
}

}  // namespace clusterip::api
