// Lines of audit logs: nothing crashes, what cannot be read says why, and whatever can be read can be judged.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "daemon/api/audit_reader.hpp"
#include "engine/verify/replay.hpp"

namespace {

using namespace clusterip;

void require(bool holds) {
  if (!holds) std::abort();
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
  verify::find_faults(history, decisions);
  return 0;
}
