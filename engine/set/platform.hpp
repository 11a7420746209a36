// What the lock-free code asks of the machine: the seam under every template of set, ranges and alloc.
//
// Native is the real thing. The schedule explorer of the tests gives another type with the same members and
// runs the very same templates through every interleaving, with stale loads too; it also drops one Step after
// the other to show that each is needed.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/set/steps.hpp"

namespace clusterip::set {

// ThreadSanitizer knows neither fences nor reads of several atomics at once.
#if defined(__SANITIZE_THREAD__)
#define CLUSTERIP_UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CLUSTERIP_UNDER_TSAN 1
#endif
#endif
#if !defined(CLUSTERIP_UNDER_TSAN)
#define CLUSTERIP_UNDER_TSAN 0
#endif

// On x86 every locked instruction is a full fence, and loads are served in order.
#if defined(__x86_64__) && !CLUSTERIP_UNDER_TSAN
inline constexpr bool kStrongMachine = true;
#else
inline constexpr bool kStrongMachine = false;
#endif

struct Native {
  template <class T>
  using Atomic = std::atomic<T>;

  static constexpr bool keeps(Step) noexcept { return true; }

  // Orders whatever came before it with whatever comes after it.
  static void full_fence() noexcept {
#if CLUSTERIP_UNDER_TSAN
    // A read-modify-write of one location is as strong.
    static std::atomic<int> location{0};
    location.fetch_add(0, std::memory_order_seq_cst);
#elif defined(__x86_64__)
    // Twice as fast as the mfence that compilers may choose.
    __asm__ volatile("lock orq $0, (%%rsp)" ::: "memory", "cc");
#else
    std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
  }
  // After a locked instruction and before a load that must not be served earlier.
  static void fence_after_locked() noexcept {
    if constexpr (kStrongMachine) {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    } else {
      full_fence();
    }
  }
  // Loads before it are not served later than loads after it.
  static void read_fence() noexcept {
#if CLUSTERIP_UNDER_TSAN
    // Loads are calls there, which the compiler leaves in their order.
#else
    std::atomic_thread_fence(std::memory_order_acquire);
#endif
  }

  // A pair: whoever stores, calls light_fence and loads, and whoever stores, calls heavy_fence and loads,
  // cannot both miss the other's store. Light is (almost) free where the kernel can order every thread of
  // the process on request (membarrier); else both are full fences.
  static void light_fence() noexcept {
    // Set once, before any thread runs. pairs: none
    if (asymmetric_.load(std::memory_order_relaxed)) {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    } else {
      full_fence();
    }
  }
  static void heavy_fence() noexcept;

  // Asks for the cache line as a writer at once: a load first and the locked instruction after it would fetch
  // it twice from a core that changed it.
  [[gnu::always_inline]] static void about_to_write(const void* place) noexcept {
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(*static_cast<const char*>(place)));
#else
    __builtin_prefetch(place, 1);
#endif
  }

  // Called in loops that wait for another thread.
  static void pause() noexcept;

  // `test == 0 ? zero : other`, without a branch even where the compiler would rather have one: the processor
  // could not predict it.
  template <class T>
  [[gnu::always_inline]] static T select(std::uint64_t test, T zero, T other) noexcept {
#if defined(__x86_64__)
    __asm__("testq %2, %2\n\tcmoveq %1, %0" : "+r"(other) : "r"(zero), "r"(test) : "cc");
    return other;
#else
    return test == 0 ? zero : other;
#endif
  }

 private:
  static std::atomic<bool> asymmetric_;
};

}  // namespace clusterip::set
