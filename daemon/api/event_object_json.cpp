#include "daemon/api/event_object_json.hpp"

namespace clusterip::api {
namespace {

using cluster::EventApi;
using cluster::EventObject;
using cluster::ObjectReference;
using Json = nlohmann::json;

// What the two APIs call the same.
struct Words {
  const char* go_type;
  const char* api_version;
  const char* involved;
  const char* message;
  const char* source;
  const char* first_seen;
  const char* last_seen;
  const char* count;
  const char* reporting_controller;
};

constexpr Words kCoreWords{"v1.Event",      "v1",     "involvedObject",
                           "message",       "source", "firstTimestamp",
                           "lastTimestamp", "count",  "reportingComponent"};
constexpr Words kEventsWords{"v1.Event",
                             "events.k8s.io/v1",
                             "regarding",
                             "note",
                             "deprecatedSource",
                             "deprecatedFirstTimestamp",
                             "deprecatedLastTimestamp",
                             "deprecatedCount",
                             "reportingController"};

const Words& words_of(EventApi api) {
  return api == EventApi::kCore ? kCoreWords : kEventsWords;
}

void read_reference(FieldReader& fields, ObjectReference& to) {
  fields.text("kind", to.kind);
  fields.text("namespace", to.name_space);
  fields.text("name", to.name);
  fields.text("uid", to.uid, "types.UID");
  fields.text("apiVersion", to.api_version);
  fields.text("resourceVersion", to.resource_version);
  fields.text("fieldPath", to.field_path);
}

Json encode_reference(const ObjectReference& reference) {
  Json object = Json::object();
  put_if_set(object, "kind", reference.kind);
  put_if_set(object, "namespace", reference.name_space);
  put_if_set(object, "name", reference.name);
  put_if_set(object, "uid", reference.uid);
  put_if_set(object, "apiVersion", reference.api_version);
  put_if_set(object, "resourceVersion", reference.resource_version);
  put_if_set(object, "fieldPath", reference.field_path);
  return object;
}

Json encode_time(const std::optional<cluster::Instant>& time, std::string (*print)(cluster::Instant)) {
  if (!time || *time == cluster::kGoZeroTime) return nullptr;
  return print(*time);
}

}  // namespace

Decoded<EventObject> decode_event(const Json& object, EventApi api) {
  const Words& words = words_of(api);
  return decode_object<EventObject>(object, words.go_type, [&](FieldReader& fields, EventObject& to) {
    fields.object(words.involved, "v1.ObjectReference",
                  [&](FieldReader& reference) { read_reference(reference, to.involved); });
    fields.text("reason", to.reason);
    fields.text(words.message, to.message);
    fields.object(words.source, "v1.EventSource", [&](FieldReader& source) {
      source.text("component", to.source.component);
      source.text("host", to.source.host);
    });
    fields.time(words.first_seen, to.first_seen);
    fields.time(words.last_seen, to.last_seen);
    fields.int32(words.count, to.count);
    fields.text("type", to.type);
    fields.time("eventTime", to.time, cluster::TimeLayout::kMicros);
    fields.object("series", "v1.EventSeries", [&](FieldReader& series) {
      to.series.emplace();
      series.int32("count", to.series->count);
      series.time("lastObservedTime", to.series->last_observed, cluster::TimeLayout::kMicros);
    });
    fields.text("action", to.action);
    fields.object("related", "v1.ObjectReference",
                  [&](FieldReader& reference) { read_reference(reference, to.related.emplace()); });
    fields.text(words.reporting_controller, to.reporting_controller);
    fields.text("reportingInstance", to.reporting_instance);
  });
}

Json encode(const EventObject& event, EventApi api) {
  const Words& words = words_of(api);
  const bool core = api == EventApi::kCore;
  Json object{{"apiVersion", words.api_version}, {"kind", "Event"}, {"metadata", encode_meta(event.meta)}};
  object[words.involved] = encode_reference(event.involved);
  object[words.source] = Json::object();
  put_if_set(object[words.source], "component", event.source.component);
  put_if_set(object[words.source], "host", event.source.host);
  put_if_set(object, "reason", event.reason);
  put_if_set(object, words.message, event.message);
  object[words.first_seen] = encode_time(event.first_seen, cluster::to_text);
  object[words.last_seen] = encode_time(event.last_seen, cluster::to_text);
  if (event.count != 0) object[words.count] = event.count;
  put_if_set(object, "type", event.type);
  object["eventTime"] = encode_time(event.time, cluster::to_text_micro);
  if (event.series) {
    Json& series = object["series"] = {
        {"lastObservedTime", encode_time(event.series->last_observed, cluster::to_text_micro)}};
    // The older API leaves a count of none out.
    if (!core || event.series->count != 0) series["count"] = event.series->count;
  }
  put_if_set(object, "action", event.action);
  if (event.related) object["related"] = encode_reference(*event.related);
  // The older API always writes who reports.
  object[words.reporting_controller] = event.reporting_controller;
  object["reportingInstance"] = event.reporting_instance;
  if (!core && event.reporting_controller.empty()) object.erase(words.reporting_controller);
  if (!core && event.reporting_instance.empty()) object.erase("reportingInstance");
  return object;
}

}  // namespace clusterip::api
