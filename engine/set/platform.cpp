#include "engine/set/platform.hpp"

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
