#include "tools/clusteripctl/scenario_report.hpp"

#include <iomanip>
#include <ostream>
#include <sstream>

namespace clusterip::ctl {
namespace {

using cluster::UpstreamRecord;
using Kind = UpstreamRecord::Kind;

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(" ").append(text);
  return out;
}

void write_entry(const TranscriptEntry& entry, cluster::Instant start, std::ostream& out) {
  if (!entry.record) {
    out << "\n== " << entry.remark << "\n";
    return;
  }
  out << std::setw(9) << std::right << elapsed(entry.record->time, start) << "  " << std::setw(18)
      << std::left << entry.record->actor << "  " << describe(*entry.record) << '\n';
}

}  // namespace

std::string elapsed(cluster::Instant time, cluster::Instant start) {
  const std::int64_t milliseconds = (time - start).microseconds / 1'000;
  std::ostringstream out;
  out << milliseconds / 1'000 << '.' << std::setw(3) << std::setfill('0') << milliseconds % 1'000;
  return out.str();
}

std::string describe(const UpstreamRecord& record) {
  switch (record.kind) {
    case Kind::kNote:
      return record.text;
    case Kind::kRequest:
      return "? " + record.text;
    case Kind::kAnswer: {
      const std::string end = record.text.empty() ? joined(record.addresses) : " " + record.text;
      return "= " + std::to_string(record.code) + " " + record.object + end;
    }
    case Kind::kWrite:
      return record.object + " " + record.text;
    case Kind::kEvent:
      return "Warning " + record.reason + " on " + record.object + ": " + record.text;
    case Kind::kFault:
      return "FAULT of upstream, " + record.reason + ": " + record.object + " " + record.text;
  }
  return "";
}

void write_scenario_text(const ScenarioResult& result, const std::string& file, bool quiet,
                         std::ostream& out) {
  if (!quiet) {
    if (!result.title.empty()) out << result.title << "\n\n";
    for (const TranscriptEntry& entry : result.transcript) write_entry(entry, result.start, out);
    for (const verify::Finding& finding : result.findings) {
      out << "\nfinding " << verify::severity_name(finding.severity) << ' ' << finding.rule << ": "
          << finding.message;
    }
    out << (result.findings.empty() ? "" : "\n") << '\n';
  }
  for (const ScenarioFailure& failure : result.failures) {
    out << file << ':' << failure.line << ": " << failure.wanted << "\n    found: " << failure.found << '\n';
  }
  if (quiet || result.error) return;
  out << result.expectations << " expectations, " << result.failures.size() << " failed\n";
}

}  // namespace clusterip::ctl
