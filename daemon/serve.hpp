// `clusteripd serve`: puts the parts together, says when it is ready, and takes them apart again.
#pragma once

#include <functional>
#include <memory>

#include "daemon/options.hpp"
#include "daemon/store/disk.hpp"

namespace clusterip::daemon {

// The disk that the options name. Throws DiskError.
std::unique_ptr<Disk> open_disk(const ServeOptions& options);
using OpenDisk = std::function<std::unique_ptr<Disk>(const ServeOptions&)>;

// Runs until SIGTERM or SIGINT. The exit code of the process.
int serve(const ServeOptions& options, const OpenDisk& open = open_disk);

}  // namespace clusterip::daemon
