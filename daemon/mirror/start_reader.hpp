// All Services, ServiceCIDRs and IPAddresses as the cluster has them now: where a record of audit events
// begins in the midst of a cluster's life, this is what there was before.
//
// The first page of each list is answered from the store, so that whatever was answered before this call is
// in it. The lists are in step with each other only as far as the events that come meanwhile tell the rest.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "daemon/mirror/api_client.hpp"
#include "engine/verify/record.hpp"

namespace clusterip::daemon {

class StartReader {
 public:
  // A cluster of more than `most` objects is not read: each round of the audit judge would look at all of
  // them.
  StartReader(Credentials& credentials, const ClientLimits& limits, std::size_t most, std::size_t page = 500)
      : client_(credentials, limits), most_(most), page_(page) {}

  // The text says why there is none.
  std::variant<verify::StartState, std::string> read();
  void stop() { client_.stop(); }

 private:
  ApiClient client_;
  const std::size_t most_;
  const std::size_t page_;
};

}  // namespace clusterip::daemon
