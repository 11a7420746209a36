// Recorded audit logs of real clusters (tests/recordings), and what a replay says of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/verify/replay.hpp"

namespace clusterip::testing {

// The recordings with audit logs, by folder name.
const std::vector<std::string>& recordings();

// The version of Kubernetes that a recording's name ends with, and nothing else set.
verify::ReplayOptions options_of(const std::string& recording);

// All requests of a recording, in order. Each file is read once a program.
const verify::Record& recorded(const std::string& recording);

// A record with everything that was made of it.
struct Replayed {
  Replayed(verify::Record with_requests, const verify::ReplayOptions& options);

  verify::Record record;
  verify::History history;
  std::vector<verify::Decision> decisions;
  std::vector<verify::ReplayFinding> findings;

  std::size_t count(verify::Verdict verdict) const;
  std::size_t count_findings(verify::Severity severity) const;
  // The decision about the request with that auditID, or null.
  const verify::Decision* decision(const std::string& audit_id) const;
  // "10:00:00 create services/default/a: rule: message" of each decision with that verdict.
  std::vector<std::string> lines(verify::Verdict verdict) const;
};

}  // namespace clusterip::testing
