// `clusteripd serve`: puts the parts together, says when it is ready, and takes them apart again.
#pragma once

#include "daemon/options.hpp"

namespace clusterip::daemon {

// Runs until SIGTERM or SIGINT. The exit code of the process.
int serve(const ServeOptions& options);

}  // namespace clusterip::daemon
