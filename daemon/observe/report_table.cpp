// The report for people.
#include <ostream>

#include "daemon/observe/finding_groups.hpp"
#include "daemon/observe/report.hpp"
#include "daemon/observe/text_line.hpp"
#include "daemon/observe/text_table.hpp"

namespace clusterip::daemon {
namespace {

using verify::Severity;

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "\033[36m";
    case Severity::kWarning:
      return "\033[33m";
    case Severity::kError:
      return "\033[31m";
  }
  return "";
}

std::string of_size(const verify::Usage& usage) {
  const auto size = static_cast<Uint128>(usage.used) + usage.free;
  return std::to_string(usage.used) + "/" + to_decimal(size);
}

void write_findings(const Report& report, const ReportStyle& style, std::ostream& out) {
  std::vector<const verify::Finding*> shown;
  for (const verify::Finding& finding : report.findings) {
    if (!style.quiet || finding.severity != Severity::kInfo) shown.push_back(&finding);
  }
  if (shown.empty()) return;
  TextTable table({"SEVERITY", "RULE", "ADDRESS", "MESSAGE"});
  for (const FindingGroup& group : group_findings(shown, style.most_alike)) {
    const verify::Finding& finding = *group.first;
    const std::string address = finding.address.empty() ? "-" : finding.address;
    table.add({std::string(verify::severity_name(finding.severity)), finding.rule,
               group.is_many() ? counted(group.count, "note") : address, group.message()});
    if (style.colour) table.decorate(std::string(colour_of(finding.severity)), "\033[0m");
  }
  table.write(out);
  if (!style.quiet) out << '\n';
}

void write_cidrs(const Report& report, std::ostream& out) {
  if (report.cidrs.empty()) return;
  TextTable table({"CIDR", "STATE", "USED", "FREE", "STATIC", "DYNAMIC", "SERVICECIDRS"});
  for (const auto& usage : report.cidrs) {
    std::string names;
    for (const std::string& name : usage.names) names += (names.empty() ? "" : ",") + name;
    table.add({usage.cidr.to_string(), std::string(verify::range_state_name(usage.state)),
               std::to_string(usage.all.used), std::to_string(usage.all.free), of_size(usage.static_band),
               of_size(usage.dynamic_band), names});
  }
  table.write(out);
  out << '\n';
}

std::string verdict(const Report& report) {
  const std::size_t errors = report.count(Severity::kError);
  const std::size_t warnings = report.count(Severity::kWarning);
  const std::size_t notes = report.count(Severity::kInfo);
  std::string text;
  if (errors == 0 && warnings == 0) {
    text = report.unread.empty() ? "clean" : "nothing found in what could be read";
  } else {
    text = counted(errors, "error") + ", " + counted(warnings, "warning");
  }
  if (notes > 0) text += ", " + counted(notes, "note");
  if (!report.unread.empty()) text += "; INCOMPLETE: some input could not be read";
  return text;
}

}  // namespace

void write_table(const Report& report, const ReportStyle& style, std::ostream& out) {
  write_findings(report, style, out);
  if (style.quiet) return;
  write_cidrs(report, out);
  out << counted(report.services, "Service") << ", " << report.ip_addresses
      << (report.ip_addresses == 1 ? " IPAddress, " : " IPAddresses, ")
      << counted(report.service_cidrs, "ServiceCIDR") << ": " << verdict(report) << '\n';
}

}  // namespace clusterip::daemon
