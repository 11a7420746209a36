#include "daemon/mirror/cluster_choice.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include "daemon/mirror/kubeconfig_json.hpp"

namespace clusterip::daemon {
namespace {

using Chosen = std::variant<ClusterAccess, std::string>;

std::vector<std::string> split_paths(const std::string& list) {
  std::vector<std::string> paths;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t colon = std::min(list.find(':', at), list.size());
    if (colon > at) paths.push_back(list.substr(at, colon - at));
    at = colon + 1;
  }
  return paths;
}

Chosen prefixed(Chosen chosen, const std::string& where) {
  if (auto* fault = std::get_if<std::string>(&chosen)) *fault = where + *fault;
  return chosen;
}

Chosen server_of(const ClusterChoice& choice) {
  if (!choice.context.empty()) return "--context: \"" + choice.context + "\" needs --kubeconfig";
  // Both are read again while they are used; a name that is wrong is better told at once.
  for (const auto& [flag, file] : {std::pair{"--token-file: \"", &choice.token_file},
                                   {"--certificate-authority: \"", &choice.certificate_authority}}) {
    if (!file->empty() && !std::ifstream(*file)) return flag + *file + "\" cannot be read";
  }
  ClusterAccess access;
  if (const std::string fault = set_server(access, choice.server); !fault.empty())
    return "--server: " + fault;
  access.context = "--server";
  access.token_file = choice.token_file;
  access.certificate_authority.file = choice.certificate_authority;
  access.skip_verification = choice.insecure_skip_tls_verify;
  return access;
}

}  // namespace

Chosen choose_cluster(const ClusterChoice& choice, const Environment& environment) {
  if (!choice.kubeconfig.empty() && !choice.server.empty()) {
    return "--kubeconfig=\"" + choice.kubeconfig + "\" and --server=\"" + choice.server +
           "\" exclude each other";
  }
  if (!choice.server.empty()) return server_of(choice);
  if (!choice.token_file.empty()) return "--token-file: \"" + choice.token_file + "\" needs --server";
  if (!choice.certificate_authority.empty()) {
    return "--certificate-authority: \"" + choice.certificate_authority + "\" needs --server";
  }
  if (choice.insecure_skip_tls_verify) return std::string("--insecure-skip-tls-verify needs --server");
  if (!choice.kubeconfig.empty()) {
    return prefixed(load_kubeconfig({choice.kubeconfig}, choice.context, false), "--kubeconfig: ");
  }
  const auto paths = split_paths(environment("KUBECONFIG"));
  if (!paths.empty()) return prefixed(load_kubeconfig(paths, choice.context, true), "KUBECONFIG: ");
  if (!choice.context.empty()) return "--context: \"" + choice.context + "\" needs --kubeconfig";
  return in_cluster_access(environment);
}

}  // namespace clusterip::daemon
