// An Event as an object of the API: what somebody reports about another object.
//
// One object is seen through two APIs that name its fields differently, core/v1 (here) and events.k8s.io/v1;
// the rules are stricter in the newer one. (k8s.io/api core/v1 and events/v1,
// pkg/apis/core/validation/events.go)
#pragma once

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::cluster {

struct ObjectReference {
  std::string kind;
  std::string name_space;
  std::string name;
  std::string uid;
  std::string api_version;
  std::string resource_version;
  std::string field_path;
  friend bool operator==(const ObjectReference&, const ObjectReference&) = default;
};

struct EventObject {
  ObjectMeta meta;
  ObjectReference involved;
  std::string reason;
  std::string message;
  struct Source {
    std::string component;
    std::string host;
    friend bool operator==(const Source&, const Source&) = default;
  };
  Source source;
  std::optional<Instant> first_seen;
  std::optional<Instant> last_seen;
  std::int64_t count = 0;
  std::string type;
  std::optional<Instant> time;
  struct Series {
    std::int64_t count = 0;
    std::optional<Instant> last_observed;
    friend bool operator==(const Series&, const Series&) = default;
  };
  std::optional<Series> series;
  std::string action;
  std::optional<ObjectReference> related;
  std::string reporting_controller;
  std::string reporting_instance;
};

enum class EventApi { kCore, kEvents };

// What the kind's own rules refuse, beside those that every kind has.
FieldErrors validate_create(const EventObject& event, EventApi api);
FieldErrors validate_update(const EventObject& event, const EventObject& old, EventApi api);

}  // namespace clusterip::cluster
