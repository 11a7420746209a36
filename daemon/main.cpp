// clusteripd: finds the mode and runs it. Exit codes: 0 stopped as asked, 2 wrong flags, 3 store or address
// in use or unreadable.
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "daemon/mirror_mode.hpp"
#include "daemon/options.hpp"
#include "daemon/options_mirror.hpp"
#include "daemon/serve.hpp"

namespace {

constexpr int kExitOk = 0;
constexpr int kExitUsage = 2;
constexpr int kExitUnusable = 3;

constexpr const char* kUsage =
    "Usage: clusteripd MODE [flags]\n\n"
    "Modes:\n"
    "  serve    a Kubernetes API server for Services, ServiceCIDRs and IPAddresses\n"
    "  mirror   follows a real apiserver and reports what is wrong with its Services' addresses\n"
    "  version  the version\n\n"
    "clusteripd MODE --help explains a mode.\n";

int run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::cerr << kUsage;
    return kExitUsage;
  }
  const std::string& mode = arguments.front();
  if (mode == "--help" || mode == "-h" || mode == "help") {
    std::cout << kUsage;
    return kExitOk;
  }
  if (mode == "version" || mode == "--version") {
    std::cout << "clusteripd " << CLUSTERIP_VERSION << '\n';
    return kExitOk;
  }
  if (mode != "serve" && mode != "mirror") {
    std::cerr << "clusteripd: unknown mode \"" << mode << "\"\n" << kUsage;
    return kExitUsage;
  }
  const std::vector<std::string> flags(arguments.begin() + 1, arguments.end());
  try {
    if (mode == "mirror") {
      const auto options = clusterip::daemon::read_mirror_options(flags);
      return options ? clusterip::daemon::run_mirror(*options) : kExitOk;
    }
    const auto options = clusterip::daemon::read_serve_options(flags);
    return options ? clusterip::daemon::serve(*options) : kExitOk;
  } catch (const clusterip::daemon::OptionError& error) {
    std::cerr << "clusteripd " << mode << ": " << error.what() << '\n';
    return kExitUsage;
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "clusteripd: " << error.what() << '\n';
    return kExitUnusable;
  }
}
