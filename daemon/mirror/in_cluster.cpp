#include "daemon/mirror/in_cluster.hpp"

#include <cstdlib>
#include <filesystem>

namespace clusterip::daemon {

Environment process_environment() {
  return [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
}

std::variant<ClusterAccess, std::string> in_cluster_access(const Environment& environment,
                                                           const std::string& folder) {
  const std::string host = environment("KUBERNETES_SERVICE_HOST");
  const std::string port = environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return "not in a Pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; give --kubeconfig "
           "or "
           "--server";
  }
  ClusterAccess access;
  access.context = "in-cluster";
  const bool is_v6 = host.find(':') != std::string::npos;
  const std::string fault = set_server(access, "https://" + (is_v6 ? "[" + host + "]" : host) + ":" + port);
  if (!fault.empty()) return "KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT: " + fault;
  access.token_file = folder + "/token";
  access.certificate_authority.file = folder + "/ca.crt";
  for (const std::string& file : {access.token_file, access.certificate_authority.file}) {
    if (!std::filesystem::exists(file)) return file + " is missing: the Pod mounts no service account token";
  }
  return access;
}

}  // namespace clusterip::daemon
