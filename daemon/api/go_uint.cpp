#include "daemon/api/go_uint.hpp"

#include <charconv>

#include "engine/cluster/go_text.hpp"

namespace clusterip::api {

std::variant<std::uint64_t, std::string> read_go_uint(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (stop == end && error == std::errc()) return number;
  // Go stops at the digit that is too much, and does not look at what follows.
  const bool too_great = error == std::errc::result_out_of_range;
  return "strconv.ParseUint: parsing " + cluster::go_quote(text) +
         (too_great ? ": value out of range" : ": invalid syntax");
}

}  // namespace clusterip::api
