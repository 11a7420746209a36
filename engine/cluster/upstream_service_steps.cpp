#include <algorithm>

#include "engine/cluster/service_families.hpp"
#include "engine/cluster/service_normalization.hpp"
#include "engine/cluster/service_plan.hpp"
#include "engine/cluster/service_validation.hpp"
#include "engine/cluster/upstream_steps.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

void apply_patch(const ServicePatch& patch, Service& service) {
  if (patch.type) service.type = *patch.type;
  if (patch.cluster_ip) service.cluster_ip = *patch.cluster_ip;
  if (patch.cluster_ips) service.cluster_ips = *patch.cluster_ips;
  if (patch.ip_families) service.ip_families = *patch.ip_families;
  if (patch.ip_family_policy) {
    service.ip_family_policy = *patch.ip_family_policy;
    if (patch.ip_family_policy->empty()) service.ip_family_policy.reset();
  }
  if (patch.external_name) service.external_name = *patch.external_name;
}

// One step of one request about a Service.
class ServiceSteps {
 public:
  ServiceSteps(UpstreamState& state, UpstreamRequest& request)
      : state_(state), request_(request), server_(state.servers.at(request.server)) {}

  void go_on() {
    if (!request_.wanted) {
      begin();
    } else if (!request_.to_take.empty()) {
      take_next();
    } else if (const auto* patch = std::get_if<PatchServiceRequest>(&request_.body)) {
      finish_patch(*patch);
    } else if (std::holds_alternative<CreateServiceRequest>(request_.body)) {
      finish_create();
    } else {
      finish_delete();
    }
  }

 private:
  void begin() {
    if (const auto* create = std::get_if<CreateServiceRequest>(&request_.body)) {
      begin_create(create->object);
    } else if (const auto* patch = std::get_if<PatchServiceRequest>(&request_.body)) {
      begin_patch(*patch);
    } else {
      begin_delete(std::get<DeleteServiceRequest>(request_.body));
    }
  }

  ClusterFamilies families() const { return cluster_families(server_.flag_ranges()); }

  void begin_create(Service service) {
    set_defaults(service);
    prepare_service_create(service);
    normalize_cluster_ips(service);
    FieldErrors errors = resolve_families(service, nullptr, families(), server_.version);
    if (!errors.empty()) return refuse(refuse_invalid(std::move(errors)), service.meta.name);
    plan(plan_create(service));
    request_.wanted = std::move(service);
    if (request_.to_take.empty()) finish_create();
  }

  void begin_patch(const PatchServiceRequest& patch) {
    const Service* stored = state_.store.objects().find_service(patch.name_space, patch.name);
    if (stored == nullptr)
      return answer(state_, request_, refused_write(WriteResult::kNotFound, "services", patch.name));
    Service old = *stored;
    set_defaults_on_read(old, server_.flag.primary.family());
    Service service = old;
    apply_patch(patch.patch, service);
    set_defaults(service);
    keep_allocated_values(service, old);
    normalize_cluster_ips(service, old);
    FieldErrors errors = resolve_families(service, &old, families(), server_.version);
    if (!errors.empty()) return refuse(refuse_invalid(std::move(errors)), patch.name);
    plan(plan_update(service, old, families()));
    request_.wanted = std::move(service);
    if (request_.to_take.empty()) finish_patch(patch);
  }

  // The Service goes first, its addresses after it.
  void begin_delete(const DeleteServiceRequest& removal) {
    const Service* stored = state_.store.objects().find_service(removal.name_space, removal.name);
    const WriteResult result = stored == nullptr ? WriteResult::kNotFound : WriteResult::kDone;
    if (stored == nullptr) return answer(state_, request_, refused_write(result, "services", removal.name));
    request_.wanted = *stored;
    request_.to_release = plan_delete(*stored).releases;
    const std::string key = stored_key(stored->meta);
    static_cast<void>(
        written(state_, [&](UpstreamStore& store, Instant now) { return store.delete_service(key, now); }));
    record_write("deleted");
  }

  // Upstream goes through the families of a request in the order of a Go map.
  void plan(AddressPlan plan) {
    request_.to_take = std::move(plan.requests);
    request_.to_release = std::move(plan.releases);
    if (request_.to_take.size() < 2) return;
    const auto primary = request_.to_take.front().family;
    const auto drawn = state_.draws.below(2) == 0 ? primary : other_family(primary);
    // The next one stands last.
    if (request_.choices.first.value_or(drawn) == primary)
      std::swap(request_.to_take[0], request_.to_take[1]);
  }

