// Which ServiceCIDRs overlap, contain or have a prefix or an address.
//
// The relations of pkg/api/servicecidr, which walks over all objects for each question. Here a question about
// an address looks once at each prefix length in use, so it does not depend on the number of objects. All
// objects count, ready or not, terminating or not. CIDR texts that upstream's strict parser refuses are
// skipped. Names come in text order, each once. One writer; any number of readers while nobody writes.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cluster/objects.hpp"
#include "engine/net/cidr.hpp"

namespace clusterip::cluster {

class ServiceCidrIndex {
 public:
  using Names = std::set<std::string, std::less<>>;

  // Adds the object, or replaces the one of that name.
  void put(const ServiceCidr& object);
  void erase(std::string_view name);

  // With a CIDR that shares an address with the prefix.
  Names overlapping(const Cidr& prefix) const;
  // With a CIDR that covers the whole prefix.
  Names containing(const Cidr& prefix) const;
  // With a CIDR that has the address as a host (neither its network nor its IPv4 broadcast address).
  Names containing(const Address& address) const;
  // containing(address) without the names.
  bool has(const Address& address) const;

 private:
  using LengthCounts = std::array<std::size_t, 129>;

  template <typename Visit>
  void visit_covering(const Cidr& prefix, Visit visit) const;

  std::map<Cidr, Names> by_cidr_;
  std::map<std::string, std::vector<Cidr>, std::less<>> by_name_;
  // How many entries of by_cidr_ have each prefix length, by family.
  std::array<LengthCounts, 2> lengths_{};
};

// The CIDRs of an object as upstream's strict parser reads them, without those that it refuses.
std::vector<Cidr> readable_cidrs(const ServiceCidr& object);

}  // namespace clusterip::cluster
