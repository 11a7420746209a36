// What a server would make of a request for a Service, and whether its answer fits.
#pragma once

#include <optional>
#include <vector>

#include "engine/cluster/service_plan.hpp"
#include "engine/verify/decision.hpp"

namespace clusterip::verify {

// A request as one configuration of the server resolves it.
struct Expectation {
  ServerFamilies server;
  cluster::FieldErrors errors;  // why it refuses; empty: it does not
  cluster::Service service;     // with families, policy and the addresses that are asked for
  cluster::AddressPlan plan;    // what it allocates and releases
};

// The request as every configuration that the server may have had resolves it. `old`: the stored Service of
// an update, else null. `with_unseen`: see ServerHistory::families.
std::vector<Expectation> expectations(const History& history, std::uint32_t index, const ServiceFacts* old,
                                      bool with_unseen);

// Families, policy and number of addresses are what each of them calls for.
bool fits_every(const ServiceFacts& given, const std::vector<Expectation>& expected);
// not-as-asked, as far as families, policy and the number of addresses go. Absent: nothing against it.
std::optional<Judgement> check_families(const AuditedRequest& request,
                                        const std::vector<Expectation>& expected);

}  // namespace clusterip::verify
