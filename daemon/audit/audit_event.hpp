// One line of the server's own audit log: an audit.k8s.io/v1 Event as a value, and its text.
//
// Writes are told with their bodies (level RequestResponse), reads and watches without (Metadata). Bodies are
// JSON texts that have been read or written before; they go into the line as they are. (apiserver
// pkg/apis/audit/v1/types.go)
#pragma once

#include <string>
#include <string_view>

#include "engine/cluster/instant.hpp"

namespace clusterip::daemon {

enum class AuditStage : std::uint8_t {
  kResponseStarted,  // a watch has begun to send
  kResponseComplete,
};

// What a request is about; `resource` is empty for paths that are about none.
struct AuditedObject {
  std::string resource;
  std::string name_space;
  std::string name;
  std::string group;
  std::string version;
  std::string subresource;
};

struct AuditEvent {
  std::string id;
  AuditStage stage = AuditStage::kResponseComplete;
  std::string uri;
  std::string verb;
  std::string user;
  std::string user_uid;
  std::string source_ip;  // empty: the server's own doing
  std::string user_agent;
  AuditedObject object;
  int code = 200;
  bool with_bodies = false;
  // Each a JSON text, or empty.
  std::string status;  // the Status of a refusal
  std::string request_object;
  std::string response_object;
  cluster::Instant received;
  cluster::Instant reached;  // the stage
};

// Appends the event and the end of its line.
void append_line(std::string& out, const AuditEvent& event);

// "create", "list", "deletecollection": what a method asks for, of an object or of a collection.
std::string_view audit_verb(std::string_view method, bool collection, bool watch);

}  // namespace clusterip::daemon
