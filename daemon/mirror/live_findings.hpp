// The findings of a state that changes, kept up to date by looking again only at what a change may concern:
// the addresses that it touched, and those with a finding.
//
// Pure: the state and the time are arguments. A change of a ServiceCIDR concerns every address. Addresses in
// terminating ranges are reported by range, not one by one: a range may hold a great many.
#pragma once

#include <map>
#include <unordered_set>
#include <vector>

#include "engine/cluster/instant.hpp"
#include "engine/net/address.hpp"
#include "engine/verify/state_rules.hpp"

namespace clusterip::daemon {

struct StateChanges {
  std::unordered_set<Address, AddressHash> addresses;
  bool everything = false;  // more than could be named: a ServiceCIDR, a whole list

  bool empty() const { return addresses.empty() && !everything; }
};

class LiveFindings {
 public:
  explicit LiveFindings(std::vector<Cidr> default_ranges);

  // All findings of the state, in the order of reports.
  std::vector<verify::Finding> refresh(const verify::State& state, const StateChanges& changes,
                                       cluster::Instant now);

 private:
  void look_at(const Address& address, const verify::StateRules& rules);

  std::vector<Cidr> default_ranges_;
  std::map<Address, std::vector<verify::Finding>> by_address_;
};

}  // namespace clusterip::daemon
