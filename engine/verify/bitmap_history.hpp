// What the old bitmap of Kubernetes 1.33 can have held (specification 4.11).
//
// The bitmap is not in the record; only what it made the servers answer is. A bit can outlive its IPAddress:
// a creation that failed leaves it set, and the repair loop deletes IPAddresses without clearing it. A draw
// from the bitmap whose range was not ready leaves a bit that nothing names.
#pragma once

#include <unordered_map>
#include <vector>

#include "engine/verify/nesting.hpp"
#include "engine/verify/range_history.hpp"

namespace clusterip::verify {

class BitmapHistory {
 public:
  BitmapHistory(const Record& record, const AddressHistory& addresses, const Nesting& nesting,
                std::vector<Cidr> flags);

  // The flag's range of that family, which the bitmap covers.
  const Cidr* range(Family family) const;
  // The addresses that the bitmap can give out: of IPv6 ranges only the first 65,536.
  std::optional<Span> usable(Family family) const;
  // The bit of an address of the flag's range can have been set at some time in the window.
  bool can_be_set(const Address& address, const Window& window) const;
  // Every address of the span can have been taken at some time in the window.
  bool can_be_full(const Span& span, const Window& window) const;

 private:
  std::size_t nameless_draws(Instant until) const;
  bool may_outlive(const Address& address, const Window& window) const;

  const AddressHistory& addresses_;
  std::vector<Cidr> flags_;
  // The first time that something happened which leaves the bit behind.
  std::unordered_map<Address, Instant, AddressHash> left_behind_;
  std::vector<Instant> nameless_;  // in order
};

}  // namespace clusterip::verify
