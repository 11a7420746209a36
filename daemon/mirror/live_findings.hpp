// The findings of a state that changes, kept up to date by looking again only at what a change may concern:
// the addresses that it touched, and those with a finding.
//
// Pure: the state and the time are arguments. Looking may be done in parts, between which the state may
// change: what changes then is added again. A change of a ServiceCIDR concerns every address. Addresses in
// terminating ranges are reported by range, not one by one: a range may hold a great many.
#pragma once

#include <map>
#include <unordered_set>
#include <vector>

#include "engine/cluster/instant.hpp"
#include "engine/net/address.hpp"
#include "engine/verify/state_rules.hpp"
#include "engine/verify/terminating.hpp"

namespace clusterip::daemon {

struct StateChanges {
  std::unordered_set<Address, AddressHash> addresses;
  bool everything = false;  // more than could be named: a ServiceCIDR, a whole list

  bool empty() const { return addresses.empty() && !everything; }
};

class LiveFindings {
 public:
  explicit LiveFindings(std::vector<Cidr> default_ranges);

  // What changed is due for a look, and so is what has a finding.
  void add(const verify::State& state, const StateChanges& changes);
  // Looks at no more than `most` addresses that are due. True: more are.
  bool look(const verify::State& state, cluster::Instant now, std::size_t most);
  // What was found, with what concerns objects and ranges as a whole; in the order of reports.
  std::vector<verify::Finding> all(const verify::State& state,
                                   const std::vector<verify::TerminatingRange>& terminating,
                                   cluster::Instant now) const;

 private:
  verify::StateOptions options(cluster::Instant now) const;
  void look_at(const Address& address, const verify::StateRules& rules);

  std::vector<Cidr> default_ranges_;
  std::vector<Address> due_;
  std::map<Address, std::vector<verify::Finding>> by_address_;
};

}  // namespace clusterip::daemon
