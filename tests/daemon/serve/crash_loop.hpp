// kill -9 under load, again and again, and what was wrong after each start.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace clusterip::testing {

struct CrashReport {
  // Of the first start after which something was wrong: what was acknowledged and is gone, what is there in
  // part, what is held twice or has leaked.
  std::vector<std::string> faults;
  std::size_t standing = 0;  // Services that were acknowledged and are there at the end
};

// Loads the program `name` (a clusteripd) over one data directory, kills it and looks, so many times.
CrashReport run_crash_loop(const std::string& name, int rounds);

}  // namespace clusterip::testing
