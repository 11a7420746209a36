#include "daemon/mirror/cluster_access.hpp"

#include <charconv>

namespace clusterip::daemon {

std::string ClusterAccess::url() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return std::string(tls ? "https://" : "http://") + (is_v6 ? "[" + host + "]" : host) + ":" +
         std::to_string(port) + base_path;
}

std::string set_server(ClusterAccess& access, const std::string& url) {
  std::string rest = url;
  const std::size_t scheme = rest.find("://");
  if (scheme == std::string::npos) {
    access.tls = true;
  } else {
    const std::string name = rest.substr(0, scheme);
    if (name != "http" && name != "https") return "\"" + url + "\": the scheme is neither http nor https";
    access.tls = name == "https";
    rest.erase(0, scheme + 3);
  }
  const std::size_t path = rest.find('/');
  access.base_path = path == std::string::npos ? "" : rest.substr(path);
  while (!access.base_path.empty() && access.base_path.back() == '/') access.base_path.pop_back();
  rest = rest.substr(0, path);
  if (rest.find_first_of("@?# \t") != std::string::npos) return "\"" + url + "\" is no server address";

  std::string port;
  if (!rest.empty() && rest.front() == '[') {
    const std::size_t close = rest.find(']');
    if (close == std::string::npos) return "\"" + url + "\": the bracket is not closed";
    access.host = rest.substr(1, close - 1);
    rest.erase(0, close + 1);
    if (!rest.empty() && rest.front() != ':') return "\"" + url + "\" is no server address";
    port = rest.empty() ? "" : rest.substr(1);
  } else {
    const std::size_t colon = rest.find(':');
    access.host = rest.substr(0, colon);
    port = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
  if (access.host.empty()) return "\"" + url + "\" names no host";
  access.port = access.tls ? 443 : 80;
  if (!port.empty()) {
    const auto [stop, fault] = std::from_chars(port.data(), port.data() + port.size(), access.port);
    if (fault != std::errc{} || stop != port.data() + port.size() || access.port < 1 || access.port > 65535) {
      return "\"" + url + "\": \"" + port + "\" is no port";
    }
  }
  return "";
}

}  // namespace clusterip::daemon
