// The replay for people.
#include <algorithm>
#include <ostream>

#include "daemon/observe/finding_groups.hpp"
#include "daemon/observe/replay_report.hpp"
#include "daemon/observe/text_line.hpp"
#include "daemon/observe/text_table.hpp"

namespace clusterip::daemon {
namespace {

using verify::Severity;
using verify::Verdict;

constexpr std::string_view kRed = "\033[31m";
constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kPlain = "\033[0m";

std::string painted(const std::string& text, std::string_view colour, const ReplayStyle& style) {
  return style.colour ? std::string(colour) + text + std::string(kPlain) : text;
}

void write_record(const ReplayReport& report, std::ostream& out) {
  const verify::Record& record = report.history->record;
  if (record.requests.empty()) {
    out << "no request about Services, ServiceCIDRs or IPAddresses\n";
    return;
  }
  const verify::Window& span = report.history->beginning.record;
  out << counted(record.requests.size(), "request") << " to " << counted(record.servers, "apiserver") << ", "
      << cluster::to_text(span.from) << " to " << cluster::to_text(span.to) << ", Kubernetes "
      << report.version << "\n";
  if (report.history->is_patchy) {
    out << "many changes are missing from the record: is the log of an apiserver left out\n";
  } else if (!report.history->beginning.is_known()) {
    out << "the state before the first line is not known; --start=DUMP gives it\n";
  }
  out << '\n';
}

void write_figures(const ReplayReport& report, std::ostream& out) {
  TextTable table({"DECISION", "PERMITTED", "FORBIDDEN", "UNDECIDED"});
  for (const verify::Answer answer : {verify::Answer::kAllocated, verify::Answer::kRefused,
                                      verify::Answer::kReleased, verify::Answer::kKept}) {
    std::array<std::size_t, 3> counts{};
    for (const verify::Decision& decision : report.decisions) {
      if (decision.answer == answer) ++counts[static_cast<std::size_t>(decision.judgement.verdict)];
    }
    table.add({std::string(verify::answer_name(answer)), std::to_string(counts[0]), std::to_string(counts[1]),
               std::to_string(counts[2])});
  }
  table.write(out);
  out << '\n';
}

void write_decisions(const ReplayReport& report, Verdict verdict, const ReplayStyle& style,
                     std::ostream& out) {
  const std::size_t all = report.count(verdict);
  if (all == 0) return;
  std::string title(verify::verdict_name(verdict));
  std::transform(title.begin(), title.end(), title.begin(), [](char c) { return static_cast<char>(c - 32); });
  out << painted(title, verdict == Verdict::kForbidden ? kRed : kBold, style) << '\n';
  std::size_t shown = 0;
  for (const verify::Decision& decision : report.decisions) {
    if (decision.judgement.verdict != verdict) continue;
    if (++shown > style.shown) break;
    out << "  " << harmless(decision_text(*report.history, decision)) << "\n      " << decision.judgement.rule
        << ": " << harmless(decision.judgement.message) << '\n';
  }
  if (all > style.shown) out << "  and " << all - style.shown << " more (-o jsonl shows all)\n";
  out << '\n';
}

void write_finding(const verify::ReplayFinding& found, const ReplayStyle& style, std::ostream& out) {
  const verify::Finding& finding = found.finding;
  const std::string severity(verify::severity_name(finding.severity));
  out << painted(severity, finding.severity == Severity::kError ? kRed : kBold, style) << "  "
      << finding.rule;
  if (!finding.address.empty()) out << "  " << harmless(finding.address);
  if (found.since) out << "  since " << cluster::to_text_micro(*found.since);
  out << "\n  " << harmless(finding.message) << '\n';
  for (const verify::ChainLink& link : found.chain) {
    out << "    " << verify::time_of_day(link.time) << "  " << harmless(link.what) << '\n';
  }
  out << '\n';
}

// What upstream's protocol passes through, in short.
void write_notes(const ReplayReport& report, const ReplayStyle& style, std::ostream& out) {
  std::vector<const verify::Finding*> notes;
  for (const verify::ReplayFinding& found : report.findings) {
    if (found.finding.severity == Severity::kInfo) notes.push_back(&found.finding);
  }
  for (const FindingGroup& group : group_findings(notes, style.most_alike)) {
    out << painted("info", kBold, style) << "  " << group.first->rule << "  ";
    if (group.is_many()) out << counted(group.count, "note") << ": ";
    out << harmless(group.message()) << '\n';
  }
  if (!notes.empty()) out << '\n';
}

void write_verdict(const ReplayReport& report, std::ostream& out) {
  const std::size_t notes = report.count(Severity::kInfo);
  out << counted(report.decisions.size(), "decision") << ": " << report.count(Verdict::kPermitted)
      << " permitted, " << report.count(Verdict::kForbidden) << " forbidden, "
      << report.count(Verdict::kUndecided)
      << " undecided; state: " << counted(report.count(Severity::kError), "error") << ", "
      << counted(report.count(Severity::kWarning), "warning") << ", " << counted(notes, "note");
  for (const auto& [reason, count] : report.skipped) out << "\nskipped " << count << ": " << reason;
  if (!report.unread.empty()) out << "\nINCOMPLETE: some input could not be read";
  out << '\n';
}

}  // namespace

void write_replay_table(const ReplayReport& report, const ReplayStyle& style, std::ostream& out) {
  if (!style.quiet) {
    write_record(report, out);
    write_figures(report, out);
  }
  write_decisions(report, Verdict::kForbidden, style, out);
  if (!style.quiet) write_decisions(report, Verdict::kUndecided, style, out);
  for (const verify::ReplayFinding& found : report.findings) {
    if (found.finding.severity != Severity::kInfo) write_finding(found, style, out);
  }
  if (!style.quiet) write_notes(report, style, out);
  write_verdict(report, out);
}

}  // namespace clusterip::daemon
