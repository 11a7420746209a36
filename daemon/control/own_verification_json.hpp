// The verification API of the daemon's own state: the rules of `clusteripctl verify`, asked of the store.
//
// Each request reads all Services, ServiceCIDRs and IPAddresses as they were at one instant, so what is found
// stands: nothing is excused by the age of an object. Cost: linear in the objects, on the request's thread.
#pragma once

#include <string_view>
#include <vector>

#include "daemon/observe/verification_answer_json.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

// `path` behind kVerificationApi: "", "/findings", "/cidrs", "/decisions", "/explain". `ranges`: what
// --service-cluster-ip-range says.
VerificationAnswer answer_own_verification(const Store& store, const std::vector<Cidr>& ranges,
                                           cluster::Instant now, std::string_view path,
                                           const VerificationParameter& parameter);

}  // namespace clusterip::daemon
