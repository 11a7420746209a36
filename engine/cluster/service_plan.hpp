// Which addresses a write of a Service takes and gives back.
//
// Mirrors allocClusterIPs, updateClusterIPs and releaseClusterIPs of registry/core/service/storage/alloc.go
// as a plan: no address is taken here. The families have been resolved before.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/objects.hpp"
#include "engine/cluster/service_families.hpp"
#include "engine/cluster/version_profile.hpp"
#include "engine/net/address.hpp"
#include "engine/net/cidr.hpp"

namespace clusterip::cluster {

// One address that is to be taken.
struct AddressRequest {
  Family family = Family::kIPv4;
  std::size_t position = 0;  // in clusterIPs
  std::string text;          // as the client sent it; empty: any address
  friend bool operator==(const AddressRequest&, const AddressRequest&) = default;
};

struct AddressPlan {
  std::vector<AddressRequest> requests;
  // Given back once the write has succeeded, as the stored Service spells them.
  std::vector<std::string> releases;
};

// What begin comes to: a plan, or why the request is refused (422).
using AddressPlanOrErrors = std::variant<AddressPlan, FieldErrors>;

// `service` is the object as it was decoded, with its name generated.
AddressPlanOrErrors begin_create(Service& service, const ClusterFamilies& families,
                                 const VersionProfile& version);
FieldErrors finish_create(Service& service, const VersionProfile& version);
// `old` has been through set_defaults_on_read.
AddressPlanOrErrors begin_update(Service& service, const Service& old, const ClusterFamilies& families,
                                 const VersionProfile& version);
FieldErrors finish_update(Service& service, const Service& old, const VersionProfile& version);

// The plans alone, of Services whose families are resolved. They put an empty text into clusterIPs for each
// address that is still to be found: upstream's refusals print the list so.
AddressPlan plan_create(Service& service);
AddressPlan plan_update(Service& service, const Service& old, const ClusterFamilies& families);
AddressPlan plan_delete(const Service& service);

// Writes the address that was taken into its place; the first one is clusterIP too. A requested address
// stays as the client spelt it.
void place(Service& service, const AddressRequest& request, const Address& address);

// Why a request cannot be met: a 422 with causes, a 500 InternalError with its message (without the words
// "Internal error occurred: "), or a 500 without a reason, as upstream answers errors that it has no kind
// for.
struct ServiceRefusal {
  enum class Kind { kInvalid, kInternal, kUnknown };
  Kind kind = Kind::kInvalid;
  FieldErrors errors;
  std::string message;
  bool held = false;  // others hold what was asked for
  // The ranges that had not what was asked for, where it is they that refused.
  std::vector<Cidr> refused_by = {};
  bool address_asked = false;  // a certain address, not any
};

ServiceRefusal refuse_invalid(FieldErrors errors);
// `error`: the allocator's text; `is_full`: it is "range is full".
ServiceRefusal refuse_address(const Service& service, const AddressRequest& request, const std::string& error,
                              bool is_full, const VersionProfile& version);

}  // namespace clusterip::cluster
