#include "daemon/audit/audit_log.hpp"

#include <iostream>

#include "daemon/audit/random_names.hpp"

namespace clusterip::daemon {
namespace {

constexpr std::chrono::seconds kComplaintInterval{10};
// Lines are written in steps of about this size, so that a file is put aside near its limit.
constexpr std::size_t kWriteBytes = 256 * 1024;
// Beside its bodies an event takes about this much.
constexpr std::size_t kEventBytes = 1024;

std::size_t size_of(const AuditEvent& event) {
  return kEventBytes + event.uri.size() + event.user_agent.size() + event.status.size() +
         event.request_object.size() + event.response_object.size();
}

}  // namespace

AuditLog::AuditLog(const AuditLogOptions& options, Now now)
    : options_(options), now_(std::move(now)), own_uid_(random_uid()), file_(options.path, options.file) {}

AuditLog::~AuditLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_all();
  if (writer_.joinable()) writer_.join();
}

std::string AuditLog::start() {
  std::string fault = file_.open();
  if (fault.empty()) writer_ = std::thread([this] { loop(); });
  return fault;
}

void AuditLog::submit(AuditEvent event) {
  submitted_.fetch_add(1, std::memory_order_relaxed);
  const std::size_t size = size_of(event);
  std::unique_lock lock(mutex_);
  // One event fits into an empty queue, whatever its size.
  const auto has_room = [&] { return queue_.empty() || queued_bytes_ + size <= options_.queued_bytes; };
  if (options_.mode == AuditMode::kBlocking) {
    emptied_.wait(lock, has_room);
  } else if (!has_room()) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  queue_.push_back(std::move(event));
  queued_bytes_ += size;
  const std::uint64_t own = ++accepted_;
  // The writer takes all at once: only the first one has to wake it.
  if (queue_.size() == 1) filled_.notify_one();
  if (options_.mode == AuditMode::kBlocking) emptied_.wait(lock, [&] { return finished_ >= own; });
}

void AuditLog::loop() {
  for (;;) {
    std::vector<AuditEvent> events;
    {
      std::unique_lock lock(mutex_);
      filled_.wait(lock, [&] { return !queue_.empty() || stopping_; });
      if (queue_.empty()) return;
      events.swap(queue_);
      queued_bytes_ = 0;
    }
    write(events);
    {
      const std::lock_guard lock(mutex_);
      finished_ += events.size();
    }
    emptied_.notify_all();
  }
}

void AuditLog::write(const std::vector<AuditEvent>& events) {
  std::string lines;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    append_line(lines, events[i]);
    ++count;
    if (lines.size() < kWriteBytes && i + 1 < events.size()) continue;
    const std::string fault = file_.append(lines, now_());
    if (!fault.empty()) {
      lost_.fetch_add(count, std::memory_order_relaxed);
      if (std::chrono::steady_clock::now() >= next_complaint_) {
        next_complaint_ = std::chrono::steady_clock::now() + kComplaintInterval;
        std::cerr << "audit log: " + fault + "; " + std::to_string(lost()) + " events lost so far\n";
      }
    }
    lines.clear();
    count = 0;
  }
}

}  // namespace clusterip::daemon
