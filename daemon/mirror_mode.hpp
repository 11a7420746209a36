// `clusteripd mirror`: puts the mirror behind an HTTP server, and takes both apart again.
#pragma once

#include "daemon/options_mirror.hpp"

namespace clusterip::daemon {

// Runs until SIGTERM or SIGINT. The exit code of the process.
int run_mirror(const MirrorModeOptions& options);

}  // namespace clusterip::daemon
