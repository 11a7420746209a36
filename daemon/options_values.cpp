#include "daemon/options_values.hpp"

#include <charconv>
#include <fstream>
#include <iostream>
#include <utility>

#include "engine/net/text.hpp"

namespace clusterip::daemon {
namespace {

namespace po = boost::program_options;

bool is_loopback(const Address& address) {
  return address.family() == Family::kIPv4 ? (address.bits() >> 24) == Uint128{127}
                                           : address.bits() == Uint128{1};
}

}  // namespace

void refuse(const std::string& flag, const std::string& value, const std::string& why) {
  throw OptionError("--" + flag + ": \"" + value + "\" " + why);
}

std::uint64_t number(const char* flag, const std::string& value, std::uint64_t least, std::uint64_t most) {
  std::uint64_t read = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), read);
  if (error != std::errc() || end != value.data() + value.size() || read < least || read > most) {
    refuse(flag, value, "is not a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return read;
}

// "10s", "1500ms", "3m", "1h".
std::chrono::milliseconds duration(const char* flag, const std::string& value) {
  constexpr std::int64_t kLongest = 366LL * 24 * 3600 * 1000;
  std::int64_t count = -1;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(value.data() + value.size() - end));
  const std::int64_t factor = unit == "ms"  ? 1
                              : unit == "s" ? 1000
                              : unit == "m" ? 60'000
                              : unit == "h" ? 3'600'000
                                            : 0;
  if (error != std::errc() || count < 0 || factor == 0 || count > kLongest / factor) {
    refuse(flag, value, R"(is not a duration such as "10s", "500ms", "3m" or "1h")");
  }
  return std::chrono::milliseconds(count * factor);
}

void check_exposure(const ServerOptions& server, const std::string& token_file) {
  const auto address = read_address_sloppy(server.bind_address);
  if (!address) refuse("bind-address", server.bind_address, "is not an IP address");
  if (server.tls_certificate_file.empty() != server.tls_private_key_file.empty()) {
    throw OptionError("--tls-cert-file and --tls-private-key-file belong together: \"" +
                      server.tls_certificate_file + "\" and \"" + server.tls_private_key_file + "\"");
  }
  for (const auto& [flag, file] : {std::pair{"tls-cert-file", &server.tls_certificate_file},
                                   {"tls-private-key-file", &server.tls_private_key_file}}) {
    if (!file->empty() && !std::ifstream(*file)) refuse(flag, *file, "cannot be read");
  }
  const bool guarded = !server.tls_certificate_file.empty() && !token_file.empty();
  if (!is_loopback(*address) && !guarded) {
    refuse(
        "bind-address", server.bind_address,
        "can be reached by others: it needs --tls-cert-file, --tls-private-key-file and --token-auth-file");
  }
}

boost::program_options::typed_value<std::string>* text_flag(std::string& value) {
  auto* semantic = po::value<std::string>(&value);
  return value.empty() ? semantic : semantic->default_value(value);
}

bool read_flags(const po::options_description& flags, const std::vector<std::string>& arguments,
                const char* usage) {
  using Style = po::command_line_style::style_t;
  // No abbreviations: a flag that is added later must not change what a script says.
  const int style = Style::allow_long | Style::allow_short | Style::allow_dash_for_short |
                    Style::long_allow_adjacent | Style::long_allow_next | Style::short_allow_adjacent |
                    Style::short_allow_next;
  try {
    po::variables_map values;
    const po::parsed_options parsed = po::command_line_parser(arguments).options(flags).style(style).run();
    for (const auto& option : parsed.options) {
      if (option.position_key >= 0) throw OptionError("unexpected argument \"" + option.value.front() + "\"");
    }
    po::store(parsed, values);
    if (values.count("help") > 0) {
      std::cout << usage << flags;
      return false;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw OptionError(error.what());
  }
  return true;
}

}  // namespace clusterip::daemon
