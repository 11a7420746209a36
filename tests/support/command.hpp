// Runs a program of this build and keeps what it prints.
#pragma once

#include <string>

namespace clusterip::testing {

struct CommandResult {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

// `arguments` as a shell reads them; `input` goes to standard input. `sink`: where a shell sends standard
// output (">/dev/full"), in place of keeping it.
CommandResult run_command(const std::string& program, const std::string& arguments,
                          const std::string& input = "", const std::string& sink = "");

}  // namespace clusterip::testing
