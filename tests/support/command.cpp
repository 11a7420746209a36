#include "tests/support/command.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/paths.hpp"

namespace clusterip::testing {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

CommandResult run_command(const std::string& program, const std::string& arguments, const std::string& input,
                          const std::string& sink) {
  std::string pattern = (std::filesystem::temp_directory_path() / "clusterip-command-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  std::ofstream(folder / "in", std::ios::binary) << input;
  const std::string out = sink.empty() ? ">'" + (folder / "out").string() + "'" : sink;
  const std::string line = "'" + program_path(program) + "' " + arguments + " <'" + (folder / "in").string() +
                           "' " + out + " 2>'" + (folder / "err").string() + "'";
  const int status = std::system(line.c_str());
  CommandResult result{WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(folder / "out"),
                       contents(folder / "err")};
  std::filesystem::remove_all(folder);
  return result;
}

}  // namespace clusterip::testing
