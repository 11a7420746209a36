// Where the addresses of Services lie. (ContainsAddress, 6.2; who blocks a deletion, 6.4)
#include <algorithm>

#include "engine/verify/state_rules.hpp"

namespace clusterip::verify {
namespace {

using Ranges = std::vector<const RangeObject*>;

std::vector<ObjectRef> holder_refs(const State::AddressEntry& entry) {
  std::vector<ObjectRef> refs;
  for (const State::Holder* holder : entry.holders) refs.push_back(service_ref(holder->first));
  std::sort(refs.begin(), refs.end());
  return refs;
}

// "extra1 (10.0.0.0/24), extra2 (10.0.0.0/16)": each object with those of its CIDRs that contain the address.
std::string ranges_text(const Ranges& ranges, const Address& address) {
  std::string text;
  for (const RangeObject* range : ranges) {
    if (!text.empty()) text += ", ";
    text += range->name();
    for (const Cidr& cidr : range->cidrs) {
      if (cidr.contains(address)) text += " (" + cidr.to_string() + ")";
    }
  }
  return text;
}

std::string of_service(const std::vector<ObjectRef>& holders) {
  return " of " + ref_text(holders.front());
}

// Of an address that one range alone has.
std::string blocking_words(const State::AddressEntry& entry) {
  if (entry.keeps_its_range()) return "; it blocks its deletion";
  return std::string("; it does not block its deletion, for its IPAddress ") +
         (entry.claim ? "has not the labels that the controller looks for" : "is missing");
}

}  // namespace

void StateRules::check_placement(const Address& address, std::vector<Finding>& findings) const {
  const State::AddressEntry* entry = state_.find_address(address);
  if (entry == nullptr || entry->holders.empty()) return;
  const RangesOfState::Around around = state_.ranges().around(address);
  const bool held = std::all_of(around.hosts.begin(), around.hosts.end(),
                                [](const RangeObject* range) { return range->is_terminating(); });
  if (!held) return;

  Finding finding{"", Severity::kError, address.to_string(), holder_refs(*entry), ""};
  const std::string what = finding.address + of_service(finding.objects);
  for (const RangeObject* range : around.inside) finding.objects.push_back(range_ref(range->name()));
  if (around.inside.empty()) {
    finding.rule = "outside-every-range";
    finding.message = what + " lies in no ServiceCIDR";
    explain(finding, youth_of_holders(*entry));
  } else if (around.hosts.empty()) {
    finding.rule = "unusable-address";
    finding.message = what + " is the network or broadcast address of every ServiceCIDR that contains it: " +
                      ranges_text(around.inside, address);
    explain(finding, youth_of_holders(*entry));
  } else {
    finding.rule = "held-by-terminating";
    finding.severity = Severity::kInfo;
    finding.message = what + " lies in terminating ServiceCIDRs only: " + ranges_text(around.hosts, address);
    const bool alone = around.hosts.size() == 1 && !state_.ranges().is_covered(*around.hosts.front());
    finding.message += alone ? blocking_words(*entry)
                             : "; it blocks none of them, for the controller takes each to be covered by "
                               "another";
  }
  findings.push_back(std::move(finding));
}

}  // namespace clusterip::verify
