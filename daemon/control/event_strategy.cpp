#include "daemon/control/event_strategy.hpp"

#include "daemon/api/event_object_json.hpp"
#include "daemon/control/typed_strategy.hpp"
#include "engine/cluster/metadata_rules.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::EventApi;
using cluster::EventObject;
using cluster::Scope;

class EventStrategy : public TypedStrategy<EventObject> {
 public:
  explicit EventStrategy(api::ResourceIndex index)
      : index_(index), api_(index == api::ResourceIndex::kEvents ? EventApi::kCore : EventApi::kEvents) {}

  const api::Resource& resource() const override { return api::resource(index_); }

  Result<Plan> plan_update(Json object, const Json& old, bool, const RequestContext&) const override {
    EventObject event = stored(object);
    const EventObject standing = stored(old);
    cluster::prepare_update(event.meta, standing.meta, Scope::kNamespace);
    auto errors = cluster::validate_common_update(event.meta, standing.meta, Scope::kNamespace);
    append(errors, cluster::validate_update(event, standing, api_));
    if (!errors.empty()) return api::invalid(subject(), standing.meta.name, errors);
    return plan_of(api::encode(event, api_));
  }

  bool creates_on_update() const override { return true; }

 protected:
  api::Decoded<EventObject> decode_object(const Json& sent) const override {
    return api::decode_event(sent, api_);
  }
  Json encode(const EventObject& event) const override { return api::encode(event, api_); }

  Result<Plan> plan_new(const EventObject& sent, const RequestContext&) const override {
    EventObject event = sent;
    cluster::prepare_create(event.meta, Scope::kNamespace);
    auto errors = cluster::validate_create(event, api_);
    if (errors.empty()) {
      errors = cluster::validate_object_meta(event.meta, cluster::name_is_path_segment, Scope::kNamespace);
    }
    if (!errors.empty()) return api::invalid(subject(), event.meta.name, errors);
    return plan_of(api::encode(event, api_));
  }

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
