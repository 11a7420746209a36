// A small number for the calling thread: dense, its own while it lives, used again after it ended.
//
// The lock-free structures keep one cache line a thread, found by this number. The first call in a thread
// takes the lowest free number by compare-and-swap; every later call is one load.
#pragma once

#include <cstddef>

namespace clusterip::set {

// More threads at once than this end the program with a message.
inline constexpr std::size_t kMostThreads = 1024;

namespace detail {
inline constexpr std::size_t kNoIndex = ~std::size_t{0};
extern constinit thread_local std::size_t t_index;
std::size_t take_index() noexcept;
}  // namespace detail

inline std::size_t thread_index() noexcept {
  const std::size_t index = detail::t_index;
  return index != detail::kNoIndex ? index : detail::take_index();
}
// One more than the highest number any thread has had.
std::size_t thread_index_bound() noexcept;

}  // namespace clusterip::set
