// What was found, rule by rule: the one shape that the forms for build servers know.
//
// Each kind of report turns itself into this; JUnit and SARIF are written from it alone.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "engine/verify/finding.hpp"

namespace clusterip::daemon {

struct Report;
struct ReplayReport;

// kOpen: the rule was asked and what would decide it is missing.
enum class ResultLevel : std::uint8_t { kOpen, kNote, kWarning, kError };

ResultLevel result_level(verify::Severity severity);

struct ReportedRule {
  std::string_view name;
  verify::Severity severity;
  std::string_view meaning;
  std::string_view source;  // sections of the specification, where they are known
};

// One event on the way to a result.
struct ResultStep {
  std::string time;
  std::string what;
};

struct RuleResult {
  std::string rule;
  ResultLevel level = ResultLevel::kError;
  std::string message;
  std::vector<verify::ObjectRef> objects;
  std::vector<ResultStep> steps;
};

struct RuleReport {
  std::string program;  // "clusteripctl"
  std::string job;      // "verify"
  std::vector<ReportedRule> rules;
  std::vector<RuleResult> results;
  // What could not be read: a failure of the run, not a result.
  std::vector<std::string> unread;

  // The place of a rule in `rules`; their number for one that is not there.
  std::size_t rule_index(std::string_view name) const;
};

// The rules of a state, for `rules`.
std::vector<ReportedRule> reported_state_rules();
RuleResult rule_result(const verify::Finding& finding);

RuleReport rule_report(const Report& report);
RuleReport rule_report(const ReplayReport& report);

// JUnit's XML: a test case a rule. Errors fail it; all else is its output.
void write_junit(const RuleReport& report, std::ostream& out);
// SARIF 2.1.0.
void write_sarif(const RuleReport& report, std::ostream& out);

}  // namespace clusterip::daemon
