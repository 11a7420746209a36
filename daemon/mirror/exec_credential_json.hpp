// The two JSON texts of a credential plugin: what it is told in KUBERNETES_EXEC_INFO, and what it answers.
// (k8s.io/client-go pkg/apis/clientauthentication)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/mirror/cluster_access.hpp"
#include "engine/cluster/instant.hpp"

namespace clusterip::daemon {

struct ExecCredential {
  std::string token;
  std::string certificate;  // PEM
  std::string key;          // PEM
  std::optional<cluster::Instant> expires;
};

std::string exec_info(const ClusterAccess& access);
// The text says what is wrong with the answer, without any secret of it.
std::variant<ExecCredential, std::string> read_exec_credential(std::string_view text,
                                                               const std::string& api_version);

}  // namespace clusterip::daemon
