// Which cluster a command line means: a kubeconfig, a server's address, the files of $KUBECONFIG, or the
// Pod's own.
#pragma once

#include <string>
#include <variant>

#include "daemon/mirror/cluster_access.hpp"
#include "daemon/mirror/in_cluster.hpp"

namespace clusterip::daemon {

// The values of the flags of those names.
struct ClusterChoice {
  std::string kubeconfig;
  std::string context;
  std::string server;
  std::string token_file;
  std::string certificate_authority;
  bool insecure_skip_tls_verify = false;
};

// The text names the flag or the file, and what is wrong.
std::variant<ClusterAccess, std::string> choose_cluster(const ClusterChoice& choice,
                                                        const Environment& environment);

}  // namespace clusterip::daemon
