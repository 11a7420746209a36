// Audit logs of apiservers: audit.k8s.io/v1 events, one JSON object a line, or lists of them as a webhook
// receives them.
//
// Events about Services, ServiceCIDRs and IPAddresses that may have changed something become requests of a
// record; all others are skipped and counted by their reason. What cannot be read is a problem that names the
// file, the line and the field: the line is left out, the caller must not call the result clean, and the
// record has a gap there.
//
// Reading is streaming: of each line only the fields that rules look at are kept, and managed fields, ports
// and the like are never built. Memory is one line and the record.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/input/line_reader.hpp"
#include "engine/verify/record.hpp"

namespace clusterip::api {

struct AuditProblem {
  std::string file;
  std::uint64_t line = 0;  // 0: the file as a whole
  std::string field;       // empty: the line as a whole
  std::string reason;

  // "audit.log:12: responseObject.spec.clusterIPs: …"
  std::string message() const;
};

// Why events were left out, and how many: "reads and watches", "other resources", …
using Skipped = std::map<std::string, std::uint64_t, std::less<>>;

struct AuditLimits {
  std::size_t max_line_bytes = daemon::kDefaultMaxLineBytes;
  // Deeper nesting is no audit event.
  int max_depth = 64;
  // Problems beyond this number are counted, but not kept.
  std::size_t max_problems = 100;
};

struct AuditReading {
  verify::Record record;
  std::uint64_t lines = 0;
  std::uint64_t events = 0;
  Skipped skipped;
  std::vector<AuditProblem> problems;
  std::uint64_t problem_count = 0;
  // What the servers say they are: "v1.36.3" of their user agent, where it is a release.
  std::string server_version;
  // A message in the Go syntax that 1.33 alone writes.
  bool prints_go_syntax = false;
};

// What one line is: requests, the reason why it was skipped, or what is wrong with it.
struct AuditSkip {
  std::string_view reason;
};
struct AuditFault {
  std::string field;
  std::string reason;
};
struct AuditEvent {
  verify::AuditedRequest request;
  std::string user_agent;
};
using AuditLine = std::variant<std::vector<AuditEvent>, AuditSkip, AuditFault>;

AuditLine read_audit_line(std::string_view line, const AuditLimits& limits = {});
// The same through a tree. The above asks it about whatever is not usual (audit_skim.hpp).
AuditLine read_audit_line_in_general(std::string_view line, const AuditLimits& limits = {});

// Adds the events of a file. Its number, in the order of the calls, becomes `server` of its requests.
void read_audit_log(daemon::ByteSource& source, AuditReading& to, const AuditLimits& limits = {});

}  // namespace clusterip::api
