// A thread that follows one kind of object: does what its reflector says, over a connection of its own, and
// reports how it stands.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "daemon/mirror/api_client.hpp"
#include "daemon/mirror/reflector.hpp"

namespace clusterip::daemon {

struct FollowLimits {
  std::size_t line_bytes = std::size_t{8} << 20U;
  // A watch that is silent for longer than this is dead: it should have ended by itself.
  std::chrono::seconds silence{90};
};

// How it stands with one kind.
struct FollowStatus {
  bool in_step = false;
  std::optional<std::chrono::steady_clock::time_point> contact;  // when the server was last heard
  std::string version;
  Reflector::Counters counters;
  std::optional<Fault> trouble;                   // since it was last in step
  std::optional<cluster::Duration> clock_offset;  // the server's clock minus ours
};

// Told from the follower's thread, in order.
class FollowObserver {
 public:
  FollowObserver() = default;
  FollowObserver(const FollowObserver&) = delete;
  FollowObserver& operator=(const FollowObserver&) = delete;
  virtual ~FollowObserver() = default;

  virtual void status(const FollowStatus& status) = 0;
  // `wait`: until the next attempt.
  virtual void fault(const Fault& fault, std::chrono::milliseconds wait) = 0;
};

class Follower {
 public:
  // All references outlive it.
  Follower(api::ObjectKind kind, Credentials& credentials, const ClientLimits& client,
           const ReflectorOptions& reflector, const FollowLimits& limits, MirrorSink& sink,
           FollowObserver& observer);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  void start();
  // Ends the request under way; then the destructor does not wait long.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void list(const std::string& target);
  void watch(const std::string& target);
  void wait(std::chrono::milliseconds time);
  void contact();
  void note_date(const ApiAnswer& answer);
  void publish();
  void fail(const Fault& fault, std::optional<std::chrono::seconds> retry_after,
            std::chrono::milliseconds lasted);
  // What came of a request that brought no good answer.
  void fail(const CallResult& result, std::chrono::milliseconds lasted);

  const api::ObjectKind kind_;
  const FollowLimits limits_;
  FollowObserver& observer_;
  ApiClient client_;
  Reflector reflector_;
  FollowStatus status_;
  std::optional<Fault> unreported_;  // until it is known how long the wait is
  std::mt19937_64 random_{std::random_device{}()};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace clusterip::daemon
