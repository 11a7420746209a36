#include "daemon/control/network_strategies.hpp"

#include "daemon/control/typed_strategy.hpp"
#include "engine/cluster/metadata_rules.hpp"
#include "engine/cluster/network_validation.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::Scope;

class ServiceCidrStrategy : public TypedStrategy<cluster::ServiceCidr> {
 public:
  const api::Resource& resource() const override { return api::resource(api::ResourceIndex::kServiceCidrs); }

  Result<Plan> plan_update(Json object, const Json& old, bool status, const RequestContext&) const override {
    cluster::ServiceCidr cidr = stored(object);
    const cluster::ServiceCidr standing = stored(old);
    if (status) {
      cidr.cidrs = standing.cidrs;
    } else {
      cidr.conditions = standing.conditions;
    }
    const auto errors =
        status ? cluster::validate_status_update(cidr, standing) : cluster::validate_update(cidr, standing);
    if (!errors.empty()) return api::invalid(resource().subject(), standing.meta.name, errors);
    cluster::prepare_update(cidr.meta, standing.meta, Scope::kCluster);
    if (status) cluster::reset_for_status(cidr.meta, standing.meta);
    return plan_of(api::encode(cidr));
  }

 protected:
  api::Decoded<cluster::ServiceCidr> decode_object(const Json& sent) const override {
    return api::decode_service_cidr(sent);
  }
  Json encode(const cluster::ServiceCidr& cidr) const override {
    Json object = api::encode(cidr);
    if (cidr.empty_cidrs_given) object["spec"]["cidrs"] = Json::array();
    return object;
  }

  Result<Plan> plan_new(const cluster::ServiceCidr& sent, const RequestContext&) const override {
    cluster::ServiceCidr cidr = sent;
    const auto errors = cluster::validate_create(cidr);
    if (!errors.empty()) return api::invalid(resource().subject(), cidr.meta.name, errors);
    cluster::prepare_create(cidr.meta, Scope::kCluster);
    cidr.conditions.clear();  // the status is the controllers' to write
    return plan_of(api::encode(cidr));
  }
};

// An address that a request has taken for the object that it creates.
class TakenAddress : public Pledge {
 public:
  TakenAddress(cluster::Authority& authority, std::string name, InFlight::Ticket ticket)
      : ticket_(std::move(ticket)), authority_(authority), name_(std::move(name)) {}
  ~TakenAddress() override {
    if (!settled_) authority_.remove_address(name_);
  }
  void settle() override { settled_ = true; }

 private:
  InFlight::Ticket ticket_;
  cluster::Authority& authority_;
  std::string name_;
  bool settled_ = false;
};

// An address that is free once its object is gone.
class ReleasedAddress : public Pledge {
 public:
  ReleasedAddress(cluster::Authority& authority, std::string name, InFlight::Ticket ticket)
      : ticket_(std::move(ticket)), authority_(authority), name_(std::move(name)) {}
  void settle() override { authority_.remove_address(name_); }

 private:
  InFlight::Ticket ticket_;
  cluster::Authority& authority_;
  std::string name_;
};

class IpAddressStrategy : public TypedStrategy<cluster::IpAddress> {
 public:
  IpAddressStrategy(cluster::Authority& authority, const Store& store, InFlight& in_flight)
      : authority_(authority), store_(store), in_flight_(in_flight) {}

  const api::Resource& resource() const override { return api::resource(api::ResourceIndex::kIpAddresses); }

  Result<Plan> plan_update(Json object, const Json& old, bool, const RequestContext&) const override {
    cluster::IpAddress address = stored(object);
    const cluster::IpAddress standing = stored(old);
    const auto errors = cluster::validate_update(address, standing);
    if (!errors.empty()) return api::invalid(resource().subject(), standing.meta.name, errors);
    cluster::prepare_update(address.meta, standing.meta, Scope::kCluster);
    return plan_of(api::encode(address));
  }

  Plan plan_erase(const Json& old) const override {
    const std::string name = old.at("metadata").at("name");
    Plan plan;
    plan.pledge = std::make_unique<ReleasedAddress>(authority_, name, in_flight_.enter());
    return plan;
  }

  // The base becomes the name unchanged.
  std::string generate_name(std::string_view base, std::string_view) const override {
    return std::string(base);
  }
  bool generates_names() const override { return false; }

 protected:
  api::Decoded<cluster::IpAddress> decode_object(const Json& sent) const override {
    return api::decode_ip_address(sent);
  }
  Json encode(const cluster::IpAddress& address) const override { return api::encode(address); }

  Result<Plan> plan_new(const cluster::IpAddress& sent, const RequestContext& context) const override {
    cluster::IpAddress address = sent;
    const auto errors = cluster::validate_create(address);
    if (!errors.empty()) return api::invalid(resource().subject(), address.meta.name, errors);
    cluster::prepare_create(address.meta, Scope::kCluster);
    Plan plan = plan_of(api::encode(address));
    if (context.dry_run) return plan;
    plan.pledge = take(address.meta.name);
    if (!plan.pledge) return api::already_exists(resource().subject(), address.meta.name);
    return plan;
  }

 private:
  // An address that is taken without an object is a request on its way: it is waited for, since it may yet
  // fail.
  std::unique_ptr<Pledge> take(const std::string& name) const {
    constexpr int kMostAttempts = 200;
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
      InFlight::Ticket ticket = in_flight_.enter();
      if (authority_.add_address(name)) {
        return std::make_unique<TakenAddress>(authority_, name, std::move(ticket));
      }
      ticket.end();
      if (store_.get(static_cast<ResourceId>(resource().index), {"", name})) return nullptr;
      (void)in_flight_.wait_for_others();
    }
    return nullptr;
  }

  cluster::Authority& authority_;
  const Store& store_;
  InFlight& in_flight_;
};

}  // namespace

std::unique_ptr<Strategy> make_service_cidr_strategy() {
  return std::make_unique<ServiceCidrStrategy>();
}

std::unique_ptr<Strategy> make_ip_address_strategy(cluster::Authority& authority, const Store& store,
                                                   InFlight& in_flight) {
  return std::make_unique<IpAddressStrategy>(authority, store, in_flight);
}

}  // namespace clusterip::daemon
