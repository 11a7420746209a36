// The subcommands of clusteripctl: a name, a line of help, and a function from arguments to an exit code.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clusterip::ctl {

// Exit codes that scripts hold on to.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFindings = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreadable = 3;

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const std::vector<std::string>& arguments);
};

int run_oracle(const std::vector<std::string>& arguments);
int run_simulate(const std::vector<std::string>& arguments);
int run_explain(const std::vector<std::string>& arguments);
int run_verify(const std::vector<std::string>& arguments);
int run_replay(const std::vector<std::string>& arguments);
int run_load_command(const std::vector<std::string>& arguments);
int run_version(const std::vector<std::string>& arguments);

}  // namespace clusterip::ctl
