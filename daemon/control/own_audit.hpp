// What the server does of itself, as events of its audit log: the IPAddresses that go with a Service, and
// what the controllers ask for.
//
// Upstream's server asks for these through its own API, so its log has a request of system:apiserver for each
// of them, inside of the time of the request that it belongs to. Ours has the same events, and a replay needs
// them: they say when which address was held. Nothing happens where there is no log.
#pragma once

#include "daemon/audit/audit_log.hpp"
#include "daemon/control/strategy.hpp"

namespace clusterip::daemon {

inline constexpr const char* kOwnUser = "system:apiserver";

// What goes beside the first write of a transaction.
class BesideAudit {
 public:
  BesideAudit(AuditLog* log, const Transaction& transaction);
  // The transaction is stored, as these records.
  void stored(const std::vector<RecordPtr>& records) const;

 private:
  AuditLog* log_;
  std::vector<Write::Kind> kinds_;
  cluster::Instant begun_;
};

// A request of a controller, from here on until its outcome is told.
class OwnRequestAudit {
 public:
  struct Asked {
    std::string_view verb;
    const api::Resource& resource;
    ObjectKey key;
    std::string_view subresource;
  };
  OwnRequestAudit(AuditLog* log, const Asked& asked);
  void body(const Json& sent);
  // What stands now, or the refusal.
  void finish(const api::Result<RecordPtr>& outcome);

 private:
  AuditLog* log_;
  const api::Resource& resource_;
  AuditEvent event_;
};

}  // namespace clusterip::daemon
