// SARIF 2.1.0, which code hosting services show beside a build. (OASIS, sarif-schema-2.1.0.json)
#include "daemon/observe/report_json.hpp"
#include "engine/verify/rule_catalog.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;
using verify::Severity;

std::string_view level_name(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "none";
}

Json rules_json() {
  Json rules = Json::array();
  for (const verify::Rule& rule : verify::kStateRules) {
    rules.push_back({{"id", rule.name},
                     {"shortDescription", {{"text", rule.meaning}}},
                     {"defaultConfiguration", {{"level", level_name(rule.severity)}}}});
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

Json result_json(const verify::Finding& finding) {
  Json result{{"ruleId", finding.rule},
              {"level", level_name(finding.severity)},
              {"message", {{"text", finding.message}}}};
  const std::size_t index = verify::rule_order(finding.rule);
  if (index < verify::kStateRules.size()) result["ruleIndex"] = index;
  result["locations"] = Json::array();
  for (const auto& object : finding.objects) result["locations"].push_back(location_json(object));
  return result;
}

// Input that could not be read is a failure of the run, not a result.
Json invocation_json(const Report& report) {
  Json invocation{{"executionSuccessful", report.unread.empty()}};
  for (const std::string& problem : report.unread) {
    invocation["toolExecutionNotifications"].push_back(
        {{"level", "error"}, {"message", {{"text", problem}}}});
  }
  return invocation;
}

}  // namespace

Json sarif_json(const Report& report) {
  Json results = Json::array();
  for (const auto& finding : report.findings) results.push_back(result_json(finding));
  Json driver{{"name", "clusteripctl"}, {"rules", rules_json()}};
  Json run{{"tool", {{"driver", std::move(driver)}}}};
  run["invocations"] = Json::array({invocation_json(report)});
  run["results"] = std::move(results);
  Json sarif{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}};
  sarif["runs"] = Json::array({std::move(run)});
  return sarif;
}

}  // namespace clusterip::daemon
