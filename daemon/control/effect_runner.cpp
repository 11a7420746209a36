#include "daemon/control/effect_runner.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <unistd.h>

#include "daemon/api/document.hpp"
#include "daemon/api/event_json.hpp"
#include "daemon/api/object_json.hpp"
#include "daemon/control/own_audit.hpp"

namespace clusterip::daemon {
namespace {

constexpr const char* kApiServer = "kube-apiserver";
constexpr const char* kControllerManager = "kube-controller-manager";
constexpr const char* kNamespaceController = "namespace-controller";

const api::Resource& ranges() {
  return api::resource(api::ResourceIndex::kServiceCidrs);
}

std::string host_name() {
  std::array<char, 256> name{};
  // What is too long is cut, and need not end.
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// Tells the audit log how a request ended, and the caller whether it was refused.
template <class Outcome>
api::Refusal settle(OwnRequestAudit& told, const api::Result<Outcome>& outcome) {
  if (!outcome) {
    told.finish(outcome.status());
    return outcome.status();
  }
  told.finish(outcome->record);
  return std::nullopt;
}

// What upstream forgives anyway: the object is gone, and so is what was to be changed about it.
api::Refusal unless_gone(api::Refusal refusal) {
  return refusal && refusal->code == 404 ? std::nullopt : std::move(refusal);
}

const cluster::OnFailure* on_failure(const cluster::Effect& effect) {
  return std::visit(
      [](const auto& one) -> const cluster::OnFailure* {
        if constexpr (requires { one.on_failure; }) {
          return &one.on_failure;
        } else {
          return nullptr;
        }
      },
      effect);
}

}  // namespace

RequestContext EffectRunner::as(std::string manager) const {
  RequestContext context;
  context.user = kOwnUser;
  context.audit = audit_;
  context.manager = std::move(manager);
  context.now = now_();
  return context;
}

RunOutcome EffectRunner::run(const cluster::Effects& effects) const {
  RunOutcome outcome;
  for (const cluster::Effect& effect : effects) {
    if (const auto* requeue = std::get_if<cluster::RequeueAfter>(&effect)) {
      outcome.requeue = requeue->delay;
      continue;
    }
    const api::Refusal refusal = std::visit([this](const auto& one) { return carry_out(one); }, effect);
    if (!refusal) continue;
    // An event that cannot be written holds nothing up.
    if (std::holds_alternative<cluster::Event>(effect)) continue;
    const cluster::OnFailure* failure = on_failure(effect);
    if (failure != nullptr && failure->event) {
      cluster::Event event = *failure->event;
      if (failure->append_error) event.note += refusal->message;
      (void)carry_out(event);
    }
    if (failure != nullptr && failure->forgiven) continue;
    outcome.already_exists = refusal->reason == "AlreadyExists";
    outcome.failure = refusal->message;
    return outcome;
  }
  return outcome;
}

RunOutcome EffectRunner::empty_namespace(const std::string& name) const {
  RunOutcome outcome;
  const api::Resource& namespaces = api::resource(api::ResourceIndex::kNamespaces);
  const auto home = verbs_.get(namespaces, {"", name});
  if (!home || !is_asked_to_go(**home)) return outcome;
  const RequestContext context = as(kNamespaceController);
  bool left = false;
  for (const api::Resource& resource : api::resources()) {
    if (!resource.namespaced || resource.is_view()) continue;
    const auto contents = verbs_.store().list(static_cast<ResourceId>(resource.index), name);
    for (const RecordPtr& record : contents.records) {
      OwnRequestAudit told(audit_, {"delete", resource, record->key, ""});
      const auto erased = verbs_.erase(resource, record->key, {}, context);
      const auto refusal = unless_gone(settle(told, erased));
      if (refusal) outcome.failure = refusal->message;
      left = left || refusal || (erased && !erased->gone);
    }
  }
  // What waits for finalizers of its own brings the next visit when it goes.
  if (left) return outcome;
  RequestContext last = context;
  last.finalize = true;
  OwnRequestAudit told(audit_, {"update", namespaces, {"", name}, "finalize"});
  const auto without_finalizers = [](const Json& standing) -> api::Result<Json> {
    Json changed = standing;
    changed["spec"].erase("finalizers");
    return changed;
  };
  const auto refusal = unless_gone(
      settle(told, verbs_.update(namespaces, {"", name}, false, without_finalizers, nullptr, last)));
  if (refusal) outcome.failure = refusal->message;
  return outcome;
}

api::Refusal EffectRunner::create(api::ResourceIndex kind, const Json& object,
                                  const RequestContext& context) const {
  const Json& meta = object.at("metadata");
  const ObjectKey key{meta.value("namespace", ""), meta.value("name", "")};
  const api::Resource& resource = api::resource(kind);
  OwnRequestAudit told(audit_, {"create", resource, key, ""});
  told.body(object);
  return settle(told, verbs_.create(resource, key.name_space, object, context));
}

api::Refusal EffectRunner::carry_out(const cluster::CreateServiceCidr& effect) const {
  return create(api::ResourceIndex::kServiceCidrs, api::encode(effect.object), as(kApiServer));
}

api::Refusal EffectRunner::change_range(const std::string& name, const RequestContext& context,
                                        const std::function<void(Json&)>& change) const {
  OwnRequestAudit told(audit_, {"update", ranges(), {"", name}, ""});
  return settle(told, verbs_.update(
                          ranges(), {"", name}, false,
                          [&](const Json& standing) -> api::Result<Json> {
                            Json changed = standing;
                            change(changed);
                            told.body(changed);
                            return changed;
                          },
                          nullptr, context));
}

api::Refusal EffectRunner::carry_out(const cluster::UpdateServiceCidr& effect) const {
  return change_range(effect.name, as(kApiServer),
                      [&](Json& range) { range["spec"]["cidrs"] = effect.cidrs; });
}

api::Refusal EffectRunner::carry_out(const cluster::AddFinalizer& effect) const {
  return change_range(effect.service_cidr, as(kControllerManager), [](Json& range) {
    Json& finalizers = range["metadata"]["finalizers"];
    if (!finalizers.is_array()) finalizers = Json::array();
    const Json wanted = std::string(cluster::kServiceCidrFinalizer);
    if (std::find(finalizers.begin(), finalizers.end(), wanted) == finalizers.end())
      finalizers.push_back(wanted);
  });
}

api::Refusal EffectRunner::carry_out(const cluster::RemoveFinalizer& effect) const {
  return unless_gone(change_range(effect.service_cidr, as(kControllerManager), [](Json& range) {
    Json left = Json::array();
    for (const Json& finalizer : range["metadata"]["finalizers"]) {
      if (finalizer != std::string(cluster::kServiceCidrFinalizer)) left.push_back(finalizer);
    }
    range["metadata"]["finalizers"] = std::move(left);
  }));
}

api::Refusal EffectRunner::carry_out(const cluster::ApplyCondition& effect) const {
  Json condition = api::encode_conditions({effect.condition}).front();
  // Upstream's controller of the default ServiceCIDR does not name an empty reason, so it does not own it.
  const bool names_reason = effect.field_manager != cluster::kDefaultServiceCidrController;
  if (effect.condition.reason.empty() && !names_reason) condition.erase("reason");
  const Json configuration{{"metadata", {{"name", effect.service_cidr}}},
                           {"status", {{"conditions", Json::array({std::move(condition)})}}}};
  OwnRequestAudit told(audit_, {"patch", ranges(), {"", effect.service_cidr}, "status"});
  told.body(configuration);
  return settle(told, verbs_.apply(ranges(), {"", effect.service_cidr}, true, configuration, true,
                                   as(effect.field_manager)));
}

api::Refusal EffectRunner::carry_out(const cluster::CreateService& effect) const {
  return create(api::ResourceIndex::kServices, api::encode(effect.object), as(kApiServer));
}

api::Refusal EffectRunner::carry_out(const cluster::CreateIpAddress& effect) const {
  return create(api::ResourceIndex::kIpAddresses, api::encode(effect.object), as(kApiServer));
}

api::Refusal EffectRunner::carry_out(const cluster::DeleteIpAddress& effect) const {
  const api::Resource& addresses = api::resource(api::ResourceIndex::kIpAddresses);
  OwnRequestAudit told(audit_, {"delete", addresses, {"", effect.address}, ""});
  return unless_gone(settle(told, verbs_.erase(addresses, {"", effect.address}, {}, as(kApiServer))));
}

api::Refusal EffectRunner::carry_out(const cluster::Event& effect) const {
  const RequestContext context = as(effect.reporter);
  Json event = api::encode_event(effect, context.now);
  // Which of the objects that had this name, and in which state.
  Json& about = event["involvedObject"];
  const api::Resource* kind =
      api::find_kind_resource(about.at("apiVersion").get_ref<const std::string&>(), effect.kind);
  if (const auto found = verbs_.get(*kind, {effect.name_space, effect.name})) {
    const Json object = api::read_document((*found)->document, (*found)->revision);
    for (const char* member : {"uid", "resourceVersion"}) about[member] = object.at("metadata").at(member);
  }
  // Upstream's recorders of this API name the machine that they run on.
  if (!effect.action.empty()) event["reportingInstance"] = effect.reporter + "-" + host_name();
  return create(api::ResourceIndex::kEvents, event, context);
}

api::Refusal EffectRunner::carry_out(const cluster::RequeueAfter&) const {
  return std::nullopt;
}

}  // namespace clusterip::daemon
