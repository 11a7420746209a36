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

void describe_reference(JsonSink& to, const char* name, const ObjectReference& reference) {
  to.begin_object(name);
  to.put("apiVersion", reference.api_version);
  to.put("fieldPath", reference.field_path);
  to.put("kind", reference.kind);
  to.put("name", reference.name);
  to.put("namespace", reference.name_space);
  to.put("resourceVersion", reference.resource_version);
  to.put("uid", reference.uid);
  to.end();
}

// Null stands for none and for Go's zero time.
void describe_time(JsonSink& to, const char* name, const std::optional<cluster::Instant>& time,
                   std::string (*print)(cluster::Instant)) {
  if (!time || *time == cluster::kGoZeroTime) return to.null(name);
  to.text(name, print(*time));
}

// The older API leaves a count of none out.
void describe_series(JsonSink& to, const EventObject::Series& series, bool core) {
  to.begin_object("series");
  if (core) {
    to.put_number("count", series.count);
  } else {
    to.integer("count", series.count);
  }
  describe_time(to, "lastObservedTime", series.last_observed, cluster::to_text_micro);
  to.end();
}

// The older API always writes who reports.
void describe_reporter(JsonSink& to, const char* name, const std::string& reporter, bool core) {
  if (core) return to.text(name, reporter);
  to.put(name, reporter);
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
      to.series = cluster::EventObject::Series{};
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
  TreeSink to(object);
  to.put("action", event.action);
  to.put_number(words.count, event.count);
  describe_time(to, "eventTime", event.time, cluster::to_text_micro);
  describe_time(to, words.first_seen, event.first_seen, cluster::to_text);
  describe_reference(to, words.involved, event.involved);
  describe_time(to, words.last_seen, event.last_seen, cluster::to_text);
  to.put(words.message, event.message);
  to.put("reason", event.reason);
  if (event.related) describe_reference(to, "related", *event.related);
  describe_reporter(to, words.reporting_controller, event.reporting_controller, core);
  describe_reporter(to, "reportingInstance", event.reporting_instance, core);
  if (event.series) describe_series(to, *event.series, core);
  to.begin_object(words.source);
  to.put("component", event.source.component);
  to.put("host", event.source.host);
  to.end();
  to.put("type", event.type);
  return object;
}

}  // namespace clusterip::api
