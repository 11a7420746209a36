// The ServiceCIDR objects of a state, by the CIDRs that they list.
//
// Several objects may list one CIDR, and CIDRs may overlap. A look-up of an address costs one hash probe for
// each prefix length in use, whatever the number of objects. References to objects stay valid until that
// object is put again or erased.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/cluster/objects.hpp"
#include "engine/net/cidr.hpp"

namespace clusterip::verify {

struct RangeObject {
  cluster::ServiceCidr object;
  std::vector<Cidr> cidrs;  // those of its CIDRs that can be read

  const std::string& name() const { return object.meta.name; }
  bool is_terminating() const { return object.meta.deletion.has_value(); }
  // Whether one of its CIDRs has the address, network and (IPv4) broadcast address aside.
  bool has_host(const Address& address) const;
};

class RangesOfState {
 public:
  using Objects = std::map<std::string, RangeObject, std::less<>>;

  // Takes the object in, in place of one of that name.
  void put(const cluster::ServiceCidr& object);
  void erase(std::string_view name);

  const Objects& objects() const { return objects_; }
  const RangeObject* find(std::string_view name) const;
  // Distinct CIDRs in ascending order, a CIDR before those inside it.
  std::vector<Cidr> cidrs() const;
  // The objects that list this very CIDR, by name.
  std::vector<const RangeObject*> listing(const Cidr& cidr) const;

  // The objects with a CIDR that contains the address, by name, each once: `inside` all of them, `hosts`
  // those through which a Service can have it.
  struct Around {
    std::vector<const RangeObject*> inside;
    std::vector<const RangeObject*> hosts;
  };
  Around around(const Address& address) const;

  // Whether every CIDR of the object lies inside a CIDR of some other object, so that it may go at any time
  // (6.4). True for an object without CIDRs.
  bool is_covered(const RangeObject& range) const;

 private:
  using Listing = std::vector<const RangeObject*>;
  void forget(const RangeObject& range);
  bool has_other_parent(const Cidr& cidr, const RangeObject& range) const;

  Objects objects_;
  std::unordered_map<Cidr, Listing, CidrHash> by_cidr_;
  // How many distinct CIDRs have each prefix length, by family.
  std::map<unsigned, std::size_t> lengths_[2];
};

}  // namespace clusterip::verify
