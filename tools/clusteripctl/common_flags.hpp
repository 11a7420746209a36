// Flags that several subcommands have, with one meaning.
#pragma once

#include <string>
#include <vector>

#include "engine/net/cidr.hpp"

namespace clusterip::ctl {

inline constexpr const char* kDefaultKubernetesVersion = "1.36";
// "1.33" to "1.37".
std::vector<std::string> kubernetes_versions();

// --service-cluster-ip-range as the apiserver of that version reads it, one or two CIDRs; none where the flag
// is not given. Throws an OptionError with upstream's words.
std::vector<Cidr> read_service_ranges(const std::string& text, const std::string& version);

// --color=auto means: where standard output is a terminal.
bool wants_colour(const std::string& choice);

}  // namespace clusterip::ctl
