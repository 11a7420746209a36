// What the apiserver refuses of a ServiceCIDR or an IPAddress, as the causes of its 422 answer: in its order,
// and repeated where it repeats them.
//
// Mirrors Kubernetes 1.36: the strategies in pkg/registry/networking, pkg/apis/networking/validation, and the
// checks around them in apiserver pkg/registry/rest. An object comes in as the client sent it; what the
// server puts right first (generated names, fields that a client cannot set) is done here on a copy. uid and
// resourceVersion are not looked at.
#pragma once

#include <string_view>

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::cluster {

// Stands for the random end of a generated name where none was drawn.
inline constexpr std::string_view kUnknownNameEnd = "xxxxx";

// The name that the server gives the object: its own, or one made of generateName.
std::string name_on_create(const ServiceCidr& object, std::string_view random_end);
// IPAddresses take generateName as it is.
std::string name_on_create(const IpAddress& object);

FieldErrors validate_create(ServiceCidr object);
FieldErrors validate_update(ServiceCidr object, const ServiceCidr& old);
// Through the status subresource: the conditions are not looked at.
FieldErrors validate_status_update(ServiceCidr object, const ServiceCidr& old);

FieldErrors validate_create(IpAddress object);
FieldErrors validate_update(IpAddress object, const IpAddress& old);

// The rules for spec.cidrs alone, as on a create.
FieldErrors validate_cidrs(const std::vector<std::string>& cidrs);

}  // namespace clusterip::cluster
