// Reads a JSON text into a value, without the members that nobody will look at.
//
// The whole text is checked, but what is left out is never built: of an audit line that is most. Two members
// with equal names in one object are an error, but within what is marked `as_sent` the last one counts, as in
// Go. Other errors are nlohmann's, with the column they stand at.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

namespace clusterip::api {

struct SparseJsonRules {
  // Whether a member is left out; `depth` counts the containers around it, from 1.
  bool (*leaves_out)(std::string_view name, int depth);
  // Whether a member's value may repeat names.
  bool (*as_sent)(std::string_view name);
  int max_depth;
};

struct SparseJsonError {
  std::string reason;
};

std::variant<nlohmann::json, SparseJsonError> read_sparse_json(std::string_view text,
                                                               const SparseJsonRules& rules);

}  // namespace clusterip::api
