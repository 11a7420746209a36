// What the server fills in, copies and drops before it looks closer at a Service.
//
// The steps of an apiserver, each as a function: defaults of the API version (pkg/apis/core/v1/defaults.go),
// defaults on reading old objects, the pair clusterIP and clusterIPs, values that a client left out of an
// update (registry/core/service/storage/storage.go), and fields that a change of type makes meaningless
// (registry/core/service/strategy.go).
#pragma once

#include "engine/cluster/objects.hpp"
#include "engine/net/address.hpp"

namespace clusterip::cluster {

// Defaults of the API version: type, protocol, target port, session affinity, traffic policies, node ports of
// load balancers.
void set_defaults(Service& service);

// Families and policy of a Service that was stored before there were any; `primary` is the family of the
// first range of --service-cluster-ip-range.
void set_defaults_on_read(Service& service, Family primary);

// clusterIPs from clusterIP on a create.
void normalize_cluster_ips(Service& service);
// The same on an update, where a client may have sent but one of the two fields.
void normalize_cluster_ips(Service& service, const Service& old);

// Values that the server gave out and the client did not send again.
void keep_allocated_values(Service& service, const Service& old);

// Fields that the new type has no use for, where the client did not change them.
void drop_fields_of_old_type(Service& service, const Service& old);

}  // namespace clusterip::cluster
