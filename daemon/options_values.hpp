// What the readers of both modes' flags share: values with a meaning, and reading without abbreviations.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

#include "daemon/options.hpp"

namespace clusterip::daemon {

// Each refuses by OptionError, with the flag and the value.
[[noreturn]] void refuse(const std::string& flag, const std::string& value, const std::string& why);
std::uint64_t number(const char* flag, const std::string& value, std::uint64_t least, std::uint64_t most);
// "10s", "1500ms", "3m", "1h".
std::chrono::milliseconds duration(const char* flag, const std::string& value);
// Other than loopback needs TLS and tokens.
void check_exposure(const ServerOptions& server, const std::string& token_file);

// A flag with a text, whose present value is the default.
boost::program_options::typed_value<std::string>* text_flag(std::string& value);

// Reads the arguments into what `flags` point to. False: --help was asked for and has been printed.
bool read_flags(const boost::program_options::options_description& flags,
                const std::vector<std::string>& arguments, const char* usage);

}  // namespace clusterip::daemon
