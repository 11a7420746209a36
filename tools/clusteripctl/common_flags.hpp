// Flags that several subcommands have, with one meaning.
#pragma once

#include <string>
#include <vector>

#include "engine/cluster/version_profile.hpp"
#include "engine/net/cidr.hpp"

namespace clusterip::ctl {

inline constexpr const char* kDefaultKubernetesVersion = "1.36";
// --kubernetes-version: one that is modelled, with a patch or without. Throws an OptionError.
cluster::VersionProfile read_kubernetes_version(const std::string& text);

// --service-cluster-ip-range as the apiserver of that version reads it, one or two CIDRs; none where the flag
// is not given. Throws an OptionError with upstream's words.
std::vector<Cidr> read_service_ranges(const std::string& text, const cluster::VersionProfile& version);

// --color=auto means: where standard output is a terminal.
bool wants_colour(const std::string& choice);

}  // namespace clusterip::ctl
