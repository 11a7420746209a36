// What a proof has run, for the sums at the end of `./tools/test long`.
#pragma once

#include <cstdint>
#include <string>

namespace clusterip::test {

// Prints "count what", and appends it to the file that CLUSTERIP_TOTALS names.
void add_to_total(const std::string& what, std::uint64_t count);

}  // namespace clusterip::test
