#include "daemon/api/status.hpp"

#include "engine/cluster/go_text.hpp"

namespace clusterip::api {
namespace {

std::string qualified(std::string_view word, std::string_view group) {
  std::string text(word);
  if (!group.empty()) text.append(".").append(group);
  return text;
}

StatusDetails resource_details(const Subject& subject, std::string_view name) {
  StatusDetails details;
  details.name = name;
  details.group = subject.group;
  details.kind = subject.resource;
  return details;
}

void put(nlohmann::json& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

nlohmann::json encode(const StatusDetails& details) {
  nlohmann::json object = nlohmann::json::object();
  put(object, "name", details.name);
  put(object, "group", details.group);
  put(object, "kind", details.kind);
  put(object, "uid", details.uid);
  if (!details.causes.empty()) {
    auto& causes = object["causes"] = nlohmann::json::array();
    for (const StatusCause& cause : details.causes) {
      nlohmann::json entry = nlohmann::json::object();
      put(entry, "reason", cause.reason);
      put(entry, "message", cause.message);
      put(entry, "field", cause.field);
      causes.push_back(std::move(entry));
    }
  }
  if (details.retry_after_seconds != 0) object["retryAfterSeconds"] = details.retry_after_seconds;
  return object;
}

}  // namespace

std::string Subject::qualified_resource() const {
  return qualified(resource, group);
}
std::string Subject::qualified_kind() const {
  return qualified(kind, group);
}

nlohmann::json encode(const Status& status) {
  nlohmann::json object{{"kind", "Status"},
                        {"apiVersion", "v1"},
                        {"metadata", nlohmann::json::object()},
                        {"status", "Failure"},
                        {"code", status.code}};
  put(object, "message", status.message);
  put(object, "reason", status.reason);
  if (status.details) object["details"] = encode(*status.details);
  return object;
}

nlohmann::json success_status(const Subject& subject, std::string_view name, std::string_view uid) {
  StatusDetails details = resource_details(subject, name);
  details.uid = uid;
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", nlohmann::json::object()},
          {"status", "Success"},
          {"details", encode(details)}};
}

Status not_found(const Subject& subject, std::string_view name) {
  return {404, "NotFound", subject.qualified_resource() + " " + cluster::go_quote(name) + " not found",
          resource_details(subject, name)};
}

Status already_exists(const Subject& subject, std::string_view name) {
  return {409, "AlreadyExists",
          subject.qualified_resource() + " " + cluster::go_quote(name) + " already exists",
          resource_details(subject, name)};
}

Status conflict(const Subject& subject, std::string_view name, std::string_view reason) {
  return {409, "Conflict",
          "Operation cannot be fulfilled on " + subject.qualified_resource() + " " + cluster::go_quote(name) +
              ": " + std::string(reason),
          resource_details(subject, name)};
}

Status invalid(const Subject& subject, std::string_view name, const cluster::FieldErrors& errors) {
  StatusDetails details;
  details.name = name;
  details.group = subject.group;
  details.kind = subject.kind;
  for (const cluster::FieldError& error : errors) {
    details.causes.push_back({std::string(reason_name(error.type)), error.message(), error.field});
  }
  return {422, "Invalid",
          subject.qualified_kind() + " " + cluster::go_quote(name) + " is invalid: " + aggregate_text(errors),
          std::move(details)};
}

Status bad_request(std::string message) {
  return {400, "BadRequest", std::move(message), std::nullopt};
}

Status internal_error(const std::string& message) {
  StatusDetails details;
  details.causes.push_back({"", message, ""});
  return {500, "InternalError", "Internal error occurred: " + message, std::move(details)};
}

Status forbidden(const Subject& subject, std::string_view name, std::string_view reason) {
  std::string message = subject.qualified_resource();
  if (!name.empty()) message += " " + cluster::go_quote(name);
  return {403, "Forbidden", message + " is forbidden: " + std::string(reason),
          resource_details(subject, name)};
}

Status page_not_found() {
  return {404, "NotFound", "the server could not find the requested resource", StatusDetails{}};
}

Status method_not_allowed() {
  return {405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
          StatusDetails{}};
}

Status rejected() {
  return {422, "Invalid", "the server rejected our request due to an error in our request", StatusDetails{}};
}

Status generic(int code, std::string reason, std::string message) {
  return {code, std::move(reason), std::move(message), std::nullopt};
}

Status expired(std::string message) {
  return {410, "Expired", std::move(message), std::nullopt};
}

Status too_many_requests(std::string message) {
  StatusDetails details;
  details.retry_after_seconds = 1;
  return {429, "TooManyRequests", std::move(message), std::move(details)};
}

}  // namespace clusterip::api
