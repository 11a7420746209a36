// Reads kubeconfig files, as kubectl does: several are merged, and for each name and for current-context the
// first file that sets it wins.
//
// What cannot be honoured (a proxy, an auth-provider) is refused by name, never ignored: a client that goes
// another way than its user believes is worse than none. Errors name the file and the field.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/mirror/cluster_access.hpp"

namespace clusterip::daemon {

struct KubeconfigFile {
  std::string path;  // relative paths inside are meant from its folder
  nlohmann::json content;
};

// `context` empty: what current-context says. The text is the error.
std::variant<ClusterAccess, std::string> read_kubeconfig(const std::vector<KubeconfigFile>& files,
                                                         const std::string& context);

// The same from files of those paths. A missing file is an error, unless `skip_missing` (as in the list of
// the environment variable KUBECONFIG).
std::variant<ClusterAccess, std::string> load_kubeconfig(const std::vector<std::string>& paths,
                                                         const std::string& context, bool skip_missing);

}  // namespace clusterip::daemon
