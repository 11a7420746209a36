// Which apiserver processes wrote a record, and which IP families each of them was started with.
//
// A process calls itself under a uid of its own, drawn at its start, so that a new uid in a file is a
// restart. The families are not written anywhere: they show in the default ServiceCIDR that a process made,
// in the families for which it allocated, and in its words about dual-stack. What stays open stays open: a
// rule must hold for every configuration that fits.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
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

// What one process let see of its configuration.
struct FamilyEvidence {
  ServerFamilies written;  // in a default ServiceCIDR that it made: its flags
  bool gave_v4 = false;
  bool gave_v6 = false;
  bool single = false;  // it said so
  // Services without a word about families that it gave one of this family.
  std::size_t first_v4 = 0;
  std::size_t first_v6 = 0;

  bool fits(const ServerFamilies& families) const;
};

class ServerHistory {
 public:
  // `flags`: the ranges that the user says the servers were started with; may be empty.
  ServerHistory(const Record& record, const Nesting& nesting, const std::vector<Cidr>& flags);

  const std::vector<ServerProcess>& processes() const { return processes_; }
  // Every configuration that the process behind the request may have had; `index` is the request's.
  // `with_unseen`: counting a process that the record does not show, for it may have come and gone between
  // two calls of servers to themselves.
  std::vector<ServerFamilies> families(const AuditedRequest& request, std::uint32_t index,
                                       bool with_unseen) const;
  // The process may have started so short a time before, that its caches were not filled.
  const ServerProcess* may_have_just_started(const AuditedRequest& request, Duration lag) const;
  // The names under which apiservers call themselves.
  bool is_server(const std::string& user) const;

 private:
  void find_users(const Record& record, const Nesting& nesting);
  void find_processes(const Record& record);
  std::vector<FamilyEvidence> collect_evidence(const Record& record, const Nesting& nesting);
  void count_defaults(const Record& record, std::vector<FamilyEvidence>& evidence) const;
  void choose_families(const std::vector<FamilyEvidence>& evidence, const ServerFamilies& named);
  // The processes that may have answered, as indices of processes_.
  std::vector<std::size_t> behind(const AuditedRequest& request) const;
  std::size_t process_of(const AuditedRequest& own_call) const;

  // What is assumed of a process that the record does not show.
  std::vector<ServerFamilies> unseen_;
  // The processes whose calls to themselves a Service request encloses, by that request.
  std::unordered_map<std::uint32_t, std::size_t> served_by_;
  std::vector<std::string> users_;
  std::vector<ServerProcess> processes_;
};

}  // namespace clusterip::verify
