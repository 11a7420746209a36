// What the server does of itself, as events of its audit log: the IPAddresses that go with a Service, and
// what the controllers ask for.
//
// Upstream's server asks for these through its own API, so its log has a request of system:apiserver for each
// of them, inside of the time of the request that it belongs to. Ours has the same events, and a replay needs
// them: they say when which address was held. Nothing happens where there is no log.
#pragma once

#include "daemon/audit/audit_log.hpp"
#include "daemon/control/strategy.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

inline constexpr const char* kOwnUser = "system:apiserver";

// What goes beside the first write of a transaction.
//
// An address is held from its claim on: by the time at which a Service shows it, its IPAddress must have been
// created, and others are refused it before. So a creation spans the claim, which lies between the beginning
// of the plan and the commit; a deletion spans the commit, and ends when the address can be claimed again.
class BesideAudit {
 public:
  // What was claimed is claimed already. `begun`: before that.
  BesideAudit(AuditLog* log, const Transaction& transaction, cluster::Instant begun, const Store& store);
  // The transaction is stored, as these records, and what it releases is free.
  void stored(const std::vector<RecordPtr>& records) const;
  // The transaction is not stored, and what was claimed for it is free again.
  void given_back() const;

 private:
  struct Span {
    cluster::Instant begun;
    cluster::Instant ended;
  };
  void submit(Write::Kind kind, const Record& record, const Span& during) const;

  AuditLog* log_;
  Transaction beside_;  // without the first write
  Span claimed_;
  // Of the store, when all was claimed: who had an address before has a lower one, who gets it later a
  // higher.
  std::uint64_t revision_ = 0;
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
