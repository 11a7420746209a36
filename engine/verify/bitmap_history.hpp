// What the old bitmap of Kubernetes 1.33 can have held (specification 4.11).
//
// The bitmap is not in the record; only what it made the servers answer is. A bit can outlive its IPAddress:
// a creation that failed leaves it set, and the repair loop deletes IPAddresses without clearing it. A draw
// from the bitmap whose range was not ready leaves a bit that nothing names. What was left before a record
// that begins in the midst of a cluster's life is not known: then every bit can be set.
#pragma once

#include <vector>

#include "engine/verify/nesting.hpp"
#include "engine/verify/range_history.hpp"

namespace clusterip::verify {

class BitmapHistory {
 public:
  // `whole`: the record has the cluster's beginning.
  BitmapHistory(const Record& record, const AddressHistory& addresses, const ServiceHistory& services,
                const Nesting& nesting, std::vector<Cidr> flags, bool whole);

  // What was left before the record began is known.
  bool is_known() const { return is_known_; }
  // All that is left by the end of the record.
  const LeftBits& left_bits() const { return left_; }

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
  LeftBits left_;
  bool is_known_;
};

}  // namespace clusterip::verify
