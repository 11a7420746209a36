#include "daemon/mirror/finding_event_json.hpp"

#include <nlohmann/json.hpp>

#include "daemon/api/event_json.hpp"
#include "daemon/input/clipped.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::json;

// "duplicate-address" → "DuplicateAddress".
std::string reason_of(std::string_view rule) {
  std::string reason;
  bool starts = true;
  for (const char c : rule) {
    if (c != '-') reason += starts && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    starts = c == '-';
  }
  return reason;
}

std::string note_of(const TrackedFinding& tracked, bool is_over) {
  const std::string since = cluster::to_text(tracked.first_seen.whole_second());
  return clipped((is_over ? "no longer, since " + since + ": " : "since " + since + ": ") +
                 tracked.finding.message);
}

}  // namespace

std::vector<FindingEvent> finding_events(const TrackedFinding& tracked) {
  const bool is_over = tracked.stage == FindingStage::kResolved;
  std::vector<FindingEvent> events;
  for (const verify::ObjectRef& object : tracked.finding.objects) {
    cluster::Event event;
    event.reporter = kEventReporter;
    event.kind = object.kind;
    event.name_space = object.name_space;
    event.name = object.name;
    event.reason = reason_of(tracked.finding.rule) + (is_over ? "Resolved" : "");
    event.note = note_of(tracked, is_over);
    events.push_back({std::move(event), is_over});
  }
  return events;
}

std::string object_target(const cluster::Event& event) {
  const std::string name = encode_query(event.name);
  if (event.kind == "Service") {
    return "/api/v1/namespaces/" + encode_query(event.name_space) + "/services/" + name;
  }
  return "/apis/networking.k8s.io/v1/" +
         std::string(event.kind == "ServiceCIDR" ? "servicecidrs/" : "ipaddresses/") + name;
}

std::string read_uid(const std::string& answer) {
  const Json object = Json::parse(answer, nullptr, false);
  const Json::json_pointer place("/metadata/uid");
  const bool has = object.is_object() && object.contains(place) && object[place].is_string();
  return has ? object[place].get<std::string>() : std::string();
}

ApiCall event_call(const FindingEvent& finding, const std::string& uid, cluster::Instant now) {
  Json body = api::encode_event(finding.event, now);
  if (finding.is_over) body["type"] = "Normal";
  if (!uid.empty()) body["involvedObject"]["uid"] = uid;
  const auto name_space = body["metadata"]["namespace"].get<std::string>();
  return {.method = "POST",
          .target = "/api/v1/namespaces/" + encode_query(name_space) + "/events",
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace),
          .content_type = "application/json"};
}

}  // namespace clusterip::daemon
