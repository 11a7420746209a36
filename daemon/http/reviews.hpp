// POST to a review: `kubectl auth can-i` and `kubectl auth whoami` ask so.
#pragma once

#include <optional>
#include <string>

#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

// Absent where the path is no review's.
std::optional<HttpResponse> answer_review(const HttpRequest& request, const std::string& user);

}  // namespace clusterip::daemon
