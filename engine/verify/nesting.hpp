// Which IPAddress requests apiservers made while they worked on a request for a Service.
//
// An allocation or a release of addresses is a Service request with IPAddress requests inside: the inner
// ones begin after it and end before it, and are about its name or its addresses. What no Service request
// encloses is the repair loop's or a client's doing.
#pragma once

#include <unordered_map>
#include <vector>

#include "engine/verify/address_history.hpp"
#include "engine/verify/service_history.hpp"

namespace clusterip::verify {

class Nesting {
 public:
  Nesting(const Record& record, const AddressHistory& addresses, const ServiceHistory& services);

  // The Service request around an IPAddress request; kNoRequest when there is none.
  std::uint32_t outer(std::uint32_t inner) const { return outer_[inner]; }
  // The IPAddress requests inside of a Service request, in the order of their answers.
  const std::vector<std::uint32_t>& inner(std::uint32_t outer) const;

 private:
  std::vector<std::uint32_t> outer_;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> inner_;
};

}  // namespace clusterip::verify
