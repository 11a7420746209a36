#include "daemon/control/service_strategy.hpp"

#include "daemon/api/object_json.hpp"
#include "engine/cluster/metadata_rules.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;

class ServiceStrategy : public Strategy {
 public:
  ServiceStrategy(AddressBook& book, const Store& store) : book_(book), store_(store) {}

  const api::Resource& resource() const override { return api::resource(api::ResourceIndex::kServices); }

  Result<Json> decode(const Json& sent) const override {
    const auto read = api::decode_service(sent);
    if (const auto* error = std::get_if<api::DecodeError>(&read)) {
      return api::bad_request("Service in version \"v1\" cannot be handled as a Service: " + error->reason);
    }
    return api::encode(std::get<cluster::Service>(read));
  }

  Result<Plan> plan_create(Json, const RequestContext&) const override { return refused(); }
  Result<Plan> plan_update(Json, const Json&, bool, const RequestContext&) const override {
    return refused();
  }
  bool creates_on_update() const override { return true; }
  bool returns_deleted() const override { return true; }

 private:
  api::Status refused() const { return api::method_not_supported(resource().subject(), "create"); }
  [[maybe_unused]] AddressBook& book_;
  [[maybe_unused]] const Store& store_;
};

}  // namespace

std::unique_ptr<Strategy> make_service_strategy(AddressBook& book, const Store& store) {
  return std::make_unique<ServiceStrategy>(book, store);
}

}  // namespace clusterip::daemon
