#include "daemon/control/namespace_strategy.hpp"

#include "daemon/api/namespace_json.hpp"
#include "daemon/control/typed_strategy.hpp"
#include "engine/cluster/metadata_rules.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::NamespaceDoor;
using cluster::NamespaceObject;

class NamespaceStrategy : public TypedStrategy<NamespaceObject> {
 public:
  const api::Resource& resource() const override { return api::resource(api::ResourceIndex::kNamespaces); }

  Result<Plan> plan_update(Json sent, const Json& old, bool status,
                           const RequestContext& context) const override {
    const NamespaceDoor door = status             ? NamespaceDoor::kStatus
                               : context.finalize ? NamespaceDoor::kFinalize
                                                  : NamespaceDoor::kMain;
    NamespaceObject object = stored(sent);
    const NamespaceObject standing = stored(old);
    cluster::prepare_update(object, standing, door);
    const auto errors = cluster::validate_update(object, standing, door);
    if (!errors.empty()) return api::invalid(resource().subject(), standing.meta.name, errors);
    return plan_of(api::encode(object));
  }

  bool waits(const Json& object) const override {
    const auto path = "/spec/finalizers"_json_pointer;
    return Strategy::waits(object) || (object.contains(path) && !object.at(path).empty());
  }
  void mark_deleting(Json& object) const override {
    object["status"]["phase"] = "Terminating";
    // Namespaces know no grace, not even one of nothing.
    object["metadata"].erase("deletionGracePeriodSeconds");
  }

  // (plugin/pkg/admission/namespace/lifecycle)
  api::Refusal refuse_erase(const Json& standing) const override {
    const std::string name = standing.at("metadata").at("name");
    if (name != "default" && name != "kube-system" && name != "kube-public") return std::nullopt;
    return api::forbidden(resource().subject(), name, "this namespace may not be deleted");
  }

 protected:
  api::Decoded<NamespaceObject> decode_object(const Json& sent) const override {
    return api::decode_namespace(sent);
  }
  void set_defaults(NamespaceObject& object) const override { cluster::set_defaults(object); }
  Json encode(const NamespaceObject& object) const override { return api::encode(object); }

  Result<Plan> plan_new(const NamespaceObject& sent, const RequestContext&) const override {
    NamespaceObject object = sent;
    cluster::prepare_create(object);
    const auto errors = cluster::validate_create(object);
    if (!errors.empty()) return api::invalid(resource().subject(), object.meta.name, errors);
    return plan_of(api::encode(object));
  }
};

}  // namespace

std::unique_ptr<Strategy> make_namespace_strategy() {
  return std::make_unique<NamespaceStrategy>();
}

}  // namespace clusterip::daemon
