#include "engine/verify/explain.hpp"

#include <algorithm>
#include <utility>

#include "engine/cluster/go_text.hpp"
#include "engine/cluster/metadata_rules.hpp"
#include "engine/cluster/network_validation.hpp"
#include "engine/net/bands.hpp"

namespace clusterip::verify {
namespace {

Place place_in(const Cidr& cidr, const Address& address) {
  const auto bands = bands_of(cidr);
  if (!bands) return Place::kUnserved;
  if (address == cidr.network()) return Place::kNetworkAddress;
  if (!cidr.has_host(address)) return Place::kBroadcastAddress;
  const auto band = bands->static_band();
  return band && band->contains(address) ? Place::kStaticBand : Place::kDynamicBand;
}

// The managed IPAddresses that a terminating object alone has. (6.4)
Blockers blockers_of(const State& state, const RangeObject& range, std::size_t most) {
  Blockers blockers;
  blockers.range = range.name();
  if (state.ranges().is_covered(range)) {
    blockers.remedy = "nothing blocks it: other ServiceCIDRs cover it";
    return blockers;
  }
  std::vector<Address> blocking;
  state.for_each_address([&](const Address& address, const State::AddressEntry& entry) {
    if (!entry.keeps_its_range()) return;
    if (!range.has_host(address)) return;
    if (state.ranges().around(address).hosts.size() == 1) blocking.push_back(address);
  });
  std::sort(blocking.begin(), blocking.end());
  blockers.count = blocking.size();
  for (std::size_t i = 0; i < std::min(most, blocking.size()); ++i) {
    const auto& claim = *state.find_address(blocking[i])->claim;
    const bool of_service = claim.parent_kind == ClaimEntry::Parent::kService;
    blockers.named.push_back(blocking[i].to_string() +
                             (of_service ? " (Service " + claim.parent() + ")" : ""));
  }
  blockers.remedy = blocking.empty()
                        ? "nothing blocks it: no managed IPAddress lies in it alone"
                        : "delete what holds these addresses, or create a ServiceCIDR that covers it";
  return blockers;
}

std::vector<RangeAround> ranges_around(const State& state, const Address& address, std::size_t most) {
  std::vector<RangeAround> ranges;
  for (const Cidr& cidr : state.ranges().cidrs()) {
    if (!cidr.contains(address)) continue;
    const auto listing = state.ranges().listing(cidr);
    RangeAround& range = ranges.emplace_back();
    range.cidr = cidr;
    range.state = state_of(listing);
    range.place = place_in(cidr, address);
    for (const RangeObject* object : listing) {
      range.names.push_back(object->name());
      if (object->is_terminating()) range.blockers.push_back(blockers_of(state, *object, most));
    }
  }
  return ranges;
}

AddressExplanation explain_one(const State& state, const Address& address, const ExplainOptions& options) {
  AddressExplanation result;
  result.address = address;
  if (const State::AddressEntry* entry = state.find_address(address)) {
    for (const State::Holder* holder : entry->holders) {
      result.holders.push_back({service_ref(holder->first), holder->second.creation});
    }
    std::sort(result.holders.begin(), result.holders.end(),
              [](const HolderSince& a, const HolderSince& b) { return a.object < b.object; });
    if (entry->claim) {
      const ClaimEntry& claim = *entry->claim;
      result.claim = {ip_address_ref(address.to_string()), claim.creation};
      const bool of_service = claim.parent_kind == ClaimEntry::Parent::kService;
      result.claim_parent = (of_service ? "Service " : "") + claim.parent();
    }
  }
  result.ranges = ranges_around(state, address, options.max_blockers);
  result.request = outlook_of(state, address, options);
  const StateRules rules(state, options.state);
  rules.check_holders(address, result.findings);
  rules.check_placement(address, result.findings);
  sort_findings(result.findings);
  return result;
}

std::vector<Outlook> outlooks_of_any(const std::vector<RangeUsage>& usages,
                                     const std::vector<Family>& families, const ExplainOptions& options) {
  std::vector<Outlook> outlooks;
  outlooks.reserve(families.size());
  for (const Family family : families) outlooks.push_back(outlook_of_any(usages, family, "NAME", options));
  return outlooks;
}

std::vector<Outlook> outlooks_of_any(const State& state, const ExplainOptions& options) {
  return outlooks_of_any(range_usage(state), configured_families(state, options), options);
}

Explanation named(const State& state, const std::string& key) {
  Explanation result;
  result.service = service_ref(key);
  result.service_exists = state.find_service(key) != nullptr;
  return result;
}

}  // namespace

std::string_view place_name(Place place) {
  switch (place) {
    case Place::kStaticBand:
      return "static band";
    case Place::kDynamicBand:
      return "dynamic band";
    case Place::kNetworkAddress:
      return "network address";
    case Place::kBroadcastAddress:
      return "broadcast address";
    case Place::kUnserved:
      return "served by no allocator";
  }
  return "";
}

Explanation explain_address(const State& state, const Address& address, const ExplainOptions& options) {
  Explanation result;
  result.addresses.push_back(explain_one(state, address, options));
  result.any_address = outlooks_of_any(state, options);
  return result;
}

Explanation explain_service(const State& state, const std::string& key, const ExplainOptions& options) {
  Explanation result = named(state, key);
  if (const ServiceEntry* service = state.find_service(key)) {
    for (const HeldAddress* held : service->addresses) {
      result.addresses.push_back(explain_one(state, held->first, options));
    }
  }
  result.any_address = outlooks_of_any(state, options);
  return result;
}

Explanation explain_request(const State& state, cluster::Service sent, const ExplainOptions& options,
                            Known known) {
  std::string& name = sent.meta.name;
  const bool is_made_up = name.empty() && !sent.meta.generate_name.empty();
  if (is_made_up) name = cluster::generated_name(sent.meta.generate_name, cluster::kUnknownNameEnd);
  Explanation result = named(state, service_key(sent.meta.name_space, name));
  if (is_made_up) result.service_exists = false;
  const std::vector<Family> families = configured_families(state, options);
  if (families.empty()) {
    result.request.push_back({"an address", false, "the cluster has no ServiceCIDR",
                              "start the apiservers with a --service-cluster-ip-range"});
    return result;
  }
  const std::vector<RangeUsage> usages = range_usage(state);
  CreateOutlook create = outlook_of_create(state, usages, sent, families, options, known);
  result.request = std::move(create.parts);
  if (result.service_exists) {
    result.request.push_back({"the name " + name, false,
                              "services " + cluster::go_quote(name) + " already exists",
                              "delete that Service, change it instead, or take another name"});
  }
  for (const Address& address : create.asked)
    result.addresses.push_back(explain_one(state, address, options));
  result.any_address = outlooks_of_any(usages, families, options);
  return result;
}

}  // namespace clusterip::verify
