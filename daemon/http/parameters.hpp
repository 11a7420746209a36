// Parameters of a request as the values that they stand for, read as upstream reads them.
// (apimachinery pkg/runtime/conversion.go)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/status.hpp"
#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

// Whatever is not "false" or "0" is true; a missing one is false.
bool truth(const HttpRequest& request, std::string_view name);
// A whole number with or without a sign, in 64 bits.
std::optional<std::int64_t> read_number(std::string_view text);
// What Go's strconv says of a text that is no such number.
api::Status no_number(std::string_view text);
// All values of a parameter that is given more than once.
std::vector<std::string> values_of(const HttpRequest& request, std::string_view name);

}  // namespace clusterip::daemon
