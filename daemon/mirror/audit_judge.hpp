// Judges the decisions of apiservers as their audit events come in, from files or from a webhook.
//
// Events are kept in a window of bounded size and judged by the rules of a replay (engine/verify). An event
// may be late: a webhook sends in batches, and what one server answers may explain another one's answer. So a
// decision is judged when it is `delay` old, and once more before it is called forbidden. What the watches of
// the cluster show and no event does is a gap too. Of what leaves the window the objects stay that it led to,
// and a finding keeps the chain of events that it was found with. Where events are lost, or come when the
// window has moved on, nothing is called forbidden until the window lies behind the gap. What there was
// before the window, or behind a gap, is read from the cluster itself, where the events do not tell. Rounds
// are as far apart as their own cost demands. Where a file has more than a window holds, its next part is
// read while the window is judged; nothing is judged that another file has not told of yet.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <variant>
#include <vector>

#include "daemon/mirror/audit_files.hpp"
#include "daemon/mirror/audit_inbox.hpp"
#include "daemon/mirror/watch_witness.hpp"
#include "engine/verify/replay.hpp"

namespace clusterip::daemon {

struct AuditOptions {
  std::vector<std::string> files;  // one for each apiserver
  verify::ReplayOptions rules;
  std::chrono::milliseconds delay{35'000};
  // What looks forbidden is judged again so much later: events that explain it may still come, or a watch may
  // show that they are missing.
  std::chrono::milliseconds forbidden_delay{10'000};
  std::chrono::milliseconds pace{500};
  int rest = 5;                                       // after a round, so many times as long as it took
  std::size_t most_requests = 100'000;                // in the window
  std::size_t read_at_once = std::size_t{16} << 20U;  // bytes of one file
  std::size_t most_kept = 1000;                       // decisions and findings kept for readers, of each sort
  // What is in the cluster now, or why that cannot be told: with it, a record that does not begin with the
  // cluster, or has gaps, becomes whole from then on.
  std::function<std::variant<verify::StartState, std::string>()> read_start;
  std::chrono::milliseconds start_pause{
      30'000};  // after such a reading; twice as long after each that did not help
  api::AuditLimits reading;
};

// A create of a Service that was refused, as far as its families and addresses go.
struct RefusedRequest {
  std::string audit_id;
  std::string decision;  // as JSON
  cluster::Service sent;
};

struct AuditReport {
  AuditInbox::Counts counts;
  std::size_t window = 0;
  std::vector<verify::Gap> gaps;                   // of the window
  bool whole = false;                              // no gap, and what there was before the window is known
  std::map<std::string, std::uint64_t> verdicts;   // by verdict
  std::map<std::string, std::uint64_t> forbidden;  // by rule
  std::deque<std::string> notable;                 // forbidden and undecided ones as JSON, the newest first
  std::deque<std::string> latest;                  // all, the newest first
  std::deque<std::shared_ptr<const RefusedRequest>> refused;  // the newest first
  std::vector<std::string> findings;                          // with their chains, as JSON
};

class AuditJudge {
 public:
  // A line for the log, with its severity.
  using Log = std::function<void(std::string_view severity, const std::string& line)>;

  AuditJudge(AuditOptions options, Log log);
  ~AuditJudge();
  AuditJudge(const AuditJudge&) = delete;
  AuditJudge& operator=(const AuditJudge&) = delete;

  void start();
  void stop();

  // What a webhook posted: an event or a list of events. Each apiserver has a name of its own here. Any
  // thread.
  // "" or what could not be read.
  std::string receive(const std::string& server, std::string_view body);

  // What a watch of the cluster has seen (watch_witness.hpp). Any thread.
  void saw(const SeenChange& change, cluster::Instant now) { witness_.saw(change, now); }

  std::shared_ptr<const AuditReport> report() const;
  // One round at that time; what the thread does again and again. False: nothing was there to do.
  bool round(cluster::Instant now);

 private:
  using Clock = std::chrono::steady_clock;

  struct Story {
    std::size_t links = 0;
    std::string line;  // the finding with its chain, as JSON
  };

  // The cluster as it was read, to become the start of the record when all that came before is judged.
  struct NewStart {
    verify::StartState state;
    std::unordered_set<std::uint64_t> earlier;  // events that had come by then: their effects are in it
    std::uint64_t losses = 0;                   // so many were known then
  };

  void read_ahead();
  bool take_in(cluster::Instant now);
  void hear_witness(cluster::Instant now);
  void look_for_gaps();
  cluster::Instant ripe_at(cluster::Instant now) const;
  cluster::Instant sure_at(cluster::Instant now) const;
  bool is_late(const verify::AuditedRequest& request);
  void judge(cluster::Instant now);
  std::vector<verify::Decision> decide(const verify::History& history, cluster::Instant now);
  void tell_faults(std::vector<verify::ReplayFinding> findings, cluster::Instant ripe);
  void keep(const verify::History& history, const std::vector<verify::Decision>& fresh);
  bool wants_start() const;
  void ask_for_start(cluster::Instant now);
  void begin_anew(cluster::Instant now);
  void keep_refused(const verify::AuditedRequest& request, const std::string& line);
  void trim(cluster::Instant now);
  void publish();

  const AuditOptions options_;
  const Log log_;
  AuditInbox inbox_;
  AuditFiles files_;
  WatchWitness witness_;

  // The thread's own.
  verify::Record record_;
  // The events that were judged: all in the window, and some that left it, by which one that comes again is
  // known. Also in the order of judging.
  std::unordered_set<std::uint64_t> judged_;
  std::deque<std::uint64_t> judged_order_;
  cluster::Instant told_until_ = verify::kBeginning;  // by all files, when the round began
  cluster::Instant cut_ = verify::kBeginning;         // no request of the window was answered before
  std::size_t room_ = 0;                              // requests in the window before the oldest go
  bool waiting_ = false;                              // something in the window was not looked at yet
  Clock::time_point next_round_{};
  std::map<std::string, Story> stories_;  // by finding
  std::uint64_t losses_ = 0;              // that the log tells of
  bool wants_start_ = false;
  std::string start_trouble_;
  Clock::time_point next_start_{};
  int starts_in_a_row_ = 0;
  std::optional<NewStart> new_start_;
  AuditReport gathered_;

  mutable std::mutex report_mutex_;
  std::shared_ptr<const AuditReport> report_ = std::make_shared<AuditReport>();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clusterip::daemon
