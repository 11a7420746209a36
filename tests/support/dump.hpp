// Recorded dumps for tests, and a second opinion on what is wrong with one.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/cluster/objects.hpp"
#include "engine/verify/finding.hpp"
#include "engine/verify/state.hpp"
#include "engine/verify/state_rules.hpp"

namespace clusterip::testing {

struct Dump {
  std::vector<cluster::Service> services;
  std::vector<cluster::IpAddress> ip_addresses;
  std::vector<cluster::ServiceCidr> ranges;

  verify::State state() const;
};

// The names of the folders of tests/recordings that hold a dump.
std::vector<std::string> recorded_dumps();
// tests/recordings/NAME/dump.json.gz; aborts where it cannot be read.
Dump load_recorded_dump(const std::string& name);
// The bytes of any file, gzip unpacked; aborts where it cannot be read.
std::string read_bytes(const std::string& path);

// "error duplicate-address 10.96.0.7: Service a/b, IPAddress 10.96.0.7"
std::string line_of(const verify::Finding& finding);
using Lines = std::multiset<std::string>;
Lines lines_of(const std::vector<verify::Finding>& findings);

// The rules once more, written for being read and not for speed: every rule looks at every object. Gives what
// line_of gives.
Lines golden_findings(const Dump& dump, const verify::StateOptions& options);

}  // namespace clusterip::testing
