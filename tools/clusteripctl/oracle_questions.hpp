// The questions of the oracle protocol that have no state: layout, parse, relation, flag.
//
// Each reads its members from the request and appends the members of its reply, without braces. A bad request
// is left to the request's fault; what was appended does not count then.
#pragma once

#include <string>

#include "tools/clusteripctl/oracle_request.hpp"

namespace clusterip::ctl {

void answer_layout(OracleRequest& request, std::string& out);
void answer_parse(OracleRequest& request, std::string& out);
void answer_relation(OracleRequest& request, std::string& out);
void answer_flag(OracleRequest& request, std::string& out);
// In oracle_validate_json.cpp.
void answer_validate(OracleRequest& request, std::string& out);

}  // namespace clusterip::ctl
