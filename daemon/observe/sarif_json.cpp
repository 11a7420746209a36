// SARIF 2.1.0, which code hosting services show beside a build. (OASIS, sarif-schema-2.1.0.json)
#include <ostream>

#include "daemon/observe/report_json.hpp"
#include "daemon/observe/rule_report.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;

std::string_view level_name(ResultLevel level) {
  switch (level) {
    case ResultLevel::kOpen:
      return "none";
    case ResultLevel::kNote:
      return "note";
    case ResultLevel::kWarning:
      return "warning";
    case ResultLevel::kError:
      return "error";
  }
  return "none";
}

Json rules_json(const RuleReport& report) {
  Json rules = Json::array();
  for (const ReportedRule& rule : report.rules) {
    Json json{{"id", rule.name},
              {"shortDescription", {{"text", rule.meaning}}},
              {"defaultConfiguration", {{"level", level_name(result_level(rule.severity))}}}};
    if (!rule.source.empty()) json["properties"] = {{"specification", rule.source}};
    rules.push_back(std::move(json));
  }
  return rules;
}

// An object of a cluster has no file; SARIF knows it by its logical name.
Json location_json(const verify::ObjectRef& object) {
  std::string name = object.kind + "/";
  if (!object.name_space.empty()) name += object.name_space + "/";
  name += object.name;
  Json location{{"name", object.name}, {"fullyQualifiedName", name}, {"kind", "resource"}};
  return {{"logicalLocations", Json::array({std::move(location)})}};
}

// How it came about is a flow through one thread.
Json flows_json(const std::vector<ResultStep>& steps) {
  Json locations = Json::array();
  for (const ResultStep& step : steps) {
    locations.push_back(
        {{"location", {{"message", {{"text", step.what}}}}}, {"executionTimeUtc", step.time}});
  }
  return Json::array({{{"threadFlows", Json::array({{{"locations", std::move(locations)}}})}}});
}

Json result_json(const RuleReport& report, const RuleResult& result) {
  Json json{{"ruleId", result.rule}};
  const std::size_t index = report.rule_index(result.rule);
  if (index < report.rules.size()) json["ruleIndex"] = index;
  // A result that is open has no level, by the standard.
  if (result.level == ResultLevel::kOpen) json["kind"] = "open";
  json["level"] = level_name(result.level);
  json["message"] = {{"text", result.message}};
  json["locations"] = Json::array();
  for (const auto& object : result.objects) json["locations"].push_back(location_json(object));
  if (!result.steps.empty()) json["codeFlows"] = flows_json(result.steps);
  return json;
}

Json invocation_json(const RuleReport& report) {
  Json invocation{{"executionSuccessful", report.unread.empty()}};
  for (const std::string& problem : report.unread) {
    invocation["toolExecutionNotifications"].push_back(
        {{"level", "error"}, {"message", {{"text", problem}}}});
  }
  return invocation;
}

}  // namespace

Json sarif_json(const RuleReport& report) {
  Json results = Json::array();
  for (const RuleResult& result : report.results) results.push_back(result_json(report, result));
  Json driver{{"name", report.program}, {"rules", rules_json(report)}};
  Json run{{"tool", {{"driver", std::move(driver)}}}};
  run["automationDetails"] = {{"id", report.program + "/" + report.job + "/"}};
  run["invocations"] = Json::array({invocation_json(report)});
  run["results"] = std::move(results);
  Json sarif{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}};
  sarif["runs"] = Json::array({std::move(run)});
  return sarif;
}

void write_sarif(const RuleReport& report, std::ostream& out) {
  out << json_text(sarif_json(report), 2) << '\n';
}

}  // namespace clusterip::daemon
