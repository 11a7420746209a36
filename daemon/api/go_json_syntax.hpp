// What is wrong with a text as JSON, in the words of Go's decoder, which upstream's refusals quote.
//
// Any bytes may come in; nothing throws; one pass; memory by the depth of nesting. (Go's encoding/json,
// scanner.go)
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clusterip::api {

// "invalid character '}' looking for beginning of value", "unexpected end of JSON input"; absent for JSON.
std::optional<std::string> go_json_fault(std::string_view text);

}  // namespace clusterip::api