  void take_next() {
    const AddressRequest next = request_.to_take.back();
    const auto result =
        allocate_address(state_, server_, {*request_.wanted, next.family, next.text, request_.choices});
    if (const auto* refusal = std::get_if<UpstreamRefusal>(&result)) {
      notice_partial_failure(state_, server_.name, request_);
      return refuse(refusal_of(next, *refusal), request_.wanted->meta.name);
    }
    request_.to_take.pop_back();
    request_.taken.push_back(std::get<Address>(result));
    place(*request_.wanted, next, request_.taken.back());
  }

  ServiceRefusal refusal_of(const AddressRequest& failed, const UpstreamRefusal& refusal) const {
    // With a bitmap in front, what becomes of the address that it gave is the answer.
    if (server_.version.asks_bitmap_first && failed.text.empty()) {
      return {ServiceRefusal::Kind::kInternal, {}, "failed to allocate a serviceIP: " + refusal.message};
    }
    const bool full = refusal.error == AllocateError::kFull;
    return refuse_address(*request_.wanted, failed, refusal.message, full, server_.version);
  }

  void finish_create() {
    FieldErrors errors = validate_service_create(*request_.wanted, server_.version);
    const std::string name = request_.wanted->meta.name;
    if (!errors.empty()) {
      give_back_taken();
      return refuse(refuse_invalid(std::move(errors)), name);
    }
    const WriteResult result = written(
        state_, [&](UpstreamStore& store, Instant now) { return store.create(*request_.wanted, now); });
    if (result != WriteResult::kDone) {
      give_back_taken();
      return answer(state_, request_, refused_write(result, "services", name));
    }
    record_write("created");
    notice_stored_service(state_, server_.name, *request_.wanted);
    succeed(201);
  }

  // The transaction commits before the write: what is given back is free before the Service says so.
  void finish_patch(const PatchServiceRequest& patch) {
    if (!request_.to_release.empty()) {
      const std::string text = request_.to_release.front();
      request_.to_release.erase(request_.to_release.begin());
      static_cast<void>(release_address(state_, server_, *request_.wanted, text));
      return;
    }
    const Service* stored = state_.store.objects().find_service(patch.name_space, patch.name);
    if (stored == nullptr) {
      return answer(state_, request_, refused_write(WriteResult::kNotFound, "services", patch.name));
    }
    // Another write came first: everything once more, and what was taken is forgotten.
    if (stored->meta.resource_version != request_.wanted->meta.resource_version) {
      notice_partial_failure(state_, server_.name, request_);
      request_.wanted.reset();
      request_.taken.clear();
      return;
    }
    prepare_service_update(*request_.wanted, *stored);
    FieldErrors errors = validate_service_update(*request_.wanted, *stored, server_.version);
    if (!errors.empty()) {
      give_back_taken();
      return refuse(refuse_invalid(std::move(errors)), patch.name);
    }
    static_cast<void>(written(
        state_, [&](UpstreamStore& store, Instant now) { return store.update(*request_.wanted, now); }));
    record_write("updated");
    notice_stored_service(state_, server_.name, *request_.wanted);
    succeed(200);
  }

  // The first release that fails ends them.
  void finish_delete() {
    if (request_.to_release.empty()) return succeed(200);
    const std::string text = request_.to_release.front();
    request_.to_release.erase(request_.to_release.begin());
    if (!release_address(state_, server_, *request_.wanted, text)) request_.to_release.clear();
    if (request_.to_release.empty()) succeed(200);
  }

  void give_back_taken() {
    for (const Address& address : request_.taken) {
      static_cast<void>(release_address(state_, server_, *request_.wanted, address.to_string()));
    }
  }

  void refuse(const ServiceRefusal& refusal, const std::string& name) {
    if (refusal.kind == ServiceRefusal::Kind::kInvalid) {
      answer(state_, request_, refused_as_invalid("Service", name, refusal.errors, server_.version));
    } else {
      answer(state_, request_, {500, "InternalError", "Internal error occurred: " + refusal.message, {}});
    }
  }

  void succeed(int code) { answer(state_, request_, {code, "", "", request_.wanted->addresses()}); }

  void record_write(const std::string& verb) {
    std::string text = verb;
    for (const std::string& address : request_.wanted->addresses()) text.append(" ").append(address);
    state_.record({{},
                   server_.name,
                   UpstreamRecord::Kind::kWrite,
                   object_path("services", request_.wanted->meta),
                   std::move(text),
                   "",
                   0,
                   {}});
  }

  UpstreamState& state_;
  UpstreamRequest& request_;
  const UpstreamServer& server_;
};

}  // namespace

void continue_service_request(UpstreamState& state, UpstreamRequest& request) {
  ServiceSteps(state, request).go_on();
}

}  // namespace clusterip::cluster
