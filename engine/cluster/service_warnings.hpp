// What the apiserver warns about in a Service that it accepts: the texts of its Warning headers.
//
// Mirrors GetWarningsForService of pkg/api/service/warnings.go as of 1.36; the texts about addresses by
// version.
#pragma once

#include <string>
#include <vector>

#include "engine/cluster/objects.hpp"
#include "engine/cluster/version_profile.hpp"

namespace clusterip::cluster {

std::vector<std::string> service_warnings(const Service& service, const VersionProfile& version);

}  // namespace clusterip::cluster
