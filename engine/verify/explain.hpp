// Why an address is held, or what a request for it would be answered now, and what would change that.
//
// Pure: a state goes in, values come out; upstream's texts are those of 1.36 (16.1), and of the version asked
// for where they differ. An answer is about one apiserver whose caches are in step with the state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cluster/objects.hpp"
#include "engine/cluster/version_profile.hpp"
#include "engine/verify/finding.hpp"
#include "engine/verify/range_usage.hpp"
#include "engine/verify/state.hpp"
#include "engine/verify/state_rules.hpp"

namespace clusterip::verify {

struct ExplainOptions {
  StateOptions state;
  // Whose texts the answers have.
  cluster::VersionProfile version = cluster::default_version_profile();
  // How many of those who block a deletion are named.
  std::size_t max_blockers = 5;
};

// Where an address lies in a CIDR that contains it.
enum class Place { kStaticBand, kDynamicBand, kNetworkAddress, kBroadcastAddress, kUnserved };
std::string_view place_name(Place place);

// Who keeps a terminating ServiceCIDR from going.
struct Blockers {
  std::string range;
  std::size_t count = 0;
  std::vector<std::string> named;  // "10.96.0.7 (Service default/a)"
  std::string remedy;
};

struct RangeAround {
  Cidr cidr;
  std::vector<std::string> names;
  RangeState state = RangeState::kReady;
  Place place = Place::kUnserved;
  std::vector<Blockers> blockers;  // of those of its objects that are terminating
};

// What a request would be answered.
struct Outlook {
  std::string request;  // "10.96.0.7", "any IPv4 address"
  bool granted = false;
  std::string reason;  // upstream's text, or which range would give it
  std::string remedy;  // what would change a refusal; empty where granted
};

struct HolderSince {
  ObjectRef object;
  std::optional<cluster::Instant> since;
};

struct AddressExplanation {
  Address address;
  std::vector<HolderSince> holders;
  std::optional<HolderSince> claim;  // its IPAddress object
  std::string claim_parent;          // whom that names; empty: nobody
  std::vector<RangeAround> ranges;
  Outlook request;  // for this very address, by a new Service
  std::vector<Finding> findings;
};

struct Explanation {
  std::optional<ObjectRef> service;  // who was asked about, if not an address
  bool service_exists = false;
  std::vector<AddressExplanation> addresses;
  std::vector<Outlook> any_address;  // a request without an address, by family
  // Of a request to create the Service: what it needs, in the server's order. It is granted where each of
  // these is, and fails with the first that is not.
  std::vector<Outlook> request;
};

Explanation explain_address(const State& state, const Address& address, const ExplainOptions& options);
// The addresses of a Service; `key` as service_key gives it.
Explanation explain_service(const State& state, const std::string& key, const ExplainOptions& options);
// How much of a request is known: all of it, or its name, families and addresses alone.
enum class Known { kWhole, kAddresses };
// A request to create this Service, as it was sent: the server's steps, in its order (5.1). Node ports are
// not looked at, for a state does not tell which are taken.
Explanation explain_request(const State& state, cluster::Service sent, const ExplainOptions& options,
                            Known known = Known::kWhole);

// The parts, for all of them: what requests would be answered. `sent`: clusterIPs of the request, which
// refusals print; empty: the address alone.
Outlook outlook_of(const State& state, const Address& address, const ExplainOptions& options,
                   const std::vector<std::string>& sent = {});
// `usages` as range_usage gives them; `service`: its name, for the refusal.
Outlook outlook_of_any(const std::vector<RangeUsage>& usages, Family family, const std::string& service,
                       const ExplainOptions& options);
// Of a new Service: what it meets at the server until something is refused, and the addresses that it asks
// for. `families`: those of the cluster, at least one.
struct CreateOutlook {
  std::vector<Outlook> parts;
  std::vector<Address> asked;
};
CreateOutlook outlook_of_create(const State& state, const std::vector<RangeUsage>& usages,
                                cluster::Service service, const std::vector<Family>& families,
                                const ExplainOptions& options, Known known);
// The families that Services may have: the flag's, else those of ServiceCIDR `kubernetes`, else those of all
// ServiceCIDRs.
std::vector<Family> configured_families(const State& state, const ExplainOptions& options);

}  // namespace clusterip::verify
