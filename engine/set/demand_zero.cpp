#include "engine/set/demand_zero.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

namespace clusterip::set {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

}  // namespace

DemandZero::DemandZero(std::size_t size, Pages pages)
    : reserved_(pages == Pages::kHuge ? size + kHugePage : size) {
  memory_ =
      mmap(nullptr, reserved_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory_ == MAP_FAILED) {
    std::perror("clusterip: cannot reserve address space");
    std::abort();
  }
  data_ = static_cast<char*>(memory_);
  if (pages == Pages::kSmall) return;
  // A huge page lies at a multiple of its size.
  data_ += (kHugePage - reinterpret_cast<std::uintptr_t>(data_) % kHugePage) % kHugePage;
  // A wish; a system without huge pages says no.
  static_cast<void>(madvise(data_, size, MADV_HUGEPAGE));
}

DemandZero::~DemandZero() {
  munmap(memory_, reserved_);
}

}  // namespace clusterip::set
