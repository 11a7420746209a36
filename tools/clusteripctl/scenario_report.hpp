// The printed forms of a scenario's result.
#pragma once

#include <iosfwd>
#include <string>

#include "tools/clusteripctl/scenario_runner.hpp"

namespace clusterip::ctl {

// The transcript as lines of text, then the findings of the end, then the expectations that failed, each with
// file and line. `quiet`: the failures alone.
void write_scenario_text(const ScenarioResult& result, const std::string& file, bool quiet,
                         std::ostream& out);
// One object with all, or one object a line: Transcript entries, Findings, Failures, and a Summary.
void write_scenario_json(const ScenarioResult& result, const std::string& file, std::ostream& out);
void write_scenario_json_lines(const ScenarioResult& result, const std::string& file, std::ostream& out);

// "3.006": seconds since the beginning of the scenario.
std::string elapsed(cluster::Instant time, cluster::Instant start);
// What happened, in words.
std::string describe(const cluster::UpstreamRecord& record);

}  // namespace clusterip::ctl
