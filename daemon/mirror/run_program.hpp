// Runs a program and takes what it prints, within a time and a size.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace clusterip::daemon {

struct ProgramLimits {
  std::chrono::milliseconds time{30'000};
  std::size_t output_bytes = std::size_t{1} << 20U;
};

// Standard output of a program that ended with 0; else the text why not, with the end of what it wrote to
// standard error. `environment` is added to that of this process. Standard input is empty.
struct ProgramOutput {
  std::string text;
};
std::variant<ProgramOutput, std::string> run_program(const std::string& command,
                                                     const std::vector<std::string>& arguments,
                                                     const std::map<std::string, std::string>& environment,
                                                     const ProgramLimits& limits = {});

}  // namespace clusterip::daemon
