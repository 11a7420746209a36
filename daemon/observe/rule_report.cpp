#include "daemon/observe/rule_report.hpp"

#include <algorithm>

#include "daemon/observe/replay_report.hpp"
#include "daemon/observe/report.hpp"
#include "engine/verify/decision_rules.hpp"
#include "engine/verify/rule_catalog.hpp"

namespace clusterip::daemon {
namespace {

using verify::Severity;
using verify::Verdict;

ReportedRule reported(const verify::Rule& rule) {
  return {rule.name, rule.severity, rule.meaning, ""};
}
ReportedRule reported(const verify::DecisionRule& rule) {
  return {rule.name, Severity::kError, rule.meaning, rule.source};
}

// Where a decision left its mark: the object that was asked about.
verify::ObjectRef object_of(const verify::AuditedRequest& request) {
  const bool is_service = request.subject == verify::Subject::kService;
  return {is_service ? "Service" : "IPAddress", request.name_space, request.name};
}

RuleResult decision_result(const ReplayReport& report, const verify::Decision& decision) {
  const verify::AuditedRequest& request = report.history->record.requests[decision.request];
  RuleResult result;
  result.rule = decision.judgement.rule;
  result.level = decision.judgement.verdict == Verdict::kForbidden ? ResultLevel::kError : ResultLevel::kOpen;
  result.message = decision_text(*report.history, decision) + "; " + decision.judgement.message;
  result.objects.push_back(object_of(request));
  return result;
}

RuleResult finding_result(const verify::ReplayFinding& found) {
  RuleResult result = rule_result(found.finding);
  for (const verify::ChainLink& link : found.chain) {
    result.steps.push_back({cluster::to_text_micro(link.time), link.what});
  }
  return result;
}

}  // namespace

ResultLevel result_level(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return ResultLevel::kNote;
    case Severity::kWarning:
      return ResultLevel::kWarning;
    case Severity::kError:
      break;
  }
  return ResultLevel::kError;
}

std::size_t RuleReport::rule_index(std::string_view name) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const ReportedRule& rule) { return rule.name == name; });
  return static_cast<std::size_t>(found - rules.begin());
}

std::vector<ReportedRule> reported_state_rules() {
  std::vector<ReportedRule> rules;
  rules.reserve(verify::kStateRules.size());
  for (const verify::Rule& rule : verify::kStateRules) rules.push_back(reported(rule));
  return rules;
}

RuleResult rule_result(const verify::Finding& finding) {
  return {finding.rule, result_level(finding.severity), finding.message, finding.objects, {}};
}

RuleReport rule_report(const Report& report) {
  RuleReport all{"clusteripctl", "verify", reported_state_rules(), {}, report.unread};
  for (const verify::Finding& finding : report.findings) all.results.push_back(rule_result(finding));
  return all;
}

RuleReport rule_report(const ReplayReport& report) {
  RuleReport all{"clusteripctl", "replay", {}, {}, report.unread};
  for (const verify::DecisionRule& rule : verify::kForbiddingRules) all.rules.push_back(reported(rule));
  for (const ReportedRule& rule : reported_state_rules()) all.rules.push_back(rule);
  all.rules.push_back(reported(verify::kAllocatedFromTerminating));
  for (const verify::Decision& decision : report.decisions) {
    if (decision.judgement.verdict != Verdict::kPermitted) {
      all.results.push_back(decision_result(report, decision));
    }
  }
  for (const verify::ReplayFinding& found : report.findings) all.results.push_back(finding_result(found));
  // Rules that explain are listed where a result names them: they cannot fail.
  for (const verify::DecisionRule& rule : verify::kPermittingRules) {
    const bool is_named = std::any_of(all.results.begin(), all.results.end(),
                                      [&](const RuleResult& result) { return result.rule == rule.name; });
    if (is_named) all.rules.push_back(reported(rule));
  }
  return all;
}

}  // namespace clusterip::daemon
