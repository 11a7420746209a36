#include <iostream>

#include "tools/clusteripctl/command.hpp"

namespace clusterip::ctl {
namespace {

#ifdef NDEBUG
constexpr std::string_view kBuild = "release";
#else
constexpr std::string_view kBuild = "debug";
#endif

}  // namespace

int run_version(const std::vector<std::string>& arguments) {
  if (!arguments.empty()) {
    std::cerr << "clusteripctl version: unexpected argument \"" << arguments.front() << "\"\n";
    return kExitUsage;
  }
  std::cout << "clusterip " << CLUSTERIP_VERSION << "\nengine " << kBuild << ", " << __VERSION__
            << "\nmodels Kubernetes 1.33, 1.34, 1.35, 1.36, 1.37\n";
  return kExitOk;
}

}  // namespace clusterip::ctl
