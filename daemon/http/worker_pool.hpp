// Threads for connections: as many as there is work for, up to a limit; beyond it, connections wait in a
// queue of bounded length, and beyond that they are turned away.
//
// One thread serves one connection for the whole of its life, so the pool grows where a fixed pool would let
// idle clients starve the others. Idle threads beyond a few end after a while.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace clusterip::daemon {

class WorkerPool {
 public:
  WorkerPool(std::size_t most_threads, std::size_t longest_queue)
      : most_threads_(most_threads), longest_queue_(longest_queue) {}
  ~WorkerPool() { finish(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False: both threads and queue are used up, and the job will not run.
  [[nodiscard]] bool run(std::function<void()> job);
  // Runs what is queued and waits for the threads.
  void finish();
  std::size_t threads() const;

 private:
  void work();

  const std::size_t most_threads_;
  const std::size_t longest_queue_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<std::function<void()>> queue_;
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
  bool finishing_ = false;
};

}  // namespace clusterip::daemon
