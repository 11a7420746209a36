// The audit event of one request: begun when it is received, told when its answer is complete.
//
// A watch is told twice: when it begins to send, and when it ends. Probes of the server's health are not
// told. Nothing happens where there is no log.
#pragma once

#include "daemon/audit/audit_log.hpp"
#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

class RequestAudit {
 public:
  RequestAudit(AuditLog* log, const HttpRequest& request, const std::string& id);
  void user(const std::string& name) { event_.user = name; }
  // The answer is ready to be sent; that of a watch is wrapped, so that its end is told.
  void finish(HttpResponse& response);

 private:
  AuditLog* log_;
  AuditEvent event_;
};

}  // namespace clusterip::daemon
