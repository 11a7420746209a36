// What both modes of clusteripd ask of the process they run in: exit codes, the clock, the signals that end
// it, and where it is found.
#pragma once

#include <csignal>
#include <string>

#include "daemon/http/server.hpp"
#include "engine/cluster/instant.hpp"

namespace clusterip::daemon {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUnusable = 3;

cluster::Instant wall_clock();

// Blocks SIGTERM and SIGINT in this thread and in those it starts, so that one thread can wait for them; a
// broken pipe becomes an error of the write. Call it before any thread starts.
sigset_t block_signals();

// Takes as many files as the system lets this process have: every connection is one.
void raise_file_limit();

// Where a server is found that was told to listen there and got that port.
std::string url_of(const ServerOptions& options, int port);

}  // namespace clusterip::daemon
