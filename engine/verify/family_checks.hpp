// Which families a request for a Service may be answered with.
#pragma once

#include <optional>
#include <vector>

#include "engine/verify/decision.hpp"

namespace clusterip::verify {

// What was asked for, with what a patch left out filled in from the Service as it was.
ServiceFacts effective_ask(const AuditedRequest& request, const ServiceFacts* old);

// The families that a server of that configuration resolves (specification 5.3). Absent: it refuses.
// `ask` is neither headless nor ExternalName.
std::optional<std::vector<Family>> resolve_families(const ServiceFacts& ask, const ServiceFacts* old,
                                                    const ServerFamilies& server);

// not-as-asked, as far as families, policy and the number of addresses go. Absent: nothing against it.
std::optional<Judgement> check_families(const History& history, const AuditedRequest& request,
                                        const ServiceFacts& ask, const ServiceFacts* old);

}  // namespace clusterip::verify
