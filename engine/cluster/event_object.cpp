#include "engine/cluster/event_object.hpp"

#include "engine/cluster/metadata_rules.hpp"
#include "engine/cluster/name_rules.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::size_t kMostReporterBytes = 128;
constexpr std::size_t kMostNoteBytes = 1024;
constexpr const char* kImmutable = "field is immutable";
constexpr const char* kInvolvedNamespace = "involvedObject.namespace";

// Go's zero time counts as none.
bool is_unset(const std::optional<Instant>& time) {
  return !time || *time == kGoZeroTime;
}

// The message names no value where upstream gives none.
FieldError unnamed(const char* field, std::string detail) {
  return invalid(field, "", std::move(detail));
}

void check_needed(FieldErrors& errors, const char* field, const std::string& text) {
  if (text.empty()) errors.push_back(required(field));
  if (text.size() > kMostReporterBytes) {
    errors.push_back(
        unnamed(field, "can have at most " + std::to_string(kMostReporterBytes) + " characters"));
  }
}

FieldError foreign_namespace(const EventObject& event) {
  return invalid(kInvolvedNamespace, event.involved.name_space, "does not match event.namespace");
}

// Events without a time are of the old style.
FieldErrors validate_old_style(const EventObject& event) {
  const std::string& home = event.meta.name_space;
  const std::string& other = event.involved.name_space;
  const bool fits = other.empty() ? home.empty() || home == "default" : home == other;
  if (fits) return {};
  return {foreign_namespace(event)};
}

FieldErrors validate_new_style(const EventObject& event, EventApi api) {
  FieldErrors errors;
  const std::string& home = event.meta.name_space;
  if (event.involved.name_space.empty() && home != "default" && home != "kube-system") {
    errors.push_back(foreign_namespace(event));
  }
  const char* reporter = api == EventApi::kCore ? "reportingComponent" : "reportingController";
  if (event.reporting_controller.empty()) errors.push_back(required(reporter));
  append_invalid(errors, reporter, event.reporting_controller, check_label_key(event.reporting_controller));
  check_needed(errors, "reportingInstance", event.reporting_instance);
  check_needed(errors, "action", event.action);
  check_needed(errors, "reason", event.reason);
  if (event.message.size() > kMostNoteBytes) {
    errors.push_back(
        unnamed("message", "can have at most " + std::to_string(kMostNoteBytes) + " characters"));
  }
  return errors;
}

FieldErrors validate_in_both(const EventObject& event, EventApi api) {
  FieldErrors errors = is_unset(event.time) ? validate_old_style(event) : validate_new_style(event, api);
  append_invalid(errors, "namespace", event.meta.name_space, check_dns_subdomain(event.meta.name_space));
  return errors;
}

FieldErrors validate_series(const EventObject& event) {
  FieldErrors errors;
  if (!event.series) return errors;
  if (event.series->count < 2) errors.push_back(unnamed("series.count", "should be at least 2"));
  if (is_unset(event.series->last_observed)) errors.push_back(required("series.lastObservedTime"));
  return errors;
}

std::string reference_json(const ObjectReference& reference) {
  return "{\"Kind\":" + json_quote(reference.kind) + ",\"Namespace\":" + json_quote(reference.name_space) +
         ",\"Name\":" + json_quote(reference.name) + ",\"UID\":" + json_quote(reference.uid) +
         ",\"APIVersion\":" + json_quote(reference.api_version) +
         ",\"ResourceVersion\":" + json_quote(reference.resource_version) +
         ",\"FieldPath\":" + json_quote(reference.field_path) + "}";
}

std::string time_json(const std::optional<Instant>& time, std::string (*print)(Instant)) {
  return is_unset(time) ? "null" : json_quote(print(*time));
}

// Collects one error for each field of two events that differs.
class Immutable {
 public:
  explicit Immutable(FieldErrors& errors) : errors_(errors) {}

  void text(const char* field, const std::string& fresh, const std::string& old) {
    if (fresh != old) errors_.push_back(invalid(field, fresh, kImmutable));
  }
  void json(const char* field, bool same, std::string fresh) {
    if (!same) errors_.push_back(invalid_json(field, std::move(fresh), kImmutable));
  }
  void time(const char* field, const std::optional<Instant>& fresh, const std::optional<Instant>& old,
            std::string (*print)(Instant)) {
    const bool same = is_unset(fresh) ? is_unset(old) : fresh == old;
    json(field, same, time_json(fresh, print));
  }

 private:
  FieldErrors& errors_;
};

}  // namespace

FieldErrors validate_create(const EventObject& event, EventApi api) {
  FieldErrors errors = validate_in_both(event, api);
  if (api == EventApi::kCore) return errors;
  append(errors, validate_core_meta(event.meta, name_is_dns_subdomain, Scope::kNamespace));
  append(errors, validate_series(event));
  if (is_unset(event.time)) errors.push_back(required("eventTime"));
  if (event.type != "Normal" && event.type != "Warning") {
    errors.push_back(unnamed("type", "has invalid value: " + event.type));
  }
  constexpr const char* kUnset = "needs to be unset";
  if (!is_unset(event.first_seen)) errors.push_back(unnamed("firstTimestamp", kUnset));
  if (!is_unset(event.last_seen)) errors.push_back(unnamed("lastTimestamp", kUnset));
  if (event.count != 0) errors.push_back(unnamed("count", kUnset));
  if (event.source != EventObject::Source{}) errors.push_back(unnamed("source", kUnset));
  return errors;
}

FieldErrors validate_update(const EventObject& event, const EventObject& old, EventApi api) {
  FieldErrors errors = validate_in_both(event, api);
  if (api == EventApi::kCore) return errors;
  append(errors, validate_core_meta_update(event.meta, old.meta));
  if (event.series != old.series) append(errors, validate_series(event));
  Immutable fields(errors);
  fields.json("involvedObject", event.involved == old.involved, reference_json(event.involved));
  fields.text("reason", event.reason, old.reason);
  fields.text("message", event.message, old.message);
  fields.json("source", event.source == old.source,
              "{\"Component\":" + json_quote(event.source.component) +
                  ",\"Host\":" + json_quote(event.source.host) + "}");
  fields.time("firstTimestamp", event.first_seen, old.first_seen, to_text);
  fields.time("lastTimestamp", event.last_seen, old.last_seen, to_text);
  fields.json("count", event.count == old.count, std::to_string(event.count));
  // Upstream looks at the reason twice.
  fields.text("reason", event.reason, old.reason);
  fields.text("type", event.type, old.type);
  fields.time("eventTime", event.time, old.time, to_text_micro);
  fields.text("action", event.action, old.action);
  fields.json("related", event.related == old.related,
              event.related ? reference_json(*event.related) : "null");
  fields.text("reportingController", event.reporting_controller, old.reporting_controller);
  fields.text("reportingInstance", event.reporting_instance, old.reporting_instance);
  return errors;
}

}  // namespace clusterip::cluster
