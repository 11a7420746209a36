#include "daemon/api/audit_raw.hpp"

#include <utility>

namespace clusterip::api {

using verify::AuditedRequest;
using verify::Subject;
using verify::Verb;

std::optional<Subject> subject_of(const RawEvent& raw) {
  if (raw.group.empty() && raw.resource == "services") return Subject::kService;
  if (raw.group != "networking.k8s.io") return std::nullopt;
  if (raw.resource == "servicecidrs") return Subject::kServiceCidr;
  if (raw.resource == "ipaddresses") return Subject::kIpAddress;
  return std::nullopt;
}

namespace {

std::optional<Verb> verb_of(std::string_view verb) {
  if (verb == "create") return Verb::kCreate;
  if (verb == "update") return Verb::kUpdate;
  if (verb == "patch") return Verb::kPatch;
  if (verb == "delete" || verb == "deletecollection") return Verb::kDelete;
  return std::nullopt;
}

}  // namespace

std::string_view skip_reason(const RawEvent& raw) {
  if (raw.stage != "ResponseComplete" && raw.stage != "Panic") return "other stages";
  if (!subject_of(raw)) return "other resources";
  if (!verb_of(raw.verb)) return "reads and watches";
  if (!raw.subresource.empty() && raw.subresource != "status") return "other subresources";
  return {};
}

std::optional<AuditFault> time_fault(const RawEvent& raw) {
  if (!raw.received) return AuditFault{"requestReceivedTimestamp", "is missing"};
  if (!raw.answered) return AuditFault{"stageTimestamp", "is missing"};
  if (*raw.answered < *raw.received)
    return AuditFault{"stageTimestamp", "is before requestReceivedTimestamp"};
  return std::nullopt;
}

bool says_mutated(std::string_view name, std::string_view value) {
  return name.find(kWebhookAnnotation) != std::string_view::npos &&
         value.find("\"mutated\":true") != std::string_view::npos;
}

bool asks_for_dry_run(std::string_view uri) {
  const auto query = uri.find('?');
  return query != std::string_view::npos && uri.find("dryRun=All", query) != std::string_view::npos;
}

AuditedRequest request_of(RawEvent& raw) {
  AuditedRequest request;
  request.audit_id = std::move(raw.audit_id);
  request.during = {*raw.received, *raw.answered};
  request.subject = *subject_of(raw);
  request.verb = *verb_of(raw.verb);
  request.level = verify::level_of_name(raw.level);
  request.status_subresource = raw.subresource == "status";
  request.collection = raw.verb == "deletecollection";
  request.panicked = raw.stage == "Panic";
  request.mutated = raw.mutated;
  request.user = std::move(raw.user);
  request.user_uid = std::move(raw.user_uid);
  request.name_space = std::move(raw.name_space);
  request.name = std::move(raw.name);
  request.code = static_cast<int>(raw.code);
  request.message = std::move(raw.message);
  request.gone_uid = std::move(raw.gone_uid);
  return request;
}

}  // namespace clusterip::api
