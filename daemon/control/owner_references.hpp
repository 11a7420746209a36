// Owner references that a request gives twice.
#pragma once

#include "daemon/control/strategy.hpp"

namespace clusterip::daemon {

// Leaves each once and warns of the others, before anything is validated. (apiserver
// pkg/endpoints/handlers/rest.go; patches, applied ones too, are looked at behind mutating admission alone.)
void drop_repeated_owners(std::vector<cluster::OwnerReference>& owners, bool by_patch,
                          const RequestContext& context);
void drop_repeated_owners(Json& object, bool by_patch, const RequestContext& context);

}  // namespace clusterip::daemon
