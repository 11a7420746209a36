#include <ostream>

#include <nlohmann/json.hpp>

#include "tools/clusteripctl/scenario_report.hpp"

namespace clusterip::ctl {
namespace {

using json = nlohmann::ordered_json;

std::string_view kind_name(cluster::UpstreamRecord::Kind kind) {
  switch (kind) {
    case cluster::UpstreamRecord::Kind::kNote:
      return "Note";
    case cluster::UpstreamRecord::Kind::kRequest:
      return "Request";
    case cluster::UpstreamRecord::Kind::kAnswer:
      return "Answer";
    case cluster::UpstreamRecord::Kind::kWrite:
      return "Write";
    case cluster::UpstreamRecord::Kind::kEvent:
      return "Event";
    case cluster::UpstreamRecord::Kind::kFault:
      return "Fault";
  }
  return "";
}

json entry_json(const TranscriptEntry& entry) {
  if (!entry.record) return {{"kind", "Remark"}, {"text", entry.remark}};
  const cluster::UpstreamRecord& record = *entry.record;
  json value{{"kind", kind_name(record.kind)},
             {"time", cluster::to_text_micro(record.time)},
             {"actor", record.actor}};
  if (!record.object.empty()) value["object"] = record.object;
  if (record.code != 0) value["code"] = record.code;
  if (!record.reason.empty()) value["reason"] = record.reason;
  if (!record.addresses.empty()) value["addresses"] = record.addresses;
  if (!record.text.empty()) value["text"] = record.text;
  return value;
}

json finding_json(const verify::Finding& finding) {
  json value{
      {"kind", "Finding"}, {"rule", finding.rule}, {"severity", verify::severity_name(finding.severity)}};
  if (!finding.address.empty()) value["address"] = finding.address;
  json objects = json::array();
  for (const verify::ObjectRef& object : finding.objects) {
    json each{{"kind", object.kind}};
    if (!object.name_space.empty()) each["namespace"] = object.name_space;
    each["name"] = object.name;
    objects.push_back(std::move(each));
  }
  value["objects"] = std::move(objects);
  value["message"] = finding.message;
  return value;
}

json failure_json(const ScenarioFailure& failure, const std::string& file) {
  return {{"kind", "Failure"},
          {"file", file},
          {"line", failure.line},
          {"wanted", failure.wanted},
          {"found", failure.found}};
}

json summary_json(const ScenarioResult& result, const std::string& file) {
  json value{{"kind", "Summary"}, {"file", file}};
  if (!result.title.empty()) value["title"] = result.title;
  value["expectations"] = result.expectations;
  value["failed"] = result.failures.size();
  if (result.error) value["error"] = *result.error;
  return value;
}

// Texts come from the file, which may hold any bytes.
std::string printed(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void write_scenario_json(const ScenarioResult& result, const std::string& file, std::ostream& out) {
  json value{{"kind", "ScenarioReport"}, {"summary", summary_json(result, file)}};
  value["summary"].erase("kind");
  for (const char* list : {"transcript", "findings", "failures"}) value[list] = json::array();
  for (const TranscriptEntry& entry : result.transcript) value["transcript"].push_back(entry_json(entry));
  for (const verify::Finding& finding : result.findings) value["findings"].push_back(finding_json(finding));
  for (const ScenarioFailure& failure : result.failures)
    value["failures"].push_back(failure_json(failure, file));
  out << printed(value, 2) << '\n';
}

void write_scenario_json_lines(const ScenarioResult& result, const std::string& file, std::ostream& out) {
  for (const TranscriptEntry& entry : result.transcript) out << printed(entry_json(entry), -1) << '\n';
  for (const verify::Finding& finding : result.findings) out << printed(finding_json(finding), -1) << '\n';
  for (const ScenarioFailure& failure : result.failures)
    out << printed(failure_json(failure, file), -1) << '\n';
  out << printed(summary_json(result, file), -1) << '\n';
}

}  // namespace clusterip::ctl
