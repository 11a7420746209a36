// Reads a JSON text into a value, without the members that nobody will look at.
//
// The whole text is checked, but what is left out is never built: of an audit line that is most. Members with
// equal names: the last one counts, as in Go. Errors are nlohmann's, with the byte they stand at.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// Whether a member is left out; `depth` counts the containers around it, from 1.
using LeavesOut = bool (*)(std::string_view name, int depth);

struct SparseJsonError {
  std::string reason;
};

std::variant<nlohmann::json, SparseJsonError> read_sparse_json(std::string_view text, LeavesOut leaves_out,
                                                               int max_depth);

}  // namespace clusterip::api
