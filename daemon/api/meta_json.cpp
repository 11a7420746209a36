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

Json encode_owner(const cluster::OwnerReference& owner) {
  Json entry{
      {"apiVersion", owner.api_version}, {"kind", owner.kind}, {"name", owner.name}, {"uid", owner.uid}};
  put_if_set(entry, "controller", owner.controller);
  put_if_set(entry, "blockOwnerDeletion", owner.block_owner_deletion);
  return entry;
}

Json encode_managed_fields(const cluster::ManagedFields& fields) {
  Json entry = Json::object();
  put_if_set(entry, "manager", fields.manager);
  put_if_set(entry, "operation", fields.operation);
  put_if_set(entry, "apiVersion", fields.api_version);
  if (fields.time) entry["time"] = cluster::to_text(*fields.time);
  put_if_set(entry, "fieldsType", fields.fields_type);
  put_if_set(entry, "subresource", fields.subresource);
  if (!fields.fields_json.empty()) {
    Json tree = Json::parse(fields.fields_json, nullptr, false);
    if (!tree.is_discarded()) entry["fieldsV1"] = std::move(tree);
  }
  return entry;
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

Json encode_meta(const cluster::ObjectMeta& meta) {
  Json object = Json::object();
  put_if_set(object, "name", meta.name);
  put_if_set(object, "generateName", meta.generate_name);
  put_if_set(object, "namespace", meta.name_space);
  put_if_set(object, "uid", meta.uid);
  put_if_set(object, "resourceVersion", meta.resource_version);
  if (meta.generation != 0) object["generation"] = meta.generation;
  if (meta.creation) object["creationTimestamp"] = cluster::to_text(*meta.creation);
  if (meta.deletion) object["deletionTimestamp"] = cluster::to_text(*meta.deletion);
  put_if_set(object, "deletionGracePeriodSeconds", meta.deletion_grace_seconds);
  put_if_set(object, "labels", meta.labels);
  put_if_set(object, "annotations", meta.annotations);
  put_if_set(object, "finalizers", meta.finalizers);
  for (const auto& owner : meta.owner_references) object["ownerReferences"].push_back(encode_owner(owner));
  for (const auto& fields : meta.managed_fields) {
    object["managedFields"].push_back(encode_managed_fields(fields));
  }
  return object;
}

Json encode_conditions(const std::vector<cluster::Condition>& conditions) {
  Json list = Json::array();
  for (const cluster::Condition& condition : conditions) {
    Json entry{{"type", condition.type},
               {"status", condition.status},
               {"reason", condition.reason},
               {"message", condition.message},
               {"lastTransitionTime", nullptr}};
    if (condition.last_transition) entry["lastTransitionTime"] = cluster::to_text(*condition.last_transition);
    if (condition.observed_generation != 0) entry["observedGeneration"] = condition.observed_generation;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace clusterip::api
