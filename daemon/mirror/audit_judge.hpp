// Judges the decisions of apiservers as their audit events come in, from files or from a webhook.
//
// Events are kept in a window of bounded size and judged by the rules of a replay (engine/verify). An event
// may be late: a webhook sends in batches, and what one server answers may explain another one's answer. So a
// decision is judged when it is `delay` old. Of what leaves the window the objects stay that it led to.
// Rounds are as far apart as their own cost demands.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "daemon/api/audit_reader.hpp"
#include "daemon/mirror/audit_tail.hpp"
#include "engine/verify/replay.hpp"

namespace clusterip::daemon {

struct AuditOptions {
  std::vector<std::string> files;  // one for each apiserver
  verify::ReplayOptions rules;
  std::chrono::milliseconds delay{35'000};
  std::chrono::milliseconds pace{500};
  int rest = 5;                         // after a round, so many times as long as it took
  std::size_t most_requests = 100'000;  // in the window
  std::size_t most_kept = 1000;         // decisions and findings kept for readers, of each sort
  api::AuditLimits reading;
};

struct AuditReport {
  std::uint64_t events = 0;  // about the three kinds
  std::uint64_t skipped = 0;
  std::uint64_t problems = 0;  // that could not be read
  std::string last_problem;
  std::size_t window = 0;
  std::map<std::string, std::uint64_t> verdicts;   // by verdict
  std::map<std::string, std::uint64_t> forbidden;  // by rule
  std::deque<std::string> notable;                 // forbidden and undecided ones as JSON, the newest first
  std::deque<std::string> latest;                  // all, the newest first
  std::vector<std::string> findings;               // with their chains, as JSON
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

  std::shared_ptr<const AuditReport> report() const;
  // One round at that time; what the thread does again and again. False: nothing was there to do.
  bool round(cluster::Instant now);

 private:
  using Clock = std::chrono::steady_clock;

  std::string take(std::uint32_t server, std::uint64_t number, std::string_view line);
  bool read_files();
  void trim(cluster::Instant now);
  void judge(cluster::Instant now);
  void keep(const verify::History& history, std::vector<verify::Decision> fresh);
  void publish();

  const AuditOptions options_;
  const Log log_;
  std::vector<std::unique_ptr<AuditTail>> tails_;
  std::vector<std::string> troubles_;

  // What comes in.
  std::mutex inbox_mutex_;
  std::vector<verify::AuditedRequest> inbox_;
  std::map<std::string, std::uint32_t> servers_;
  std::uint64_t events_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t problems_ = 0;
  std::string last_problem_;

  // The thread's own.
  verify::Record record_;
  std::unordered_set<std::string> judged_;  // those in the window whose decision was counted
  std::size_t room_ = 0;                    // requests in the window before the oldest go
  bool waiting_ = false;                    // some decision is not old enough
  Clock::time_point next_round_{};
  AuditReport gathered_;

  mutable std::mutex report_mutex_;
  std::shared_ptr<const AuditReport> report_ = std::make_shared<AuditReport>();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clusterip::daemon
