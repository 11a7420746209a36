// The thread that judges the mirrored state: refreshes its findings when something changed, has those whose
// grace is over confirmed by a re-read, and publishes the result as one immutable value that any number of
// readers share.
//
// It looks only while the mirror is in step. What is costly in a large cluster (the count of addresses by
// range) is done as seldom as its own cost demands.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <thread>

#include "daemon/mirror/finding_history.hpp"
#include "daemon/mirror/mirrored_cluster.hpp"
#include "daemon/mirror/reread.hpp"
#include "engine/verify/range_usage.hpp"
#include "engine/verify/terminating.hpp"

namespace clusterip::daemon {

struct JudgeOptions {
  std::vector<Cidr> default_ranges;
  GracePeriods grace;
  std::chrono::milliseconds pace{250};
  std::size_t most_rereads = 200;   // in one round
  std::size_t most_keepers = 1000;  // named for each terminating range
  std::size_t most_ended = 1000;    // findings kept after their end
};

// What readers get.
struct MirrorReport {
  cluster::Instant judged;  // when the state was last looked at
  std::vector<TrackedFinding> findings;
  std::map<std::string, std::uint64_t> confirmed_total;
  std::vector<verify::RangeUsage> usage;
  std::vector<verify::TerminatingRange> terminating;
};

class Judge {
 public:
  using NewsSink = std::function<void(const TrackedFinding&)>;
  using TroubleSink = std::function<void(const std::string&)>;

  Judge(MirroredCluster& cluster, Rereader& rereader, JudgeOptions options, NewsSink news,
        TroubleSink trouble);
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  void start();
  void stop();
  // Never null; empty before the first look.
  std::shared_ptr<const MirrorReport> report() const;

  // One round; what the thread does again and again.
  void round();

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<verify::Finding> look(cluster::Instant now);
  void reread(cluster::Instant now);
  void publish(cluster::Instant now);

  MirroredCluster& cluster_;
  Rereader& rereader_;
  const JudgeOptions options_;
  const NewsSink news_;
  const TroubleSink trouble_;
  LiveFindings live_;
  FindingHistory history_;
  Clock::time_point next_count_{};
  std::vector<verify::RangeUsage> usage_;
  std::vector<verify::TerminatingRange> terminating_;

  mutable std::mutex report_mutex_;
  std::shared_ptr<const MirrorReport> report_ = std::make_shared<MirrorReport>();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clusterip::daemon
