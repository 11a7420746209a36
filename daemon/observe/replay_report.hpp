// What a replay found, and its printed forms.
//
// jsonl is the interface that programs read: a line for each decision, a line for each finding, and a summary
// last. json and yaml hold the same as one value. junit and sarif hold what is forbidden or undecided and the
// findings. table is for people: figures, what is forbidden or undecided, and the findings with their
// stories.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "daemon/observe/report.hpp"
#include "engine/verify/replay.hpp"

namespace clusterip::daemon {

struct ReplayReport {
  const verify::History* history = nullptr;
  std::vector<verify::Decision> decisions;
  std::vector<verify::ReplayFinding> findings;
  // Events that say nothing about decisions, by reason.
  std::map<std::string, std::uint64_t, std::less<>> skipped;
  // What could not be read.
  std::vector<std::string> unread;
  // "1.36, as the servers say".
  std::string version;

  std::size_t count(verify::Verdict verdict) const;
  std::size_t count(verify::Severity severity) const;
};

struct ReplayStyle : ReportStyle {
  // Decisions of one kind that a table shows; the rest is counted.
  std::size_t shown = 20;
};

// "10:00:00.123456  server 0  create services/default/a: allocated 10.96.0.7".
std::string decision_text(const verify::History& history, const verify::Decision& decision);

// A line of jsonl, without its end.
std::string decision_line(const verify::History& history, const verify::Decision& decision);
std::string finding_line(const verify::ReplayFinding& found);

void write_replay(const ReplayReport& report, const ReplayStyle& style, std::ostream& out);

// The single forms; those for build servers are in rule_report.hpp.
void write_replay_json_lines(const ReplayReport& report, std::ostream& out);
void write_replay_json(const ReplayReport& report, std::ostream& out);
void write_replay_yaml(const ReplayReport& report, std::ostream& out);
void write_replay_table(const ReplayReport& report, const ReplayStyle& style, std::ostream& out);

}  // namespace clusterip::daemon
