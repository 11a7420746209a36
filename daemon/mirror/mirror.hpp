// A real cluster, followed and judged: three followers, the state that they fill, and the judge.
//
// Read-only: nothing but GET requests goes out, unless Kubernetes Events are asked for. `answer` serves the
// verification API (clusterip.dev/v1) as values, for whatever server is in front.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/mirror/event_writer.hpp"
#include "daemon/mirror/judge.hpp"
#include "daemon/mirror/start_reader.hpp"

namespace clusterip::daemon {

struct MirrorOptions {
  ClientLimits client;
  ReflectorOptions reflector;
  FollowLimits follow;
  JudgeOptions judge;
  std::optional<EventLimits> events;  // absent: no Events are written
  std::chrono::seconds stale_after{120};
  std::size_t most_start_objects = 200'000;  // of a cluster that is read for the audit judge
};

// One line, with its severity ("info", "warning", "error") apart.
using MirrorLog = std::function<void(std::string_view severity, const std::string& line)>;

class Mirror {
 public:
  Mirror(ClusterAccess access, const MirrorOptions& options, MirrorLog log);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  void start();
  // Ends all requests; the destructor waits for the threads.
  void stop();

  MirrorHealth health() const { return cluster_.health(); }
  std::shared_ptr<const MirrorReport> report() const { return judge_.report(); }
  const MirroredCluster& cluster() const { return cluster_; }
  // As MirroredCluster has it.
  void on_change(std::function<void(const SeenChange&)> told) { cluster_.on_change(std::move(told)); }
  // What is in the cluster now (start_reader.hpp); for one thread.
  std::variant<verify::StartState, std::string> read_start() { return start_reader_.read(); }
  // Of Kubernetes Events; absent where none are asked for.
  std::optional<EventCounts> event_counts() const;

 private:
  void log_fault(api::ObjectKind kind, const Fault& fault, std::chrono::milliseconds wait) const;
  void tell(const TrackedFinding& finding);
  void log_finding(const TrackedFinding& finding) const;

  const MirrorLog log_;
  Credentials credentials_;
  MirroredCluster cluster_;
  Rereader rereader_;
  StartReader start_reader_;
  std::unique_ptr<EventWriter> events_;
  Judge judge_;
  std::vector<std::unique_ptr<Follower>> followers_;
};

}  // namespace clusterip::daemon
