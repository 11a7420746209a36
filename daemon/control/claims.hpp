// Addresses that a request has taken and not yet paid for.
//
// An address is claimed in the set first, and its IPAddress object is stored afterwards, so whoever holds the
// claim is the only one who may create the object. A request that fails gives its claims back; one that is
// stored keeps them, and from then on the object's deletion frees the address.
#pragma once

#include <utility>
#include <vector>

#include "engine/set/address_set.hpp"

namespace clusterip::daemon {

class Claims {
 public:
  Claims() = default;
  explicit Claims(AddressSet& set) : set_(&set) {}
  ~Claims() { give_back(); }
  Claims(Claims&& other) noexcept : set_(other.set_), addresses_(std::exchange(other.addresses_, {})) {}
  Claims& operator=(Claims&& other) noexcept {
    if (this != &other) {
      give_back();
      set_ = other.set_;
      addresses_ = std::exchange(other.addresses_, {});
    }
    return *this;
  }
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;

  // An address that is claimed already.
  void add(const Address& address) { addresses_.push_back(address); }
  // The objects are stored: the addresses are theirs.
  void keep() { addresses_.clear(); }
  void give_back() {
    for (const Address& address : addresses_) (void)set_->release(address);
    addresses_.clear();
  }
  const std::vector<Address>& addresses() const { return addresses_; }

 private:
  AddressSet* set_ = nullptr;
  std::vector<Address> addresses_;
};

}  // namespace clusterip::daemon
