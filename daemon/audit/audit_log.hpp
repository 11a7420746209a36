// The server's audit log: any thread hands events over, one thread writes them.
//
// A request pays for moving its texts into a queue. What waits is bounded by bytes. When the disk is slower
// than the requests, the queue fills up; from then on the mode decides:
//   kBatch     the event is dropped and counted, the request goes on (upstream's batch mode)
//   kBlocking  the request waits; it waits for its own line in any case, so its answer follows its line
// A line that the disk refuses is dropped and counted in both modes, and standard error says why, once in a
// while; requests go on. Counters: apiserver_audit_event_total, apiserver_audit_error_total.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/audit/audit_event.hpp"
#include "daemon/audit/audit_file.hpp"

namespace clusterip::daemon {

enum class AuditMode : std::uint8_t { kBatch, kBlocking };

struct AuditLogOptions {
  std::string path;  // empty: no log; "-": standard output
  AuditMode mode = AuditMode::kBatch;
  std::size_t queued_bytes = 64ULL << 20;
  AuditFileLimits file;
};

class AuditLog {
 public:
  using Now = std::function<cluster::Instant()>;

  AuditLog(const AuditLogOptions& options, Now now);
  // Writes what waits.
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Opens the file and starts the thread. An error text, or "".
  [[nodiscard]] std::string start();

  cluster::Instant now() const { return now_(); }
  // Who the server itself is in its log: one for each process, as upstream has it.
  const std::string& own_uid() const { return own_uid_; }
  void submit(AuditEvent event);

  std::uint64_t submitted() const { return submitted_.load(std::memory_order_relaxed); }
  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  void loop();
  void write(const std::vector<AuditEvent>& events);

  const AuditLogOptions options_;
  const Now now_;
  const std::string own_uid_;
  AuditFile file_;
  // Statistics alone: nothing is ordered by them.
  std::atomic<std::uint64_t> submitted_{0};
  std::atomic<std::uint64_t> lost_{0};

  std::mutex mutex_;
  std::condition_variable filled_;   // for the writer
  std::condition_variable emptied_;  // for those who wait
  std::vector<AuditEvent> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t accepted_ = 0;  // events that were queued, ever
  std::uint64_t finished_ = 0;  // of these, written or lost
  bool stopping_ = false;
  std::thread writer_;
  std::chrono::steady_clock::time_point next_complaint_{};  // the writer's own
};

}  // namespace clusterip::daemon
