#include "daemon/control/service_strategy.hpp"

#include <chrono>
#include <deque>
#include <random>

#include "daemon/api/object_json.hpp"
#include "daemon/audit/audit_log.hpp"
#include "daemon/audit/random_names.hpp"
#include "daemon/control/typed_strategy.hpp"
#include "engine/cluster/metadata_rules.hpp"
#include "engine/cluster/service_normalization.hpp"
#include "engine/cluster/service_validation.hpp"
#include "engine/cluster/service_warnings.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::Reservation;
using cluster::Service;

constexpr auto kAddresses = static_cast<ResourceId>(api::ResourceIndex::kIpAddresses);
constexpr const char* kAddressManager = "kube-apiserver";

SeededDraws& draws() {
  thread_local SeededDraws source = [] {
    std::random_device device;
    return SeededDraws((std::uint64_t{device()} << 32) | device());
  }();
  return source;
}

class ReservedAddresses : public Pledge {
 public:
  ReservedAddresses(Reservation reservation, InFlight::Ticket ticket, AllocationTally& tally)
      : tally_(tally), ticket_(std::move(ticket)), reservation_(std::move(reservation)) {}
  void settle() override {
    tally_.took(reservation_.write(), std::chrono::duration<double>(Clock::now() - begun_).count());
    reservation_.commit();
  }

 private:
  using Clock = std::chrono::steady_clock;
  AllocationTally& tally_;
  Clock::time_point begun_ = Clock::now();
  InFlight::Ticket ticket_;  // ends after the reservation
  Reservation reservation_;
};

// Looks IPAddresses up in the store, and keeps what it found for as long as a request takes.
class AddressLookup {
 public:
  explicit AddressLookup(const Store& store) : store_(store) {}

  cluster::FindAddress finder() {
    return [this](std::string_view name) { return find(name); };
  }
  // The erasures of these IPAddresses, as they were found.
  Transaction erasures(const std::vector<std::string>& names) const {
    Transaction writes;
    for (const std::string& name : names) {
      for (const RecordPtr& record : records_) {
        if (record->key.name != name) continue;
        writes.push_back(
            {Write::Kind::kErase, kAddresses, record->key, record->revision, record->document, true});
        break;
      }
    }
    return writes;
  }

 private:
  const cluster::IpAddress* find(std::string_view name) {
    RecordPtr record = store_.get(kAddresses, {"", std::string(name)});
    if (!record) return nullptr;
    auto read = api::decode_ip_address(api::read_document(record->document, record->revision));
    records_.push_back(std::move(record));
    return &objects_.emplace_back(std::get<cluster::IpAddress>(std::move(read)));
  }

  const Store& store_;
  std::vector<RecordPtr> records_;
  std::deque<cluster::IpAddress> objects_;
};

class ServiceStrategy : public TypedStrategy<Service> {
 public:
  ServiceStrategy(cluster::Authority& authority, const Store& store, InFlight& in_flight,
                  AllocationTally& tally)
      : authority_(authority), store_(store), in_flight_(in_flight), tally_(tally) {}

  const api::Resource& resource() const override { return api::resource(api::ResourceIndex::kServices); }

  const Json& blank() const override {
    static const Json kBlank = api::encode(Service());
    return kBlank;
  }

  void record_creator(Draft& draft, const api::FieldOwner& owner) const override {
    Service& service = object_of(draft);
    // What a client says of owners itself has to be read first.
    if (!service.meta.managed_fields.empty()) return Strategy::record_creator(draft, owner);
    service.meta.managed_fields = {api::sole_entry(owner, api::fields_of(service))};
  }

  Result<Plan> plan_update(Json object, const Json& old, bool status,
                           const RequestContext& context) const override {
    Service service = stored(object);
    const Service standing = stored(old);
    if (status) return plan_status(std::move(service), standing);
    AddressLookup lookup(store_);
    const auto update = [&] {
      return authority_.update(service, standing, lookup.finder(), draws(), {context.dry_run});
    };
    return decide(update, standing.meta.name, &lookup, context);
  }

  Plan plan_erase(const Json& old) const override {
    AddressLookup lookup(store_);
    InFlight::Ticket ticket = in_flight_.enter();
    Reservation reservation = authority_.remove(stored(old), lookup.finder());
    Plan plan;
    plan.beside = lookup.erasures(reservation.write().deleted);
    plan.pledge = std::make_unique<ReservedAddresses>(std::move(reservation), std::move(ticket), tally_);
    return plan;
  }

  bool creates_on_update() const override { return true; }
  bool returns_deleted() const override { return true; }

 protected:
  api::Decoded<Service> decode_object(const Json& sent) const override { return api::decode_service(sent); }
  void set_defaults(Service& service) const override { cluster::set_defaults(service); }
  Json encode(const Service& service) const override { return api::encode(service); }

