// What `verify`, `explain` and `replay --start` have in common: dumps from the command line into one state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/api/dump_reader.hpp"
#include "engine/verify/state.hpp"

namespace clusterip::ctl {

struct LoadStateOptions {
  api::DumpLimits limits;
  // No notes on standard error, problems aside.
  bool quiet = false;
};

struct LoadedState {
  verify::State state;
  // What could not be read; each has been printed. Who has some must not call the cluster clean.
  std::vector<std::string> unread;
};

// Reads each file, "-" for standard input. Problems and notes go to standard error; so does progress, where
// that is a terminal and the work is long. An object that comes twice counts as it came last.
LoadedState load_state(const std::vector<std::string>& files, const LoadStateOptions& options);

}  // namespace clusterip::ctl
