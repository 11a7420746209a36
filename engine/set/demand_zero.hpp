// Zero bytes of which only touched pages take memory.
#pragma once

#include <cstddef>

namespace clusterip::set {

class DemandZero {
 public:
  // Page aligned. Ends the program where the system has no address space left.
  explicit DemandZero(std::size_t size);
  ~DemandZero();
  DemandZero(const DemandZero&) = delete;
  DemandZero& operator=(const DemandZero&) = delete;
  char* data() const noexcept { return data_; }

 private:
  std::size_t size_;
  char* data_;
};

}  // namespace clusterip::set
