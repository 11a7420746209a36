// What the watches have seen come and go, held against the audit events.
//
// An audit log may lack what a server did: the server was killed before it wrote, a batch was dropped, the
// log of one of the servers is not given. The watches see the objects all the same. A creation or deletion,
// or a change of a Service's addresses, that no audit event shows within the time that events may take, means
// that events are missing; what the record does not show then proves nothing. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "daemon/api/object_json.hpp"
#include "engine/verify/record.hpp"

namespace clusterip::daemon {

// A change that the watch of one kind has shown.
struct SeenChange {
  api::ObjectKind kind = api::ObjectKind::kService;
  std::string key;  // "default/a", "10.96.0.7"
  std::string uid;
  bool gone = false;
  // Of a Service that has other addresses than before: which version has them. 0: the object is new, or gone.
  std::uint64_t revision = 0;

  // "services/default/a was deleted"
  std::string text() const;
};

class WatchWitness {
 public:
  void saw(const SeenChange& change, cluster::Instant now);
  // An audit event came.
  void shown(const verify::AuditedRequest& request, cluster::Instant now);

  struct Unshown {
    SeenChange change;
    cluster::Instant seen;
  };
  // What was seen until `by` and is shown by no event; each is told once. What is older than `forget` is
  // forgotten.
  std::vector<Unshown> take_unshown(cluster::Instant by, cluster::Instant forget);

 private:
  struct Waiting {
    cluster::Instant since;
    SeenChange change;
  };
  struct Known {
    cluster::Instant since;
    std::uint64_t name;
  };
  bool is_shown(const SeenChange& change) const;
  void remember(std::uint64_t name, cluster::Instant now);

  std::mutex mutex_;
  std::deque<Waiting> waiting_;  // in the order in which they were seen
  // By change, its name hashed: at 20,000 events a second there are millions of them.
  std::unordered_set<std::uint64_t> shown_;
  std::deque<Known> known_;  // the same, in the order in which they came
  bool has_events_ = false;  // before the first one nothing can be missed
};

}  // namespace clusterip::daemon
