// clusteripctl: finds the subcommand and runs it. Each subcommand has a file of its own.
#include <algorithm>
#include <array>
#include <exception>
#include <iostream>

#include "tools/clusteripctl/command.hpp"
#include "tools/clusteripctl/options.hpp"

namespace clusterip::ctl {
namespace {

constexpr std::array kCommands{
    Command{"oracle", "what would Kubernetes answer; newline-delimited JSON in and out", run_oracle},
    Command{"simulate", "runs a scenario on the rules of the engine, in virtual time", run_simulate},
    Command{"explain", "who holds an address, or why a request would be refused", run_explain},
    Command{"verify", "is this state of a cluster sound; reads dumps of kubectl", run_verify},
    Command{"replay", "could upstream have answered so; reads audit logs of apiservers", run_replay},
    Command{"load", "a seeded load on an apiserver, verified while it runs", run_load_command},
    Command{"version", "version, engine build, modelled Kubernetes versions", run_version},
};

void print_usage(std::ostream& out) {
  out << "Usage: clusteripctl COMMAND [flags]\n\nCommands:\n";
  for (const Command& command : kCommands) {
    out << "  " << command.name << std::string(12 - command.name.size(), ' ') << command.summary << '\n';
  }
  out << "\nclusteripctl COMMAND --help explains a command.\n";
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    print_usage(std::cerr);
    return kExitUsage;
  }
  if (arguments.front() == "--help" || arguments.front() == "-h" || arguments.front() == "help") {
    print_usage(std::cout);
    return kExitOk;
  }
  const std::string name = arguments.front() == "--version" ? "version" : arguments.front();
  const auto command = std::find_if(kCommands.begin(), kCommands.end(),
                                    [&](const Command& candidate) { return candidate.name == name; });
  if (command == kCommands.end()) {
    std::cerr << "clusteripctl: unknown command \"" << arguments.front() << "\"\n";
    print_usage(std::cerr);
    return kExitUsage;
  }
  try {
    return command->run({arguments.begin() + 1, arguments.end()});
  } catch (const OptionError& error) {
    std::cerr << "clusteripctl " << command->name << ": " << error.what() << '\n';
    return kExitUsage;
  }
}

}  // namespace
}  // namespace clusterip::ctl

int main(int argc, char** argv) {
  try {
    const int code = clusterip::ctl::run({argv + 1, argv + argc});
    if (std::cout.flush()) return code;
    std::cerr << "clusteripctl: the output could not be written\n";
    return clusterip::ctl::kExitUnreadable;
  } catch (const std::exception& error) {
    std::cerr << "clusteripctl: " << error.what() << '\n';
    return clusterip::ctl::kExitUnreadable;
  }
}