  Result<Plan> plan_new(const Service& service, const RequestContext& context) const override {
    return decide([&] { return authority_.create(service, draws(), {context.dry_run}); }, service.meta.name,
                  nullptr, context);
  }

 private:
  static Plan plan_of_service(const Service& service) {
    Plan plan;
    plan.document = api::document_of(service);
    plan.goes = service.meta.deletion && service.meta.finalizers.empty();
    return plan;
  }

  Result<Plan> plan_status(Service service, const Service& standing) const {
    cluster::prepare_service_status_update(service, standing);
    const auto errors = cluster::validate_service_status_update(service, standing, authority_.version());
    if (!errors.empty()) return api::invalid(resource().subject(), standing.meta.name, errors);
    return plan_of_service(service);
  }

  // Asks again when it is refused for what others, still under way, may give back.
  template <class Ask>
  Result<Plan> decide(const Ask& ask, const std::string& name, const AddressLookup* lookup,
                      const RequestContext& context) const {
    constexpr int kMostAttempts = 3;
    for (int attempt = 1;; ++attempt) {
      const cluster::Instant begun = context.audit != nullptr ? context.audit->now() : context.now;
      InFlight::Ticket ticket = in_flight_.enter();
      cluster::ServiceDecision decision = ask();
      const auto* refusal = std::get_if<cluster::ServiceRefusal>(&decision);
      if (refusal != nullptr && refusal->held && attempt < kMostAttempts) {
        ticket.end();
        if (in_flight_.wait_for_others()) continue;
      }
      Result<Plan> plan = settle_plan(std::move(decision), std::move(ticket), name, lookup, context);
      if (plan) plan->begun = begun;
      return plan;
    }
  }

  Result<Plan> settle_plan(cluster::ServiceDecision decision, InFlight::Ticket ticket,
                           const std::string& name, const AddressLookup* lookup,
                           const RequestContext& context) const {
    if (const auto* refusal = std::get_if<cluster::ServiceRefusal>(&decision)) {
      if (!context.dry_run) tally_.count(*refusal);
      if (refusal->kind == cluster::ServiceRefusal::Kind::kInternal) {
        return api::internal_error(refusal->message);
      }
      if (refusal->kind == cluster::ServiceRefusal::Kind::kUnknown) {
        return api::generic(500, "", refusal->message);
      }
      return api::invalid(resource().subject(), name, refusal->errors);
    }
    auto& reservation = std::get<Reservation>(decision);
    tally_.count(reservation.write());
    Plan plan = plan_of_decided(reservation.write().service, context);
    for (const cluster::IpAddress& address : reservation.write().created) {
      plan.beside.push_back(creation(address, context));
    }
    if (lookup != nullptr) {
      for (Write& write : lookup->erasures(reservation.write().deleted))
        plan.beside.push_back(std::move(write));
    }
    plan.pledge = std::make_unique<ReservedAddresses>(std::move(reservation), std::move(ticket), tally_);
    return plan;
  }

  Plan plan_of_decided(const Service& decided, const RequestContext& context) const {
    if (decided.is_external_name() && decided.internal_traffic_policy) {
      // Upstream stores it and hides it at each read.
      Service shown = decided;
      shown.internal_traffic_policy.reset();
      return plan_of_decided(shown, context);
    }
    for (std::string& text : cluster::service_warnings(decided, authority_.version())) {
      context.warn(std::move(text));
    }
    return plan_of_service(decided);
  }

  static Write creation(cluster::IpAddress address, const RequestContext& context) {
    address.meta.uid = random_uid();
    address.meta.creation = context.now.whole_second();
    address.meta.managed_fields = {own_fields(context)};
    return {Write::Kind::kCreate, kAddresses, {"", address.meta.name}, 0, api::document_of(address), true};
  }

  // The server's own mark on the objects that it writes for a Service.
  static cluster::ManagedFields own_fields(const RequestContext& context) {
    return {kAddressManager,
            "Update",
            "networking.k8s.io/v1",
            context.now.whole_second(),
            "FieldsV1",
            R"({"f:metadata":{"f:labels":{".":{},"f:ipaddress.kubernetes.io/ip-family":{},)"
            R"("f:ipaddress.kubernetes.io/managed-by":{}}},"f:spec":{"f:parentRef":{".":{},"f:name":{},)"
            R"("f:namespace":{},"f:resource":{}}}})",
            ""};
  }

  cluster::Authority& authority_;
  const Store& store_;
  InFlight& in_flight_;
  AllocationTally& tally_;
};

}  // namespace

std::unique_ptr<Strategy> make_service_strategy(cluster::Authority& authority, const Store& store,
                                                InFlight& in_flight, AllocationTally& tally) {
  return std::make_unique<ServiceStrategy>(authority, store, in_flight, tally);
}

}  // namespace clusterip::daemon
