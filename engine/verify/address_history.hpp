// When IPAddress objects existed, as far as a record tells.
//
// Each object is a life: it was created somewhere in one window and deleted somewhere in another. Between
// the end of the first and the begin of the second it surely existed; outside of both it surely did not. A
// life whose creation is not in the record began before it (kBeginning); one whose deletion is not in it may
// last for ever (kEnd).
//
// Whether an address that no life covers was free depends on how much of the beginning is known: everything
// (the record begins with the cluster), everything from the first line on (a dump was given), or only the
// addresses that the record itself saw being created.
//
// Cost: building n log n; questions about one address are linear in its lives, about a band in the
// addresses up to the first free one.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/net/bands.hpp"
#include "engine/verify/record.hpp"

namespace clusterip::verify {

// With the facts that the record showed of it last.
struct AddressLife : AddressFacts {
  Window created{kBeginning, kBeginning};
  Window deleted{kEnd, kEnd};
  std::uint32_t created_by = kNoRequest;  // indices of requests
  std::uint32_t deleted_by = kNoRequest;
  bool doubtful = false;  // a request that failed in an unclear way may have made it

  void take(const AddressFacts& facts) { static_cast<AddressFacts&>(*this) = facts; }
  bool possibly_in(const Window& window) const {
    return created.from <= window.to && window.from <= deleted.to;
  }
  bool surely_through(const Window& window) const {
    return !doubtful && created.to <= window.from && window.to <= deleted.from;
  }
};

class AddressHistory {
 public:
  // `known_since`: kBeginning, the begin of the record, or kEnd when the beginning is not known.
  AddressHistory(const Record& record, Instant known_since, Instant record_begin);

  const std::vector<AddressLife>& lives(const Address& address) const;
  bool possibly_held(const Address& address, const Window& window) const;
  // No object of that name existed at any time in the window; false also where the record cannot tell.
  bool surely_free(const Address& address, const Window& window) const;
  // An address of the span that was surely free through the window.
  std::optional<Address> surely_free_in(const Span& span, const Window& window) const;
  // The life that surely lasted through the window.
  const AddressLife* surely_held(const Address& address, const Window& window) const;
  // The life that a creation began or a deletion ended.
  const AddressLife* of_request(const Address& address, std::uint32_t request) const;

  // Addresses with at least one life each.
  const std::map<Address, std::vector<AddressLife>>& all() const { return lives_; }
  // Objects whose creation or deletion must have happened during the record but is not in it.
  std::size_t missing_writes() const { return missing_writes_; }

 private:
  void add_start(const StartState& start);
  void add_creations(const Record& record);
  void add_deletions(const Record& record);
  void add_other_sightings(const Record& record);
  void settle(std::vector<AddressLife>& lives);
  AddressLife* find(const Address& address, const AuditedRequest& request, const std::string& uid);
  bool known_through(const std::vector<AddressLife>* lives, const Window& window) const;

  Instant known_since_;
  Instant record_begin_;
  std::map<Address, std::vector<AddressLife>> lives_;
  std::size_t missing_writes_ = 0;
};

// The address that an IPAddress object's name says.
std::optional<Address> address_of(const AuditedRequest& request);

}  // namespace clusterip::verify
