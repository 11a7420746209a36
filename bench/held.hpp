// What the benchmarks of a steady state share: a clock, and the addresses that one thread holds.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace clusterip::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

// Oldest first, up to a number that is fixed.
template <class T>
class Held {
 public:
  explicit Held(std::size_t capacity) : ring_(capacity) {}
  void push(const T& address) {
    ring_[end_] = address;
    if (++end_ == ring_.size()) end_ = 0;
  }
  T pop() {
    const T oldest = ring_[begin_];
    if (++begin_ == ring_.size()) begin_ = 0;
    return oldest;
  }

 private:
  std::vector<T> ring_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace clusterip::bench
