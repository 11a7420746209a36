#include "engine/alloc/outcome.hpp"

#include <cstdlib>

namespace clusterip {

std::string to_text(AllocateError error, const Address& address, const Cidr& range) {
  if (error != AllocateError::kNotInRange) return to_text(error);
  return "the provided IP (" + address.to_string() +
         ") is not in the valid range. The range of valid IPs is " + range.to_string();
}

std::string to_text(AllocateError error) {
  switch (error) {
    case AllocateError::kFull:
      return "range is full";
    case AllocateError::kAllocated:
      return "provided IP is already allocated";
    case AllocateError::kMismatchedNetwork:
      return "the provided network does not match the current range";
    case AllocateError::kNotReady:
      return "allocator not ready";
    case AllocateError::kNotInRange:
      break;
  }
  std::abort();
}

}  // namespace clusterip
