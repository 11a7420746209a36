#include "daemon/audit/audit_event.hpp"

#include "engine/cluster/go_text.hpp"

namespace clusterip::daemon {
namespace {

using cluster::json_quote;

void put(std::string& out, const char* name, const std::string& text) {
  if (text.empty()) return;
  if (out.back() != '{') out += ',';
  out.append("\"").append(name).append("\":").append(json_quote(text));
}

// A body may have been sent over several lines. Outside of its texts line ends are blanks, and inside of them
// JSON has none.
void put_json(std::string& out, const char* name, const std::string& json) {
  if (json.empty()) return;
  out.append(",\"").append(name).append("\":");
  const std::size_t begin = out.size();
  out.append(json);
  while (out.back() == '\n') out.pop_back();
  for (std::size_t i = begin; i < out.size(); ++i) {
    if (out[i] == '\n' || out[i] == '\r') out[i] = ' ';
  }
}

void put_object(std::string& out, const AuditedObject& object) {
  if (object.resource.empty()) return;
  out.append(",\"objectRef\":{");
  put(out, "resource", object.resource);
  put(out, "namespace", object.name_space);
  put(out, "name", object.name);
  put(out, "apiGroup", object.group);
  put(out, "apiVersion", object.version);
  put(out, "subresource", object.subresource);
  out += '}';
}

}  // namespace

void append_line(std::string& out, const AuditEvent& event) {
  out.append(R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":")");
  out.append(event.with_bodies ? "RequestResponse" : "Metadata").append("\"");
  put(out, "auditID", event.id);
  put(out, "stage", event.stage == AuditStage::kResponseStarted ? "ResponseStarted" : "ResponseComplete");
  put(out, "requestURI", event.uri);
  put(out, "verb", event.verb);
  out.append(",\"user\":{");
  put(out, "username", event.user);
  put(out, "uid", event.user_uid);
  out.append(R"(,"groups":["system:authenticated"]})");
  if (!event.source_ip.empty()) out.append(",\"sourceIPs\":").append(cluster::json_list({event.source_ip}));
  put(out, "userAgent", event.user_agent);
  put_object(out, event.object);
  if (event.status.empty()) {
    out.append(R"(,"responseStatus":{"metadata":{},"code":)").append(std::to_string(event.code)).append("}");
  } else {
    put_json(out, "responseStatus", event.status);
  }
  if (event.with_bodies) {
    put_json(out, "requestObject", event.request_object);
    put_json(out, "responseObject", event.status.empty() ? event.response_object : event.status);
  }
  put(out, "requestReceivedTimestamp", cluster::to_text_micro(event.received));
  put(out, "stageTimestamp", cluster::to_text_micro(event.reached));
  out.append("}\n");
}

std::string_view audit_verb(std::string_view method, bool collection, bool watch) {
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return collection ? "deletecollection" : "delete";
  if (watch) return "watch";
  return collection ? "list" : "get";
}

}  // namespace clusterip::daemon
