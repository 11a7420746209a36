#include "daemon/control/network_strategies.hpp"

#include "daemon/api/object_json.hpp"
#include "daemon/control/decoded.hpp"
#include "engine/cluster/metadata_rules.hpp"
#include "engine/cluster/network_validation.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::Scope;

api::Status undecodable(const api::Resource& resource, const api::DecodeError& error) {
  return api::bad_request(std::string(resource.kind) + " in version \"v1\" cannot be handled as a " +
                          std::string(resource.kind) + ": " + error.reason);
}

class ServiceCidrStrategy : public Strategy {
 public:
  const api::Resource& resource() const override { return api::resource(api::ResourceIndex::kServiceCidrs); }

  Result<Json> decode(const Json& sent) const override {
    const auto read = api::decode_service_cidr(sent);
    if (const auto* error = std::get_if<api::DecodeError>(&read)) return undecodable(resource(), *error);
    const auto& cidr = std::get<cluster::ServiceCidr>(read);
    Json object = api::encode(cidr);
    if (cidr.empty_cidrs_given) object["spec"]["cidrs"] = Json::array();
    return object;
  }

  Result<Plan> plan_create(const Json& object, const RequestContext&) const override {
    cluster::ServiceCidr cidr = decoded(api::decode_service_cidr(object));
    const auto errors = cluster::validate_create(cidr);
    if (!errors.empty()) return api::invalid(resource().subject(), cidr.meta.name, errors);
    cluster::prepare_create(cidr.meta, Scope::kCluster);
    cidr.conditions.clear();  // the status is the controllers' to write
    return plan_of(api::encode(cidr));
  }

  Result<Plan> plan_update(Json object, const Json& old, bool status, const RequestContext&) const override {
    cluster::ServiceCidr cidr = decoded(api::decode_service_cidr(object));
    const cluster::ServiceCidr standing = decoded(api::decode_service_cidr(old));
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

class IpAddressStrategy : public Strategy {
 public:
  IpAddressStrategy(cluster::Authority& authority, const Store& store, InFlight& in_flight)
      : authority_(authority), store_(store), in_flight_(in_flight) {}

  const api::Resource& resource() const override { return api::resource(api::ResourceIndex::kIpAddresses); }

  Result<Json> decode(const Json& sent) const override {
    const auto read = api::decode_ip_address(sent);
    if (const auto* error = std::get_if<api::DecodeError>(&read)) return undecodable(resource(), *error);
    return api::encode(std::get<cluster::IpAddress>(read));
  }

  Result<Plan> plan_create(const Json& object, const RequestContext& context) const override {
    cluster::IpAddress address = decoded(api::decode_ip_address(object));
    const auto errors = cluster::validate_create(address);
    if (!errors.empty()) return api::invalid(resource().subject(), address.meta.name, errors);
    cluster::prepare_create(address.meta, Scope::kCluster);
    Plan plan = plan_of(api::encode(address));
    if (context.dry_run) return plan;
    plan.pledge = take(address.meta.name);
    if (!plan.pledge) return api::already_exists(resource().subject(), address.meta.name);
    return plan;
  }

  Result<Plan> plan_update(Json object, const Json& old, bool, const RequestContext&) const override {
    cluster::IpAddress address = decoded(api::decode_ip_address(object));
    const cluster::IpAddress standing = decoded(api::decode_ip_address(old));
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
