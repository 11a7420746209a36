// Discovery: which groups, versions and resources there are, as clients ask for it.
#pragma once

#include <optional>

#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

// Absent: the path is not about discovery.
std::optional<HttpResponse> answer_discovery(const HttpRequest& request);

}  // namespace clusterip::daemon
