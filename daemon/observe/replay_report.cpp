#include "daemon/observe/replay_report.hpp"

#include <algorithm>

#include "daemon/observe/rule_report.hpp"

namespace clusterip::daemon {

std::size_t ReplayReport::count(verify::Verdict verdict) const {
  return static_cast<std::size_t>(std::count_if(
      decisions.begin(), decisions.end(),
      [verdict](const verify::Decision& decision) { return decision.judgement.verdict == verdict; }));
}

std::size_t ReplayReport::count(verify::Severity severity) const {
  return static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(),
      [severity](const verify::ReplayFinding& found) { return found.finding.severity == severity; }));
}

std::string decision_text(const verify::History& history, const verify::Decision& decision) {
  const verify::AuditedRequest& request = history.record.requests[decision.request];
  std::string line = verify::time_of_day(request.during.to) + "  server " + std::to_string(request.server) +
                     "  " + std::string(verify::verb_name(request.verb)) + " " + request.object() + ": " +
                     std::string(verify::answer_name(decision.answer));
  for (const std::string& address : decision.addresses) line += " " + address;
  return line;
}

void write_replay(const ReplayReport& report, const ReplayStyle& style, std::ostream& out) {
  switch (style.format) {
    case ReportFormat::kTable:
      return write_replay_table(report, style, out);
    case ReportFormat::kJson:
      return write_replay_json(report, out);
    case ReportFormat::kJsonLines:
      return write_replay_json_lines(report, out);
    case ReportFormat::kJunit:
      return write_junit(rule_report(report), out);
    case ReportFormat::kSarif:
      return write_sarif(rule_report(report), out);
    case ReportFormat::kYaml:
      return write_replay_yaml(report, out);
  }
}

}  // namespace clusterip::daemon
