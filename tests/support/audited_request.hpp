// Requests of a record for tests, as an audit log would tell them.
#pragma once

#include <string>

#include "engine/verify/record.hpp"
#include "tests/support/objects.hpp"

namespace clusterip::testing {

// One more request, received at at(`from`) and answered at at(`to`) with success.
inline verify::AuditedRequest& add_request(verify::Record& record, verify::Subject subject, verify::Verb verb,
                                           const std::string& name, std::int64_t from, std::int64_t to) {
  verify::AuditedRequest& request = record.requests.emplace_back();
  request.audit_id = "r" + std::to_string(record.requests.size());
  request.line = record.requests.size();
  request.during = {at(from), at(to)};
  request.subject = subject;
  request.verb = verb;
  request.name = name;
  request.code = verb == verify::Verb::kCreate ? 201 : 200;
  return request;
}

}  // namespace clusterip::testing
