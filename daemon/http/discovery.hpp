// Discovery: which groups, versions and resources there are, as clients ask for it.
#pragma once

#include <optional>

#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

// Absent: the path is not about discovery.
std::optional<HttpResponse> answer_discovery(const HttpRequest& request);
// The list of CustomResourceDefinitions, which kubectl reads before it calls a kind unknown: there are none.
// Absent: the request is another.
std::optional<HttpResponse> answer_custom_resources(const HttpRequest& request);

}  // namespace clusterip::daemon
