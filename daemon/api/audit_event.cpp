#include "daemon/api/audit_event.hpp"

#include <optional>
#include <utility>

#include "daemon/api/audit_raw.hpp"
#include "daemon/api/object_json.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;
using verify::AuditedRequest;
using verify::Facts;
using verify::Subject;
using verify::Verb;

FirstError read_raw(const Json& event, RawEvent& raw) {
  FirstError error;
  FieldReader fields(event, "audit.Event", error);
  fields.text("kind", raw.kind);
  fields.text("level", raw.level);
  fields.text("auditID", raw.audit_id);
  fields.text("stage", raw.stage);
  fields.text("requestURI", raw.uri);
  fields.text("verb", raw.verb);
  fields.object("user", "v1.UserInfo", [&](FieldReader& user) {
    user.text("username", raw.user);
    user.text("uid", raw.user_uid);
  });
  fields.text("userAgent", raw.user_agent);
  fields.object("objectRef", "audit.ObjectReference", [&](FieldReader& object) {
    object.text("resource", raw.resource);
    object.text("namespace", raw.name_space);
    object.text("name", raw.name);
    object.text("apiGroup", raw.group);
    object.text("subresource", raw.subresource);
  });
  fields.object("responseStatus", "v1.Status", [&](FieldReader& status) {
    status.int32("code", raw.code);
    status.text("message", raw.message);
    status.object("details", "v1.StatusDetails",
                  [&](FieldReader& details) { details.text("uid", raw.gone_uid); });
  });
  fields.time("requestReceivedTimestamp", raw.received);
  fields.time("stageTimestamp", raw.answered);
  cluster::Labels annotations;
  fields.labels("annotations", annotations);
  for (const auto& [name, value] : annotations) raw.mutated = raw.mutated || says_mutated(name, value);
  return error;
}

bool is_dry_run(const RawEvent& raw, const Json* body) {
  if (asks_for_dry_run(raw.uri)) return true;
  if (body == nullptr || !body->is_object()) return false;
  const auto options = body->find("dryRun");  // of DeleteOptions
  return options != body->end() && options->is_array() && !options->empty();
}

const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

template <class Object>
std::optional<DecodeError> take(Decoded<Object> decoded, AuditedRequest& request, Facts& to) {
  if (auto* error = std::get_if<DecodeError>(&decoded)) return std::move(*error);
  take_object(std::get<Object>(decoded), request, to);
  return std::nullopt;
}

std::optional<DecodeError> decode(const Json& object, Subject subject, AuditedRequest& names, Facts& to) {
  switch (subject) {
    case Subject::kService:
      return take(decode_service(object), names, to);
    case Subject::kServiceCidr:
      return take(decode_service_cidr(object), names, to);
    case Subject::kIpAddress:
      break;
  }
  return take(decode_ip_address(object), names, to);
}

// A JSON patch names paths: the addresses among them are what it asks for.
void read_json_patch(const Json& patch, AuditedRequest& request) {
  request.asked_in_part = true;
  verify::ServiceFacts asked;
  for (const Json& step : patch) {
    const Json* path = step.is_object() ? member(step, "path") : nullptr;
    const Json* value = step.is_object() ? member(step, "value") : nullptr;
    if (path == nullptr || !path->is_string()) continue;
    const auto& text = path->get_ref<const std::string&>();
    if (text.rfind("/spec", 0) != 0) continue;
    // Whole lists and single words are clear; everything else about addresses is not followed.
    const bool word = value != nullptr && value->is_string();
    if (text == "/spec/ipFamilyPolicy" && word) {
      asked.policy = value->get<std::string>();
    } else if (text == "/spec/type" && word) {
      asked.type = value->get<std::string>();
    } else if (text == "/spec" || text.rfind("/spec/clusterIP", 0) == 0 ||
               text.rfind("/spec/ipFam", 0) == 0) {
      request.asked_unclear = true;
    }
  }
  request.asked = std::move(asked);
}

void read_asked(const Json& body, AuditedRequest& request) {
  if (body.is_array()) {
    if (request.subject == Subject::kService) read_json_patch(body, request);
    return;
  }
  request.asked_in_part = request.verb == Verb::kPatch;
  if (request.verb == Verb::kDelete) return;
  // A client may send what no server takes; what it asked for then stays open.
  if (decode(body, request.subject, request, request.asked)) request.asked_unclear = true;
}

bool is_status(const Json& body) {
  const Json* kind = body.is_object() ? member(body, "kind") : nullptr;
  return kind != nullptr && *kind == "Status";
}

void read_status(const Json& status, AuditedRequest& request) {
  FirstError ignored;
  FieldReader fields(status, "v1.Status", ignored);
  if (request.message.empty()) fields.text("message", request.message);
  fields.object("details", "v1.StatusDetails",
                [&](FieldReader& details) { details.text("uid", request.gone_uid); });
}

// The objects of a deletecollection went one by one: a request for each.
AuditLine read_collection(const Json& list, const AuditedRequest& request, const std::string& user_agent) {
  std::vector<AuditEvent> events;
  const Json* items = list.is_object() ? member(list, "items") : nullptr;
  if (items == nullptr || !items->is_array()) return AuditSkip{"deletions of collections without the list"};
  for (const Json& item : *items) {
    AuditEvent event{request, user_agent};
    event.request.name.clear();
    if (auto error = decode(item, request.subject, event.request, event.request.given)) {
      return AuditFault{"responseObject.items." + error->field, error->value + ": " + error->reason};
    }
    events.push_back(std::move(event));
  }
  if (events.empty()) return AuditSkip{"deletions of empty collections"};
  return events;
}

std::optional<AuditFault> check(const FirstError& error, const RawEvent& raw, const Json& event) {
  if (!event.is_object()) return AuditFault{"", "is no JSON object"};
  if (error) return AuditFault{error->field, error->value + ": " + error->reason};
  if (raw.kind != "Event") {
    return AuditFault{"kind", "is \"" + raw.kind + "\", not an audit Event (audit.k8s.io/v1)"};
  }
  if (raw.stage.empty()) return AuditFault{"stage", "is missing"};
  return std::nullopt;
}

}  // namespace

AuditLine read_audit_event(const Json& event) {
  RawEvent raw;
  const FirstError error = event.is_object() ? read_raw(event, raw) : FirstError{};
  if (auto fault = check(error, raw, event)) return *std::move(fault);
  if (const auto reason = skip_reason(raw); !reason.empty()) return AuditSkip{reason};
  if (auto fault = time_fault(raw)) return *std::move(fault);

  const Json* asked = member(event, "requestObject");
  const Json* given = member(event, "responseObject");
  const bool dry_run = is_dry_run(raw, asked);
  const std::string user_agent = std::move(raw.user_agent);
  AuditedRequest request = request_of(raw);
  request.dry_run = dry_run;
  if (asked != nullptr) read_asked(*asked, request);
  if (given != nullptr && request.collection && request.succeeded()) {
    return read_collection(*given, request, user_agent);
  }
  if (given != nullptr && is_status(*given)) {
    read_status(*given, request);
  } else if (given != nullptr && request.succeeded()) {
    if (auto decode_error = decode(*given, request.subject, request, request.given)) {
      return AuditFault{"responseObject." + decode_error->field,
                        decode_error->value + ": " + decode_error->reason};
    }
  }
  if (request.succeeded()) request.message.clear();
  return std::vector<AuditEvent>{{std::move(request), user_agent}};
}

}  // namespace clusterip::api
