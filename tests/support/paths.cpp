#include "tests/support/paths.hpp"

namespace clusterip::testing {

std::string source_path(const std::string& relative) {
  return std::string(CLUSTERIP_SOURCE_DIR "/") + relative;
}
std::string program_path(const std::string& name) {
  return std::string(CLUSTERIP_BINARY_DIR "/bin/") + name;
}

}  // namespace clusterip::testing
