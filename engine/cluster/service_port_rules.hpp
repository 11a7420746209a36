// The rules for spec.ports of a Service.
// (validateServicePort and the checks for duplicates in pkg/apis/core/validation/validation.go)
#pragma once

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::cluster {

// Each port by itself, and its name among the others.
FieldErrors validate_ports(const Service& service);
// Node ports where the type has none, and pairs of protocol and port that come twice.
FieldErrors validate_port_pairs(const Service& service);

// The reason why a number is no port; none: it is one.
FieldErrors validate_port_number(const std::string& field, std::int64_t number);

}  // namespace clusterip::cluster
