#include "engine/set/platform.hpp"

#include <cstdio>
#include <cstdlib>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>

// Of unistd.h, which holds files and processes too: the engine wants this one call alone.
extern "C" long syscall(long number, ...) noexcept;

namespace clusterip::set {
namespace {

bool membarrier(int command) noexcept {
  return syscall(SYS_membarrier, command, 0, 0) == 0;
}

#if defined(__AVX2__)
// Before everything else, so that an old processor gives a message and not an illegal instruction.
[[gnu::constructor(101)]] void check_processor() noexcept {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
    return;
  std::fputs(
      "clusterip: this build needs a processor with AVX2 and BMI; configure it with "
      "-DCLUSTERIP_X86_64_LEVEL=1\n",
      stderr);
  std::_Exit(1);
}
#endif

}  // namespace

// False until the kernel agreed, so code that runs before takes the full fence.
std::atomic<bool> Native::asymmetric_{membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)};

void Native::heavy_fence() noexcept {
  full_fence();
  // pairs: none
  if (asymmetric_.load(std::memory_order_relaxed)) membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

void Native::pause() noexcept {
  sched_yield();
}

}  // namespace clusterip::set
