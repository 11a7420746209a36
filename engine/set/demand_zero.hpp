// Zero bytes of which only touched pages take memory.
#pragma once

#include <cstddef>

namespace clusterip::set {

// Pages for memory that is scattered over and will be touched everywhere: few and large ones, where the
// system has them, save misses of the address translation and faults.
enum class Pages : unsigned char { kSmall, kHuge };

class DemandZero {
 public:
  // Page aligned. Ends the program where the system has no address space left.
  explicit DemandZero(std::size_t size, Pages pages = Pages::kSmall);
  ~DemandZero();
  DemandZero(const DemandZero&) = delete;
  DemandZero& operator=(const DemandZero&) = delete;
  char* data() const noexcept { return data_; }

 private:
  std::size_t reserved_;
  void* memory_;
  char* data_;
};

}  // namespace clusterip::set
