// The fields of an audit event that carry a decision, however they were read, and what they mean together.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/audit_reader.hpp"

namespace clusterip::api {

inline constexpr std::string_view kNothingInList = "lists without an event of interest";
// In the name of every annotation in which a webhook says what it did.
inline constexpr std::string_view kWebhookAnnotation = ".webhook.admission.k8s.io/";

// In the order of audit.k8s.io/v1.
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
  bool mutated = false;
};

std::optional<verify::Subject> subject_of(const RawEvent& raw);
// Why an event says nothing about decisions; empty: it may.
std::string_view skip_reason(const RawEvent& raw);
// What is missing or wrong about its times.
std::optional<AuditFault> time_fault(const RawEvent& raw);
// Whether an annotation of the event says that a webhook changed the object.
bool says_mutated(std::string_view name, std::string_view value);
bool asks_for_dry_run(std::string_view uri);
// The request without bodies, of an event that is neither skipped nor at fault. Moves the texts.
verify::AuditedRequest request_of(RawEvent& raw);

// What the rules look at of an object in the event; it also says what its name is, where the event does not.
template <class Object>
void take_object(const Object& object, verify::AuditedRequest& request, verify::Facts& to) {
  if (request.name.empty()) request.name = object.meta.name;
  if (request.name_space.empty()) request.name_space = object.meta.name_space;
  if (request.generate_name.empty()) request.generate_name = object.meta.generate_name;
  to = verify::facts_of(object);
}

}  // namespace clusterip::api
