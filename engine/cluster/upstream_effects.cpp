#include "engine/cluster/upstream_steps.hpp"

namespace clusterip::cluster {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out;
}

std::string condition_text(const Condition& condition) {
  std::string out = condition.type + "=" + condition.status;
  if (!condition.reason.empty()) out.append(" ").append(condition.reason);
  return out + ": " + condition.message;
}

std::string_view plural_of(std::string_view kind) {
  if (kind == "Service") return "services";
  return kind == "ServiceCIDR" ? "servicecidrs" : "ipaddresses";
}

// Carries out one effect. Each is true when it succeeded or its failure is forgiven.
class EffectStep {
 public:
  EffectStep(UpstreamState& state, std::size_t watcher, const VisitObject* visit)
      : state_(state), watcher_(watcher), visit_(visit) {}

  bool operator()(const CreateServiceCidr& effect) {
    const WriteResult result =
        write([&](UpstreamStore& store, Instant now) { return store.create(effect.object, now); });
    return finish(result, "servicecidrs/" + effect.object.meta.name, "created " + joined(effect.object.cidrs),
                  effect.on_failure);
  }
  bool operator()(const UpdateServiceCidr& effect) {
    const WriteResult result = write(
        [&](UpstreamStore& store, Instant now) { return store.set_cidrs(effect.name, effect.cidrs, now); });
    return finish(result, "servicecidrs/" + effect.name, "updated to " + joined(effect.cidrs),
                  effect.on_failure);
  }
  bool operator()(const AddFinalizer& effect) {
    const WriteResult result = write(
        [&](UpstreamStore& store, Instant now) { return store.add_finalizer(effect.service_cidr, now); });
    return finish(result, "servicecidrs/" + effect.service_cidr, "finalizer added", {});
  }
  bool operator()(const RemoveFinalizer& effect) {
    const ServiceCidr* stored = state_.store.objects().find_service_cidr(effect.service_cidr);
    if (stored == nullptr) return true;
    const ServiceCidr removed = *stored;
    const WriteResult result = write(
        [&](UpstreamStore& store, Instant now) { return store.remove_finalizer(effect.service_cidr, now); });
    const bool gone = state_.store.objects().find_service_cidr(effect.service_cidr) == nullptr;
    const bool done = finish(result, "servicecidrs/" + effect.service_cidr,
                             gone ? "finalizer removed, gone" : "finalizer removed", {});
    if (gone) notice_removed_range(state_, name(), removed);
    return done;
  }
  bool operator()(const ApplyCondition& effect) {
    const WriteResult result = write([&](UpstreamStore& store, Instant now) {
      return store.apply_condition(effect.service_cidr, effect.condition, now);
    });
    return finish(result, "servicecidrs/" + effect.service_cidr, condition_text(effect.condition),
                  effect.on_failure);
  }
  // The server asks itself; the next visit finds out how that ended.
  bool operator()(const CreateService& effect) {
    UpstreamRequest request;
    request.server = watcher_;
    request.client = "system:apiserver";
    request.body = CreateServiceRequest{effect.object};
    state_.requests.push_back(std::move(request));
    state_.plan(state_.now, {ContinueRequest{state_.requests.size() - 1}, 0});
    return true;
  }
  bool operator()(const CreateIpAddress& effect) {
    const WriteResult result =
        write([&](UpstreamStore& store, Instant now) { return store.create(effect.object, now); });
    std::string text = "created";
    if (effect.object.parent) {
      text += " for " + effect.object.parent->name_space + "/" + effect.object.parent->name;
    }
    return finish(result, "ipaddresses/" + effect.object.meta.name, std::move(text), {});
  }
  bool operator()(const DeleteIpAddress& effect) {
    const IpAddress* stored = state_.store.objects().find_ip_address(effect.address);
    const bool from_its_side =
        visit_ != nullptr && visit_->controller == VisitObject::Controller::kRepairAddress;
    if (stored != nullptr && from_its_side) notice_repair_deletion(state_, name(), *stored);
    const WriteResult result = write(
        [&](UpstreamStore& store, Instant now) { return store.delete_ip_address(effect.address, now); });
    if (result == WriteResult::kNotFound) return true;
    return finish(result, "ipaddresses/" + effect.address, "deleted", {});
  }
  bool operator()(const RequeueAfter& effect) {
    if (visit_ != nullptr) state_.plan_visit(state_.now + effect.delay, *visit_);
    return true;
  }
  bool operator()(const Event& event) {
    ObjectMeta meta;
    meta.name = event.name;
    meta.name_space = event.name_space;
    state_.record({{},
                   name(),
                   UpstreamRecord::Kind::kEvent,
                   object_path(plural_of(event.kind), meta),
                   event.note,
                   event.reason,
                   0,
                   {}});
    return true;
  }

 private:
  std::string name() const { return state_.watcher(watcher_).name; }

  template <class Write>
  WriteResult write(Write each) {
    const std::size_t length = state_.store.history().size();
    const WriteResult result = written(state_, each);
    changed_ = state_.store.history().size() != length;
    return result;
  }

  bool finish(WriteResult result, std::string object, std::string text, const OnFailure& on_failure) {
    if (result == WriteResult::kDone) {
      if (changed_)
        state_.record(
            {{}, name(), UpstreamRecord::Kind::kWrite, std::move(object), std::move(text), "", 0, {}});
      return true;
    }
    if (on_failure.event) {
      Event event = *on_failure.event;
      if (on_failure.append_error) event.note += refused_write(result, object, event.name).message;
      (*this)(event);
    }
    return on_failure.forgiven;
  }

  UpstreamState& state_;
  std::size_t watcher_;
  const VisitObject* visit_;
  bool changed_ = false;  // the last write was more than a repetition
};

}  // namespace

bool carry_out(UpstreamState& state, std::size_t watcher, const Effects& effects, const VisitObject* visit) {
  EffectStep step(state, watcher, visit);
  for (const Effect& effect : effects) {
    if (!std::visit(step, effect)) return false;
  }
  return true;
}

}  // namespace clusterip::cluster
