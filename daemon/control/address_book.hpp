// Which addresses are taken, and which ranges give them out: the engine's allocators, kept in step with the
// store.
//
// The set holds an address exactly while an IPAddress object of that name is stored or about to be stored.
// The ranges follow the ServiceCIDRs: when the answer to a deletion goes out, that range gives out nothing
// more. Events come from the store's writer thread; everything else may be called from any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/store.hpp"
#include "engine/alloc/family_allocator.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::daemon {

class AddressBook {
 public:
  // One allocator for each family of --service-cluster-ip-range, the primary first.
  explicit AddressBook(const std::vector<Cidr>& flags);

  // Takes in what the store holds already, and from then on what is committed.
  void follow(Store& store);

  AddressSet& claimed() { return claimed_; }
  const std::vector<Family>& families() const { return families_; }
  // Null: the family is not configured.
  FamilyAllocator* allocator(Family family);
  const FamilyAllocator* allocator(Family family) const;

 private:
  void take_in(const Event& event);
  void take_range(const cluster::ServiceCidr* before, const cluster::ServiceCidr* after);

  AddressSet claimed_;
  std::vector<Family> families_;
  std::vector<std::unique_ptr<FamilyAllocator>> allocators_;
};

}  // namespace clusterip::daemon
