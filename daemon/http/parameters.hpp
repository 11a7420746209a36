// Parameters of a request as the values that they stand for, read as upstream reads them.
// (apimachinery pkg/runtime/conversion.go)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/request_path.hpp"
#include "daemon/api/status.hpp"
#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

// Whatever is not "false" or "0" is true; a missing one is false.
bool truth(const HttpRequest& request, std::string_view name);
// Whether a request for this path is one for a watch, in any of the ways to ask for it.
bool asks_to_watch(const HttpRequest& request, const api::RequestPath& path);
// What Go's strconv says of a text that is no number (cluster::read_go_int).
api::Status no_number(std::string_view text);
// All values of a parameter that is given more than once.
std::vector<std::string> values_of(const HttpRequest& request, std::string_view name);

}  // namespace clusterip::daemon
