// Object metadata and conditions. (k8s.io/apimachinery pkg/apis/meta/v1)
#include "daemon/api/object_json.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

void read_managed_fields(FieldReader& meta, std::vector<cluster::ManagedFields>& to) {
  meta.objects("managedFields", "v1.ManagedFieldsEntry", [&](FieldReader& entry) {
    cluster::ManagedFields& fields = to.emplace_back();
    entry.text("manager", fields.manager);
    entry.text("operation", fields.operation, "v1.ManagedFieldsOperationType");
    entry.text("apiVersion", fields.api_version);
    entry.time("time", fields.time);
    entry.text("fieldsType", fields.fields_type);
    entry.raw("fieldsV1", fields.fields_json);
    entry.text("subresource", fields.subresource);
  });
}

void read_owners(FieldReader& meta, std::vector<cluster::OwnerReference>& to) {
  meta.objects("ownerReferences", "v1.OwnerReference", [&](FieldReader& entry) {
    cluster::OwnerReference& owner = to.emplace_back();
    entry.text("apiVersion", owner.api_version);
    entry.text("kind", owner.kind);
    entry.text("name", owner.name);
    entry.text("uid", owner.uid, "types.UID");
    entry.boolean("controller", owner.controller);
    entry.boolean("blockOwnerDeletion", owner.block_owner_deletion);
  });
}

void describe_owner(JsonSink& to, const cluster::OwnerReference& owner) {
  to.begin_object(nullptr);
  to.text("apiVersion", owner.api_version);
  to.put("blockOwnerDeletion", owner.block_owner_deletion);
  to.put("controller", owner.controller);
  to.text("kind", owner.kind);
  to.text("name", owner.name);
  to.text("uid", owner.uid);
  to.end();
}

void describe_managed_fields(JsonSink& to, const cluster::ManagedFields& fields) {
  to.begin_object(nullptr);
  to.put("apiVersion", fields.api_version);
  to.put("fieldsType", fields.fields_type);
  if (!fields.fields_json.empty()) to.json("fieldsV1", fields.fields_json);
  to.put("manager", fields.manager);
  to.put("operation", fields.operation);
  to.put("subresource", fields.subresource);
  to.put("time", fields.time);
  to.end();
}

}  // namespace

void read_meta(FieldReader& object, cluster::ObjectMeta& to) {
  object.object("metadata", "v1.ObjectMeta", [&](FieldReader& meta) {
    meta.text("name", to.name);
    meta.text("generateName", to.generate_name);
    meta.text("namespace", to.name_space);
    meta.text("uid", to.uid, "types.UID");
    meta.text("resourceVersion", to.resource_version);
    // Dropped long ago, but a value that is no text is still refused.
    std::string self_link;
    meta.text("selfLink", self_link);
    meta.int64("generation", to.generation);
    meta.time("creationTimestamp", to.creation);
    meta.time("deletionTimestamp", to.deletion);
    meta.int64("deletionGracePeriodSeconds", to.deletion_grace_seconds);
    meta.labels("labels", to.labels);
    meta.labels("annotations", to.annotations);
    read_owners(meta, to.owner_references);
    meta.texts("finalizers", to.finalizers);
    read_managed_fields(meta, to.managed_fields);
  });
}

std::vector<cluster::ManagedFields> managed_fields_of(const Json& object) {
  FirstError error;
  FieldReader fields(object, "v1.ObjectMeta", error);
  cluster::ObjectMeta meta;
  read_meta(fields, meta);
  return std::move(meta.managed_fields);
}

void read_conditions(FieldReader& status, std::vector<cluster::Condition>& to) {
  status.objects("conditions", "v1.Condition", [&](FieldReader& entry) {
    cluster::Condition& condition = to.emplace_back();
    entry.text("type", condition.type);
    entry.text("status", condition.status, "v1.ConditionStatus");
    entry.int64("observedGeneration", condition.observed_generation);
    entry.time("lastTransitionTime", condition.last_transition);
    entry.text("reason", condition.reason);
    entry.text("message", condition.message);
  });
}

void describe_meta(JsonSink& to, const cluster::ObjectMeta& meta) {
  to.put("annotations", meta.annotations);
  to.put("creationTimestamp", meta.creation);
  to.put("deletionGracePeriodSeconds", meta.deletion_grace_seconds);
  to.put("deletionTimestamp", meta.deletion);
  to.put("finalizers", meta.finalizers);
  to.put("generateName", meta.generate_name);
  to.put_number("generation", meta.generation);
  to.put("labels", meta.labels);
  if (!meta.managed_fields.empty()) {
    to.begin_list("managedFields");
    for (const auto& fields : meta.managed_fields) describe_managed_fields(to, fields);
    to.end();
  }
  to.put("name", meta.name);
  to.put("namespace", meta.name_space);
  if (!meta.owner_references.empty()) {
    to.begin_list("ownerReferences");
    for (const auto& owner : meta.owner_references) describe_owner(to, owner);
    to.end();
  }
  to.put("uid", meta.uid);
}

void describe_conditions(JsonSink& to, const std::vector<cluster::Condition>& conditions) {
  if (conditions.empty()) return;
  to.begin_list("conditions");
  for (const cluster::Condition& condition : conditions) {
    to.begin_object(nullptr);
    if (condition.last_transition) {
      to.put("lastTransitionTime", condition.last_transition);
    } else {
      to.null("lastTransitionTime");
    }
    to.text("message", condition.message);
    to.put_number("observedGeneration", condition.observed_generation);
    to.text("reason", condition.reason);
    to.text("status", condition.status);
    to.text("type", condition.type);
    to.end();
  }
  to.end();
}

Json encode_meta(const cluster::ObjectMeta& meta) {
  Json object = Json::object();
  TreeSink to(object);
  describe_meta(to, meta);
  to.put("resourceVersion", meta.resource_version);
  return object;
}

Json encode_conditions(const std::vector<cluster::Condition>& conditions) {
  Json object = Json::object();
  TreeSink to(object);
  describe_conditions(to, conditions);
  return object.value("conditions", Json::array());
}

}  // namespace clusterip::api
