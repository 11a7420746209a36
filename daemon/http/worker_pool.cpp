#include "daemon/http/worker_pool.hpp"

#include <chrono>
#include <system_error>
#include <thread>

namespace clusterip::daemon {
namespace {

constexpr std::chrono::seconds kIdleTime{30};

}  // namespace

bool WorkerPool::run(std::function<void()> job) {
  std::unique_lock lock(mutex_);
  if (finishing_) return false;
  if (idle_ <= queue_.size() && threads_ >= most_threads_ && queue_.size() >= longest_queue_) return false;
  queue_.push_back(std::move(job));
  if (idle_ < queue_.size() && threads_ < most_threads_) {
    try {
      std::thread(&WorkerPool::work, this).detach();
      ++threads_;
    } catch (const std::system_error&) {
      // The system gives no more threads. With none at all nobody would ever take the job.
      if (threads_ == 0) {
        queue_.pop_back();
        return false;
      }
    }
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    const bool woken = wake_.wait_for(lock, kIdleTime, [&] { return !queue_.empty() || finishing_; });
    --idle_;
    if (queue_.empty()) {
      if (!woken || finishing_) break;
      continue;
    }
    std::function<void()> job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
  --threads_;
  ended_.notify_all();
}

void WorkerPool::finish() {
  std::unique_lock lock(mutex_);
  finishing_ = true;
  wake_.notify_all();
  ended_.wait(lock, [&] { return threads_ == 0; });
}

std::size_t WorkerPool::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_;
}

}  // namespace clusterip::daemon
