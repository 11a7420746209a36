// An answer as the bytes that go over a connection. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

struct ResponseForm {
  bool keep_alive = true;
  bool head_only = false;  // the answer to a HEAD says how long the body is and leaves it out
};

// Appends a whole answer: its header lines in alphabetical order, and its body.
void append_response(std::string& out, const HttpResponse& response, const ResponseForm& form);

// The head of what is sent in pieces, or answers a request that could not be read; `framing` is the line that
// says where it ends.
std::string head_text(const HttpResponse& response, bool keep_alive, std::string_view framing);

}  // namespace clusterip::daemon
