// Is this state of a cluster sound? The rules that look at several objects, one group a file:
//
//   state_holders.cpp    who holds an address, and does its IPAddress say so: duplicate-address,
//                        missing-ipaddress, wrong-parent, wrong-labels, orphan-ipaddress
//   state_placement.cpp  where an address lies: outside-every-range, unusable-address, held-by-terminating
//   state_ranges.cpp     the ServiceCIDRs: default-differs, api-service-outside-default, unprotected-range,
//                        stuck-terminating
//   object_rules.hpp     what one object alone shows: malformed, family-mismatch
//
// One fault is one finding. An address has at most one of missing-ipaddress, wrong-parent and
// orphan-ipaddress: the first two where a Service holds it, the last where none does; and an IPAddress that
// names one of two holders is not wrong besides.
//
// A dump is not one instant: its lists were taken one after the other. What an object younger than `settling`
// could explain is `info`, with the reason. What one list alone shows is never explained away.
//
// Everything is a function of the state; the cost of one address is a few hash probes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/cluster/instant.hpp"
#include "engine/net/cidr.hpp"
#include "engine/verify/finding.hpp"
#include "engine/verify/state.hpp"

namespace clusterip::verify {

struct StateOptions {
  // The moment that ages are counted to; absent: the newest time stamp that the state has seen.
  std::optional<cluster::Instant> now;
  // Objects younger than this may explain what two lists show.
  cluster::Duration settling = cluster::Duration::seconds(60);
  // A ServiceCIDR that was asked to go less long ago is on its way and not stuck: for 10 s the controller
  // does not touch it (6.3), and then it may be busy.
  cluster::Duration going = cluster::Duration::seconds(60);
  // What --service-cluster-ip-range says; empty: not known.
  std::vector<Cidr> default_ranges;
};

class StateRules {
 public:
  StateRules(const State& state, StateOptions options);

  // All rules, over everything; in the order of `sort_findings`.
  std::vector<Finding> check_all() const;

  // The rules about one address, for a state that changes.
  void check_holders(const Address& address, std::vector<Finding>& findings) const;
  void check_placement(const Address& address, std::vector<Finding>& findings) const;
  // The rules about ServiceCIDR objects.
  void check_ranges(std::vector<Finding>& findings) const;

 private:
  // "Service default/a is 12 s old" where it is young enough to explain a finding; else empty.
  std::string youth(const ObjectRef& object, const std::optional<cluster::Instant>& creation) const;
  // The same for the holders of an address, which explain something only where all of them are young.
  std::string youth_of_holders(const State::AddressEntry& entry) const;

  void check_claim(const Address& address, const State::AddressEntry& entry,
                   std::vector<Finding>& findings) const;
  void check_orphan(const Address& address, const ClaimEntry& claim, std::vector<Finding>& findings) const;
  void check_default(std::vector<Finding>& findings) const;
  void check_api_service(std::vector<Finding>& findings) const;
  void check_terminating(std::vector<Finding>& findings) const;

  const State& state_;
  StateOptions options_;
  std::optional<cluster::Instant> now_;
};

// Makes a finding `info` and adds the reason, unless there is none.
void explain(Finding& finding, const std::string& youth);

// "Service default/a".
std::string ref_text(const ObjectRef& object);

// Errors first, then by rule in the order of the interface's table, then by address and objects.
void sort_findings(std::vector<Finding>& findings);

}  // namespace clusterip::verify
