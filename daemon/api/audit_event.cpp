#include "daemon/api/audit_event.hpp"

#include <optional>
#include <utility>

#include "daemon/api/object_json.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;
using verify::AuditedRequest;
using verify::Facts;
using verify::Subject;
using verify::Verb;

// The fields of an event in the order of audit.k8s.io/v1.
struct RawEvent {
  std::string kind;
  std::string level;
  std::string audit_id;
  std::string stage;
  std::string uri;
  std::string verb;
  std::string user;
  std::string user_uid;
  std::string user_agent;
  std::string group;
  std::string resource;
  std::string subresource;
  std::string name_space;
  std::string name;
  std::int64_t code = 0;
  std::string message;
  std::string gone_uid;
  std::optional<cluster::Instant> received;
  std::optional<cluster::Instant> answered;
  cluster::Labels annotations;
};

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
  fields.labels("annotations", raw.annotations);
  return error;
}

std::optional<Subject> subject_of(const RawEvent& raw) {
  if (raw.group.empty() && raw.resource == "services") return Subject::kService;
  if (raw.group != "networking.k8s.io") return std::nullopt;
  if (raw.resource == "servicecidrs") return Subject::kServiceCidr;
  if (raw.resource == "ipaddresses") return Subject::kIpAddress;
  return std::nullopt;
}

std::optional<Verb> verb_of(std::string_view verb) {
  if (verb == "create") return Verb::kCreate;
  if (verb == "update") return Verb::kUpdate;
  if (verb == "patch") return Verb::kPatch;
  if (verb == "delete" || verb == "deletecollection") return Verb::kDelete;
  return std::nullopt;
}

// Why an event says nothing about decisions; empty: it may.
std::string_view skip_reason(const RawEvent& raw) {
  if (raw.stage != "ResponseComplete" && raw.stage != "Panic") return "other stages";
  if (!subject_of(raw)) return "other resources";
  if (!verb_of(raw.verb)) return "reads and watches";
  if (!raw.subresource.empty() && raw.subresource != "status") return "other subresources";
  return {};
}

bool is_dry_run(const RawEvent& raw, const Json* body) {
  const auto query = raw.uri.find('?');
  if (query != std::string::npos && raw.uri.find("dryRun=All", query) != std::string::npos) return true;
  if (body == nullptr || !body->is_object()) return false;
  const auto options = body->find("dryRun");  // of DeleteOptions
  return options != body->end() && options->is_array() && !options->empty();
}

bool is_mutated(const RawEvent& raw) {
  for (const auto& [name, value] : raw.annotations) {
    const bool webhook = name.find(".webhook.admission.k8s.io/") != std::string::npos;
    if (webhook && value.find("\"mutated\":true") != std::string::npos) return true;
  }
  return false;
}

const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

template <class Object>
std::optional<DecodeError> take(Decoded<Object> decoded, AuditedRequest& names, Facts& to) {
  if (auto* error = std::get_if<DecodeError>(&decoded)) return std::move(*error);
  const Object& object = std::get<Object>(decoded);
  if (names.name.empty()) names.name = object.meta.name;
  if (names.name_space.empty()) names.name_space = object.meta.name_space;
  if (names.generate_name.empty()) names.generate_name = object.meta.generate_name;
  to = verify::facts_of(object);
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

AuditedRequest common_part(RawEvent& raw) {
  AuditedRequest request;
  request.audit_id = std::move(raw.audit_id);
  request.during = {*raw.received, *raw.answered};
  request.subject = *subject_of(raw);
  request.verb = *verb_of(raw.verb);
  request.status_subresource = raw.subresource == "status";
  request.collection = raw.verb == "deletecollection";
  request.panicked = raw.stage == "Panic";
  request.mutated = is_mutated(raw);
  request.user = std::move(raw.user);
  request.user_uid = std::move(raw.user_uid);
  request.name_space = std::move(raw.name_space);
  request.name = std::move(raw.name);
  request.code = static_cast<int>(raw.code);
  request.message = std::move(raw.message);
  request.gone_uid = std::move(raw.gone_uid);
  return request;
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
  if (!raw.received) return AuditFault{"requestReceivedTimestamp", "is missing"};
  if (!raw.answered) return AuditFault{"stageTimestamp", "is missing"};
  if (*raw.answered < *raw.received)
    return AuditFault{"stageTimestamp", "is before requestReceivedTimestamp"};

  const Json* asked = member(event, "requestObject");
  const Json* given = member(event, "responseObject");
  const bool dry_run = is_dry_run(raw, asked);
  const std::string user_agent = std::move(raw.user_agent);
  AuditedRequest request = common_part(raw);
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
