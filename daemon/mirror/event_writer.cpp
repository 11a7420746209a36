#include "daemon/mirror/event_writer.hpp"

#include <algorithm>

#include "daemon/mirror/watch_json.hpp"

namespace clusterip::daemon {
namespace {

cluster::Instant wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

std::string fault_of(const CallResult& result) {
  if (const auto* fault = std::get_if<ClientFault>(&result)) return fault->message;
  const auto& answer = std::get<ApiAnswer>(result);
  return answer.ok() ? std::string() : read_server_status(answer.body, answer.status).message;
}

// Whoever refuses for good is not asked again.
bool is_final(const CallResult& result) {
  const auto* answer = std::get_if<ApiAnswer>(&result);
  return answer != nullptr && answer->status >= 400 && answer->status < 500 && answer->status != 429;
}

// What the server asks for, within reason.
std::chrono::milliseconds asked_pause(const CallResult& result) {
  constexpr std::chrono::seconds kLongest{60};
  const auto* answer = std::get_if<ApiAnswer>(&result);
  if (answer == nullptr || !answer->retry_after) return {};
  return std::min(*answer->retry_after, kLongest);
}

}  // namespace

TokenBucket::TokenBucket(std::size_t burst, std::size_t per_minute)
    : burst_(static_cast<double>(burst)), per_second_(static_cast<double>(per_minute) / 60), held_(burst_) {}

TokenBucket::Clock::duration TokenBucket::take(Clock::time_point now) {
  if (filled_ != Clock::time_point{}) {
    held_ = std::min(burst_, held_ + std::chrono::duration<double>(now - filled_).count() * per_second_);
  }
  filled_ = now;
  if (held_ >= 1) {
    held_ -= 1;
    return Clock::duration::zero();
  }
  return std::chrono::ceil<Clock::duration>(std::chrono::duration<double>((1 - held_) / per_second_));
}

EventWriter::EventWriter(Credentials& credentials, const ClientLimits& client, const EventLimits& limits,
                         TroubleSink trouble)
    : limits_(limits),
      trouble_(std::move(trouble)),
      client_(credentials, client),
      bucket_(limits.burst, limits.per_minute) {}

EventWriter::~EventWriter() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void EventWriter::start() {
  thread_ = std::thread([this] { run(); });
}

void EventWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  client_.stop();
}

void EventWriter::add(const TrackedFinding& tracked) {
  {
    const std::lock_guard lock(mutex_);
    for (FindingEvent& event : finding_events(tracked)) {
      if (waiting_.size() < limits_.queue) {
        waiting_.push_back(std::move(event));
      } else {
        ++counts_.left_out;
      }
    }
  }
  wake_.notify_all();
}

EventCounts EventWriter::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

bool EventWriter::wait(std::chrono::nanoseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [&] { return stopping_; });
}

void EventWriter::run() {
  while (true) {
    FindingEvent next;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    while (true) {
      const auto until_next = bucket_.take(TokenBucket::Clock::now());
      if (until_next == TokenBucket::Clock::duration::zero()) break;
      if (!wait(until_next)) return;
    }
    write(next);
  }
}

void EventWriter::write(const FindingEvent& finding) {
  const CallResult object = client_.get(object_target(finding.event));
  const auto* found = std::get_if<ApiAnswer>(&object);
  const std::string uid = found != nullptr && found->ok() ? read_uid(found->body) : std::string();
  std::string fault;
  auto pause = limits_.first_wait;
  for (unsigned attempt = 0; attempt < limits_.attempts; ++attempt, pause *= 2) {
    if (attempt > 0 && !wait(pause)) return;
    const CallResult result = client_.call(event_call(finding, uid, wall_clock()));
    fault = fault_of(result);
    if (fault.empty() || is_final(result)) break;
    pause = std::max(pause, asked_pause(result));
  }
  {
    const std::lock_guard lock(mutex_);
    ++(fault.empty() ? counts_.written : counts_.failed);
  }
  if (!fault.empty()) trouble_("the Event " + finding.event.reason + " was not written: " + fault);
}

}  // namespace clusterip::daemon
