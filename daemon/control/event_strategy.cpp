#include "daemon/control/event_strategy.hpp"

#include "daemon/api/event_object_json.hpp"
#include "daemon/control/decoded.hpp"
#include "engine/cluster/metadata_rules.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::EventApi;
using cluster::EventObject;
using cluster::Scope;

class EventStrategy : public Strategy {
 public:
  explicit EventStrategy(api::ResourceIndex index)
      : index_(index), api_(index == api::ResourceIndex::kEvents ? EventApi::kCore : EventApi::kEvents) {}

  const api::Resource& resource() const override { return api::resource(index_); }

  Result<Json> decode(const Json& sent) const override {
    const auto read = api::decode_event(sent, api_);
    if (const auto* error = std::get_if<api::DecodeError>(&read)) {
      return api::bad_request("Event in version \"v1\" cannot be handled as a Event: " + error->reason);
    }
    return api::encode(std::get<EventObject>(read), api_);
  }

  Result<Plan> plan_create(const Json& object, const RequestContext&) const override {
    EventObject event = decoded(api::decode_event(object, api_));
    cluster::prepare_create(event.meta, Scope::kNamespace);
    auto errors = cluster::validate_create(event, api_);
    if (errors.empty()) {
      errors = cluster::validate_object_meta(event.meta, cluster::name_is_path_segment, Scope::kNamespace);
    }
    if (!errors.empty()) return api::invalid(subject(), event.meta.name, errors);
    return plan_of(api::encode(event, api_));
  }

  Result<Plan> plan_update(Json object, const Json& old, bool, const RequestContext&) const override {
    EventObject event = decoded(api::decode_event(object, api_));
    const EventObject standing = decoded(api::decode_event(old, api_));
    cluster::prepare_update(event.meta, standing.meta, Scope::kNamespace);
    auto errors = cluster::validate_common_update(event.meta, standing.meta, Scope::kNamespace);
    append(errors, cluster::validate_update(event, standing, api_));
    if (!errors.empty()) return api::invalid(subject(), standing.meta.name, errors);
    return plan_of(api::encode(event, api_));
  }

  bool creates_on_update() const override { return true; }

 private:
  // Upstream names what it refuses after the older API, in both.
  static api::Subject subject() { return api::resource(api::ResourceIndex::kEvents).subject(); }

  api::ResourceIndex index_;
  EventApi api_;
};

}  // namespace

std::unique_ptr<Strategy> make_event_strategy(api::ResourceIndex index) {
  return std::make_unique<EventStrategy>(index);
}

}  // namespace clusterip::daemon
