// Writes findings as Kubernetes Events, when asked for: the one thing that the mirror ever writes.
//
// A thread of its own with a bounded queue, so that a slow apiserver holds nothing up. Never more than a
// burst at once and so many a minute after it; what finds the queue full is counted and left out, for the
// findings themselves are kept elsewhere. A write that fails is tried again a few times.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "daemon/mirror/finding_event_json.hpp"

namespace clusterip::daemon {

struct EventLimits {
  std::size_t burst = 25;
  std::size_t per_minute = 60;
  std::size_t queue = 1000;
  unsigned attempts = 3;
  std::chrono::milliseconds first_wait{1000};  // after a failure; doubled with each
};

struct EventCounts {
  std::uint64_t written = 0;
  std::uint64_t failed = 0;
  std::uint64_t left_out = 0;
};

// How many may go now: a bucket that holds a burst and fills at a rate.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(std::size_t burst, std::size_t per_minute);
  // Takes one and answers zero, or how long to wait for the next.
  Clock::duration take(Clock::time_point now);

 private:
  const double burst_;
  const double per_second_;
  double held_;
  Clock::time_point filled_{};
};

class EventWriter {
 public:
  using TroubleSink = std::function<void(const std::string&)>;

  // `credentials` outlives the writer.
  EventWriter(Credentials& credentials, const ClientLimits& client, const EventLimits& limits,
              TroubleSink trouble);
  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  void start();
  void stop();
  // From any thread.
  void add(const TrackedFinding& tracked);
  EventCounts counts() const;

 private:
  void run();
  // False: it is to stop.
  bool wait(std::chrono::nanoseconds time);
  void write(const FindingEvent& finding);

  const EventLimits limits_;
  const TroubleSink trouble_;
  ApiClient client_;
  TokenBucket bucket_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<FindingEvent> waiting_;
  EventCounts counts_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clusterip::daemon
