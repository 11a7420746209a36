// The configuration of a client that runs in a Pod: the host and port that the kubelet sets in the
// environment, and the token and CA of the mounted service account.
//
// Token and CA are named as files, since both rotate. Throws nothing; what is missing is named.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "daemon/mirror/cluster_access.hpp"

namespace clusterip::daemon {

inline constexpr const char* kServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

// "" for a variable that is not set.
using Environment = std::function<std::string(const char* name)>;
Environment process_environment();

std::variant<ClusterAccess, std::string> in_cluster_access(const Environment& environment,
                                                           const std::string& folder = kServiceAccountFolder);

}  // namespace clusterip::daemon
