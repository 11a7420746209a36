// The Service that a request asked for: from a manifest, or from the audit event of a create.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "engine/cluster/objects.hpp"

namespace clusterip::ctl {

// Reads a path or "-": JSON or YAML, one Service or one event of audit.k8s.io. A text says what it is
// instead, or what cannot be read.
std::variant<cluster::Service, std::string> read_asked_service(const std::string& path,
                                                               std::uint64_t most_bytes);

}  // namespace clusterip::ctl
