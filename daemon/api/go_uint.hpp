// The decimal numbers of resourceVersions, read as Go reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace clusterip::api {

// strconv.ParseUint in 64 bits: the number, or the words of its error.
std::variant<std::uint64_t, std::string> read_go_uint(std::string_view text);

}  // namespace clusterip::api
