// Reading the flags of a subcommand: the only file of clusteripctl that includes Boost.ProgramOptions is
// options.cpp.
//
// A flag is written --name=value or --name value. Abbreviations are refused, as kubectl does. Unknown flags,
// missing and malformed values become an OptionError whose text names the flag and the value; main prints it
// and exits 2.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace clusterip::ctl {

struct OptionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Options {
 public:
  // `usage` is the first line of --help: "clusteripctl verify [flags] FILE…".
  explicit Options(std::string usage);
  ~Options();

  // Each call declares one flag and where its value goes; the value there beforehand is the default and shown
  // in the help. A letter may stand behind the name for a short form: "output,o".
  Options& text(const char* name, std::string& value, const char* help);
  // What lies outside of the bounds is refused.
  Options& number(const char* name, std::uint64_t& value, const char* help, std::uint64_t least = 0,
                  std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
  Options& flag(const char* name, bool& value, const char* help);
  Options& list(const char* name, std::vector<std::string>& values, const char* help);
  // One of a closed list of words.
  Options& choice(const char* name, std::string& value, std::vector<std::string> allowed, const char* help);

  // Fills the values; what is not a flag comes back in order. Absent: --help was asked for and has been
  // printed.
  std::optional<std::vector<std::string>> read(const std::vector<std::string>& arguments);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clusterip::ctl
