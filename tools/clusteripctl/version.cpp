#include <iostream>

#include "tools/clusteripctl/command.hpp"
#include "tools/clusteripctl/options.hpp"

namespace clusterip::ctl {
namespace {

#ifdef NDEBUG
constexpr std::string_view kBuild = "release";
#else
constexpr std::string_view kBuild = "debug";
#endif

}  // namespace

int run_version(const std::vector<std::string>& arguments) {
  Options options("clusteripctl version\n\nPrints the version, the engine's build and the modelled versions");
  const auto rest = options.read(arguments);
  if (!rest) return kExitOk;
  if (!rest->empty()) throw OptionError("unexpected argument \"" + rest->front() + "\"");
  std::cout << "clusterip " << CLUSTERIP_VERSION << "\nengine " << kBuild << ", " << __VERSION__
            << "\nmodels Kubernetes 1.33, 1.34, 1.35, 1.36, 1.37\n";
  return kExitOk;
}

}  // namespace clusterip::ctl
