// What a request of a new Service would be answered in a state. (4.4, 4.5, 5.4; texts of 16.1)
#include <algorithm>

#include "engine/cluster/go_text.hpp"
#include "engine/net/bands.hpp"
#include "engine/verify/explain.hpp"

namespace clusterip::verify {
namespace {

// As the apiserver prints the list of requested addresses.
std::string list_value(const std::vector<std::string>& addresses, const cluster::VersionProfile& version) {
  return version.prints_go_syntax ? cluster::go_syntax(addresses) : cluster::json_list(addresses);
}

std::string refused(const Address& address, const std::string& why, const std::string& list) {
  return "spec.clusterIPs: Invalid value: " + list + ": failed to allocate IP " + address.to_string() + ": " +
         why;
}

bool has_allocator(const Cidr& cidr) {
  return bands_of(cidr).has_value();
}

// The CIDRs with an allocator that contain the address, by what they are to it.
struct Serving {
  std::vector<Cidr> ready;      // would give it
  std::vector<Cidr> waiting;    // have it as a host, but are not ready
  std::vector<Cidr> dying;      // likewise, and are terminating
  std::vector<Cidr> excluding;  // contain it as network or broadcast address
  std::vector<Cidr> unserved;   // no allocator serves such a CIDR
};

Serving serving(const State& state, const Address& address) {
  Serving result;
  for (const Cidr& cidr : state.ranges().cidrs()) {
    if (!cidr.contains(address)) continue;
    if (!has_allocator(cidr)) {
      result.unserved.push_back(cidr);
    } else if (!cidr.has_host(address)) {
      result.excluding.push_back(cidr);
    } else {
      const RangeState range = state_of(state.ranges().listing(cidr));
      (range == RangeState::kReady     ? result.ready
       : range == RangeState::kPending ? result.waiting
                                       : result.dying)
          .push_back(cidr);
    }
  }
  return result;
}

std::string cidrs_text(const std::vector<Cidr>& cidrs) {
  std::string text;
  for (const Cidr& cidr : cidrs) text += (text.empty() ? "" : ", ") + cidr.to_string();
  return text;
}

std::string remedy_without_range(const Serving& serving) {
  if (!serving.waiting.empty()) {
    return cidrs_text(serving.waiting) + " is not ready: kube-controller-manager makes it so";
  }
  if (!serving.dying.empty()) {
    return cidrs_text(serving.dying) +
           " is terminating, which is final: create another ServiceCIDR that has the address";
  }
  if (!serving.excluding.empty()) {
    return "it is the network or broadcast address of " + cidrs_text(serving.excluding) +
           ": create a larger ServiceCIDR in which it is neither";
  }
  if (!serving.unserved.empty()) {
    return "no allocator serves " + cidrs_text(serving.unserved) +
           ": create a ServiceCIDR of /64 or longer that has the address";
  }
  return "create a ServiceCIDR that has the address";
}

// Of several holders, the first by name.
const std::string& first_holder(const State::AddressEntry& entry) {
  return (*std::min_element(
              entry.holders.begin(), entry.holders.end(),
              [](const State::Holder* a, const State::Holder* b) { return a->first < b->first; }))
      ->first;
}

std::string remedy_for_holder(const State::AddressEntry& entry) {
  const ClaimEntry& claim = *entry.claim;
  if (!entry.holders.empty()) {
    // The release by the one that the IPAddress names takes the IPAddress away.
    return "delete Service " + (entry.claim_names_a_holder() ? claim.parent() : first_holder(entry)) +
           ", or take the address from it";
  }
  if (!claim.managed) return "delete its IPAddress, which was made by hand: nothing else will";
  return "no Service holds it: the repair loop of the apiservers deletes such an IPAddress when it is older "
         "than "
         "60 s";
}

bool contains(const std::vector<Family>& families, Family family) {
  return std::find(families.begin(), families.end(), family) != families.end();
}

}  // namespace

std::vector<Family> configured_families(const State& state, const ExplainOptions& options) {
  std::vector<Family> families;
  const auto add = [&](const std::vector<Cidr>& cidrs) {
    for (const Cidr& cidr : cidrs) {
      if (!contains(families, cidr.family())) families.push_back(cidr.family());
    }
  };
  add(options.state.default_ranges);
  const RangeObject* kubernetes = state.ranges().find(cluster::kDefaultServiceCidrName);
  if (families.empty() && kubernetes != nullptr) add(kubernetes->cidrs);
  if (families.empty()) add(state.ranges().cidrs());
  return families;
}

Outlook outlook_of(const State& state, const Address& address, const ExplainOptions& options,
                   const std::vector<std::string>& sent) {
  Outlook outlook;
  outlook.request = address.to_string();
  const std::string list = list_value(sent.empty() ? std::vector{outlook.request} : sent, options.version);
  if (!contains(configured_families(state, options), address.family())) {
    const std::string family(family_name(address.family()));
    outlook.reason =
        "spec.clusterIPs[0]: Invalid value: " + list + ": " + family + " is not configured on this cluster";
    outlook.remedy = "start the apiservers with a --service-cluster-ip-range of " + family;
    return outlook;
  }
  const Serving ranges = serving(state, address);
  if (ranges.ready.empty()) {
    outlook.reason = refused(address, "the provided network does not match the current range", list);
    outlook.remedy = remedy_without_range(ranges);
    return outlook;
  }
  const State::AddressEntry* entry = state.find_address(address);
  if (entry != nullptr && entry->claim) {
    outlook.reason = refused(address, "provided IP is already allocated", list);
    outlook.remedy = remedy_for_holder(*entry);
    return outlook;
  }
  outlook.granted = true;
  outlook.reason = "through " + cidrs_text(ranges.ready);
  if (entry != nullptr) {
    outlook.reason += ", though Service " + first_holder(*entry) + " holds it, for its IPAddress is missing";
  }
  return outlook;
}

Outlook outlook_of_any(const std::vector<RangeUsage>& usages, Family family, const std::string& service,
                       const ExplainOptions& options) {
  Outlook outlook;
  outlook.request = "any " + std::string(family_name(family)) + " address";
  std::vector<Cidr> open;
  bool any_ready = false;
  for (const RangeUsage& usage : usages) {
    if (usage.cidr.family() != family || usage.state != RangeState::kReady) continue;
    any_ready = true;
    if (usage.all.free > 0) open.push_back(usage.cidr);
  }
  outlook.granted = !open.empty();
  if (outlook.granted) {
    outlook.reason = "through " + cidrs_text(open);
    return outlook;
  }
  outlook.reason = options.version.names_service_when_full
                       ? "Internal error occurred: failed to allocate a serviceIP for Service " +
                             cluster::go_quote(service) + ": range is full"
                       : "Internal error occurred: failed to allocate a serviceIP: range is full";
  outlook.remedy = any_ready ? "delete Services, or create another ServiceCIDR of that family"
                             : "no ServiceCIDR of that family is ready: create one";
  return outlook;
}

}  // namespace clusterip::verify
