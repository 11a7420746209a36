#include "daemon/control/plain_strategies.hpp"

#include "daemon/api/object_json.hpp"
#include "engine/cluster/metadata_rules.hpp"
#include "engine/cluster/name_rules.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::Scope;

// The metadata is typed; what else the kind has is kept as it was sent.
class PlainStrategy : public Strategy {
 public:
  PlainStrategy(api::ResourceIndex index, cluster::NameRule rule) : index_(index), rule_(rule) {}

  const api::Resource& resource() const override { return api::resource(index_); }

  Result<Json> decode(const Json& sent) const override {
    cluster::ObjectMeta meta;
    if (auto refusal = read(sent, meta)) return std::move(*refusal);
    Json object = sent;
    object["metadata"] = api::encode_meta(meta);
    return object;
  }

  Result<Plan> plan_create(const Json& sent, const RequestContext&) const override {
    cluster::ObjectMeta meta;
    if (auto refusal = read(sent, meta)) return std::move(*refusal);
    cluster::prepare_create(meta, scope());
    const auto errors = cluster::validate_core_meta(meta, rule_, scope());
    if (!errors.empty()) return api::invalid(resource().subject(), meta.name, errors);
    Json object = sent;
    object["metadata"] = api::encode_meta(meta);
    fill_in(object);
    return plan_of(object);
  }

  Result<Plan> plan_update(Json object, const Json& old, bool status, const RequestContext&) const override {
    cluster::ObjectMeta meta;
    cluster::ObjectMeta standing;
    if (auto refusal = read(object, meta)) return std::move(*refusal);
    if (auto refusal = read(old, standing)) return std::move(*refusal);
    cluster::prepare_update(meta, standing, scope());
    if (status) cluster::reset_for_status(meta, standing);
    const auto errors = cluster::validate_core_meta_update(meta, standing);
    if (!errors.empty()) return api::invalid(resource().subject(), standing.name, errors);
    object["metadata"] = api::encode_meta(meta);
    if (resource().has_status) {
      const char* kept = status ? "spec" : "status";
      object.erase(kept);
      if (old.contains(kept)) object[kept] = old.at(kept);
    }
    return plan_of(object);
  }

 protected:
  virtual void fill_in(Json& /*object*/) const {}

 private:
  Scope scope() const { return resource().namespaced ? Scope::kNamespace : Scope::kCluster; }

  api::Refusal read(const Json& object, cluster::ObjectMeta& meta) const {
    api::FirstError error;
    api::FieldReader fields(object, "v1." + std::string(resource().kind), error);
    api::read_meta(fields, meta);
    if (!error) return std::nullopt;
    return api::bad_request(std::string(resource().kind) + " in version \"v1\" cannot be handled as a " +
                            std::string(resource().kind) + ": " + error->reason);
  }

  api::ResourceIndex index_;
  cluster::NameRule rule_;
};

class NamespaceStrategy : public PlainStrategy {
 public:
  NamespaceStrategy() : PlainStrategy(api::ResourceIndex::kNamespaces, cluster::name_is_dns_label) {}

  // Its own finalizers, those of the specification, go through the subresource alone.
  Result<Plan> plan_update(Json object, const Json& old, bool status,
                           const RequestContext& context) const override {
    if (!context.finalize && old.contains("spec")) object["spec"] = old.at("spec");
    return PlainStrategy::plan_update(std::move(object), old, status, context);
  }

  bool waits(const Json& object) const override {
    const auto path = "/spec/finalizers"_json_pointer;
    return Strategy::waits(object) || (object.contains(path) && !object.at(path).empty());
  }
  void mark_deleting(Json& object) const override { object["status"]["phase"] = "Terminating"; }

  // (plugin/pkg/admission/namespace/lifecycle)
  api::Refusal refuse_erase(const Json& standing) const override {
    const std::string name = standing.at("metadata").at("name");
    if (name != "default" && name != "kube-system" && name != "kube-public") return std::nullopt;
    return api::forbidden(resource().subject(), name, "this namespace may not be deleted");
  }

 protected:
  void fill_in(Json& object) const override {
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = object["metadata"]["name"];
    object["spec"] = {{"finalizers", {"kubernetes"}}};
    object["status"] = {{"phase", "Active"}};
  }
};

}  // namespace

std::unique_ptr<Strategy> make_namespace_strategy() {
  return std::make_unique<NamespaceStrategy>();
}

std::unique_ptr<Strategy> make_event_strategy() {
  return std::make_unique<PlainStrategy>(api::ResourceIndex::kEvents, cluster::name_is_dns_subdomain);
}

}  // namespace clusterip::daemon
