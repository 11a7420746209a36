// The token of a list that goes on: where it stopped, and the revision at which it began.
//
// Mirrors apiserver pkg/storage/continue.go: URL-safe base64 of a small JSON object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/api/status.hpp"

namespace clusterip::api {

struct ContinueToken {
  std::int64_t revision = 0;  // below 0: the newest
  std::string from;           // a path below what is listed: all that is not before it
};

std::string encode(const ContinueToken& token);
Result<ContinueToken> read_continue_token(std::string_view text);

}  // namespace clusterip::api
