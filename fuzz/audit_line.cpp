// Lines of audit logs: nothing crashes, what cannot be read says why, whatever can be read can be judged, and
// what the fast way takes, the general way takes with the same values.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "daemon/api/audit_reader.hpp"
#include "daemon/api/audit_skim.hpp"
#include "engine/verify/replay.hpp"
#include "tests/support/audit_text.hpp"

namespace {

using namespace clusterip;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_fast_way(const std::string& text) {
  const auto fast = api::AuditSkim().read(text);
  if (!fast) return;
  const api::AuditLine general = api::read_audit_line_in_general(text);
  // A fault in a field that the fast way does not read.
  if (std::holds_alternative<api::AuditFault>(general)) return;
  require(testing::audit_text(*fast) == testing::audit_text(general));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  api::AuditLimits limits;
  limits.max_line_bytes = 4096;
  api::AuditReading reading;
  const auto source = daemon::memory_source("fuzz", text);
  api::read_audit_log(*source, reading, limits);
  require(reading.problems.size() <= reading.problem_count);
  for (const api::AuditProblem& problem : reading.problems) require(!problem.message().empty());
  verify::put_in_order(reading.record);
  const verify::History history(reading.record, {});
  const auto decisions = verify::judge_all(history);
  for (const verify::Decision& decision : decisions) require(!decision.judgement.rule.empty());
  verify::find_faults(history);
  check_fast_way(text);
  return 0;
}
