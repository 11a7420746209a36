#include "engine/set/thread_index.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace clusterip::set {

constinit thread_local std::size_t detail::t_index = detail::kNoIndex;

namespace {

std::array<std::atomic<bool>, kMostThreads> g_taken{};
std::atomic<std::size_t> g_bound{0};

std::size_t take_lowest() noexcept {
  for (std::size_t index = 0; index < kMostThreads; ++index) {
    bool expected = false;
    if (g_taken[index].load() || !g_taken[index].compare_exchange_strong(expected, true)) continue;
    std::size_t bound = g_bound.load();
    while (bound < index + 1 && !g_bound.compare_exchange_weak(bound, index + 1)) {
    }
    return index;
  }
  std::fputs("clusterip: more than 1024 threads use the engine at once\n", stderr);
  std::abort();
}

// Gives the number back when the thread ends.
struct Holder {
  Holder() noexcept : index(take_lowest()) {}
  ~Holder() {
    detail::t_index = detail::kNoIndex;
    g_taken[index].store(false);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  std::size_t index;
};

}  // namespace

std::size_t detail::take_index() noexcept {
  thread_local const Holder kHolder;
  t_index = kHolder.index;
  return t_index;
}

std::size_t thread_index_bound() noexcept {
  return g_bound.load();
}

}  // namespace clusterip::set
