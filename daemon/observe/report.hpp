// What a verification found, and its printed forms.
//
// json, yaml and jsonl hold everything; junit and sarif are for the programs that read them; table is for
// people. Addresses' counts are printed as decimal texts, for they may exceed 2^53. A report that is not
// whole, because some input could not be read, says so in every form.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/verify/finding.hpp"
#include "engine/verify/range_usage.hpp"

namespace clusterip::daemon {

struct Report {
  std::size_t services = 0;
  std::size_t ip_addresses = 0;
  std::size_t service_cidrs = 0;
  std::vector<verify::Finding> findings;
  std::vector<verify::RangeUsage> cidrs;
  // Why the report is not whole: what could not be read. Findings may be consequences of it.
  std::vector<std::string> unread;

  std::size_t count(verify::Severity severity) const;
};

enum class ReportFormat { kTable, kJson, kJsonLines, kJunit, kSarif, kYaml };

// "table", "json", "jsonl", "junit", "sarif", "yaml".
std::optional<ReportFormat> read_report_format(std::string_view name);

struct ReportStyle {
  ReportFormat format = ReportFormat::kTable;
  // For the table: colours, errors and warnings alone, and how many notes alike are shown one by one.
  bool colour = false;
  bool quiet = false;
  std::size_t most_alike = 3;
};

void write_report(const Report& report, const ReportStyle& style, std::ostream& out);

// The single forms; those for build servers are in rule_report.hpp.
void write_table(const Report& report, const ReportStyle& style, std::ostream& out);
void write_json(const Report& report, std::ostream& out);
void write_json_lines(const Report& report, std::ostream& out);
void write_yaml(const Report& report, std::ostream& out);

}  // namespace clusterip::daemon
