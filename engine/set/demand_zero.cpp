#include "engine/set/demand_zero.hpp"

#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

namespace clusterip::set {

DemandZero::DemandZero(std::size_t size) : size_(size) {
  void* memory =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("clusterip: cannot reserve address space");
    std::abort();
  }
  data_ = static_cast<char*>(memory);
}

DemandZero::~DemandZero() {
  munmap(data_, size_);
}

}  // namespace clusterip::set
