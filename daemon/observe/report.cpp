#include "daemon/observe/report.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/observe/rule_report.hpp"

namespace clusterip::daemon {
namespace {

constexpr std::array<std::pair<std::string_view, ReportFormat>, 6> kFormats{{
    {"table", ReportFormat::kTable},
    {"json", ReportFormat::kJson},
    {"jsonl", ReportFormat::kJsonLines},
    {"junit", ReportFormat::kJunit},
    {"sarif", ReportFormat::kSarif},
    {"yaml", ReportFormat::kYaml},
}};

}  // namespace

std::size_t Report::count(verify::Severity severity) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [severity](const verify::Finding& finding) { return finding.severity == severity; }));
}

std::optional<ReportFormat> read_report_format(std::string_view name) {
  for (const auto& [known, format] : kFormats) {
    if (known == name) return format;
  }
  return std::nullopt;
}

void write_report(const Report& report, const ReportStyle& style, std::ostream& out) {
  switch (style.format) {
    case ReportFormat::kTable:
      return write_table(report, style, out);
    case ReportFormat::kJson:
      return write_json(report, out);
    case ReportFormat::kJsonLines:
      return write_json_lines(report, out);
    case ReportFormat::kJunit:
      return write_junit(rule_report(report), out);
    case ReportFormat::kSarif:
      return write_sarif(rule_report(report), out);
    case ReportFormat::kYaml:
      return write_yaml(report, out);
  }
}

}  // namespace clusterip::daemon
