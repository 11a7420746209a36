// Which apiserver processes wrote a record, and which IP families each of them was started with.
//
// A process calls itself under a uid of its own, drawn at its start, so that a new uid in a file is a
// restart. The families are not written anywhere: they show in the default ServiceCIDR that a process made,
// in the families for which it allocated, and in its words about dual-stack. What stays open stays open: a
// rule must hold for every configuration that fits.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/verify/nesting.hpp"

namespace clusterip::verify {

// The families of --service-cluster-ip-range in its order: one or two, the first is the default.
using ServerFamilies = std::vector<Family>;

struct ServerProcess {
  std::uint32_t server = 0;
  std::string uid;  // empty: the file shows no calls of a server to itself
  Window seen;
  // Between the last call of its predecessor and its own first one it may have started.
  Window may_start;
  std::vector<ServerFamilies> possible;
};

class ServerHistory {
 public:
  // `flags`: the ranges that the user says the servers were started with; may be empty.
  ServerHistory(const Record& record, const Nesting& nesting, const std::vector<Cidr>& flags);

  const std::vector<ServerProcess>& processes() const { return processes_; }
  // Every configuration that the process behind the request may have had.
  std::vector<ServerFamilies> families(const AuditedRequest& request) const;
  // The process may have started so short a time before, that its caches were not filled.
  const ServerProcess* may_have_just_started(const AuditedRequest& request, Duration lag) const;
  // The names under which apiservers call themselves.
  bool is_server(const std::string& user) const;

 private:
  void find_users(const Record& record, const Nesting& nesting);
  void find_processes(const Record& record);
  void find_families(const Record& record, const Nesting& nesting, const std::vector<Cidr>& flags);
  std::vector<const ServerProcess*> behind(const AuditedRequest& request) const;
  ServerProcess* process_of(std::uint32_t server, const std::string& uid);

  std::vector<std::string> users_;
  std::vector<ServerProcess> processes_;
};

}  // namespace clusterip::verify
