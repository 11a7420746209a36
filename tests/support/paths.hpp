// Where the sources and the build lie, for tests that read recordings or run the programs.
#pragma once

#include <string>

namespace clusterip::testing {

// A path below the root of the repository: source_path("tests/recordings/…").
std::string source_path(const std::string& relative);
// A program of this build: program_path("clusteripctl").
std::string program_path(const std::string& name);

}  // namespace clusterip::testing
