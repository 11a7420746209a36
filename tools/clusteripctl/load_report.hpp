// The figures of a load as a table for people, as JSON, and as a picture.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "engine/verify/finding.hpp"
#include "tools/clusteripctl/load_run.hpp"

namespace clusterip::ctl {

struct LatencySummary {
  std::uint64_t count = 0;
  double p50_ms = 0;
  double p90_ms = 0;
  double p99_ms = 0;
  double p999_ms = 0;
  double max_ms = 0;
};

// Percentile p of n values is the value of rank ceil(p n).
LatencySummary summarise(std::vector<std::uint32_t> microseconds);

struct LoadReport {
  std::string server;
  LoadOptions options;
  LoadFigures figures;
  bool verified = false;
  std::vector<verify::Finding> findings;  // confirmed
  std::uint64_t suspected = 0;            // seen, and gone before they could be confirmed
};

void write_load_table(const LoadReport& report, std::ostream& out);
void write_load_json(const LoadReport& report, std::ostream& out);
// Steps of each second as columns, those that were refused in another colour, the slowest step as a line.
void write_load_svg(const LoadReport& report, std::ostream& out);

}  // namespace clusterip::ctl
