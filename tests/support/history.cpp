#include "tests/support/history.hpp"

#include <cstdlib>

namespace clusterip::test {

std::uint64_t history_calls(std::uint64_t otherwise) {
  const char* asked = std::getenv("CLUSTERIP_HISTORY_CALLS");
  return asked == nullptr ? otherwise : std::stoull(asked);
}

}  // namespace clusterip::test
