// Threads that stay between measurements, each on a processor of its own as far as there are any.
#pragma once

#include <atomic>
#include <functional>
#include <pthread.h>
#include <sched.h>
#include <thread>
#include <vector>

namespace clusterip::bench {

class Team {
 public:
  // The calling thread is the first of them.
  explicit Team(std::size_t size) : size_(size) {
    static_cast<void>(processors());
    pin(0);
    for (std::size_t i = 1; i < size; ++i) threads_.emplace_back([this, i] { work(i); });
  }
  ~Team() {
    start(nullptr);
    for (std::thread& thread : threads_) thread.join();
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  // Each thread calls it once, with its number; returns when all have.
  void run(const std::function<void(std::size_t)>& job) {
    start(job);
    job(0);
    meet();
  }
  // For use inside a job: all threads wait for all.
  void meet() {
    const std::size_t round = met_.fetch_add(1, std::memory_order_acq_rel) / size_;
    while (met_.load(std::memory_order_acquire) < (round + 1) * size_) std::this_thread::yield();
  }

 private:
  void start(std::function<void(std::size_t)> job) {
    job_ = std::move(job);
    turn_.fetch_add(1, std::memory_order_release);
  }
  void work(std::size_t number) {
    pin(number);
    for (std::size_t turn = 1;; ++turn) {
      while (turn_.load(std::memory_order_acquire) < turn) std::this_thread::yield();
      if (!job_) return;
      job_(number);
      meet();
    }
  }
  // Those that this program might use when it began.
  static const cpu_set_t& processors() {
    static const cpu_set_t kAll = [] {
      cpu_set_t all;
      CPU_ZERO(&all);
      sched_getaffinity(0, sizeof(all), &all);
      return all;
    }();
    return kAll;
  }
  static void pin(std::size_t number) {
    const cpu_set_t& all = processors();
    std::size_t skip = number % static_cast<std::size_t>(CPU_COUNT(&all));
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &all) || skip-- != 0) continue;
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
      return;
    }
  }

  std::size_t size_;
  std::function<void(std::size_t)> job_;
  std::atomic<std::size_t> turn_{0};
  std::atomic<std::size_t> met_{0};
  std::vector<std::thread> threads_;
};

}  // namespace clusterip::bench
