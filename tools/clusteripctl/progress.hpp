// A line on standard error that says how much has been read, for people who wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "daemon/input/byte_source.hpp"

namespace clusterip::ctl {

// `source`, with progress shown while it is read, where standard error is a terminal and reading takes more
// than a second. The line is wiped at the end.
std::unique_ptr<daemon::ByteSource> with_progress(std::unique_ptr<daemon::ByteSource> source);

}  // namespace clusterip::ctl
