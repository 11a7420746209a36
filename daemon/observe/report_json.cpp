#include "daemon/observe/report_json.hpp"

#include <ostream>

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;
using verify::Severity;

Json count_json(const verify::Usage& usage) {
  return {{"used", std::to_string(usage.used)}, {"free", std::to_string(usage.free)}};
}

Json summary_json(const Report& report) {
  return {{"services", report.services},
          {"ipAddresses", report.ip_addresses},
          {"serviceCIDRs", report.service_cidrs},
          {"errors", report.count(Severity::kError)},
          {"warnings", report.count(Severity::kWarning)}};
}

Json object_json(const verify::ObjectRef& object) {
  Json json{{"kind", object.kind}};
  if (!object.name_space.empty()) json["namespace"] = object.name_space;
  json["name"] = object.name;
  return json;
}

}  // namespace

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json finding_json(const verify::Finding& finding) {
  Json json{{"rule", finding.rule}, {"severity", verify::severity_name(finding.severity)}};
  if (!finding.address.empty()) json["address"] = finding.address;
  json["objects"] = Json::array();
  for (const auto& object : finding.objects) json["objects"].push_back(object_json(object));
  json["message"] = finding.message;
  return json;
}

Json usage_json(const verify::RangeUsage& usage) {
  Json json{{"cidr", usage.cidr.to_string()},
            {"names", usage.names},
            {"state", verify::range_state_name(usage.state)}};
  json.update(count_json(usage.all));
  json["static"] = count_json(usage.static_band);
  json["dynamic"] = count_json(usage.dynamic_band);
  return json;
}

Json report_json(const Report& report) {
  Json json{{"kind", "VerificationReport"}, {"summary", summary_json(report)}};
  if (!report.unread.empty()) json["unread"] = report.unread;
  json["findings"] = Json::array();
  for (const auto& finding : report.findings) json["findings"].push_back(finding_json(finding));
  json["cidrs"] = Json::array();
  for (const auto& usage : report.cidrs) json["cidrs"].push_back(usage_json(usage));
  return json;
}

void write_json(const Report& report, std::ostream& out) {
  out << json_text(report_json(report), 2) << '\n';
}

void write_json_lines(const Report& report, std::ostream& out) {
  const auto line = [&out](const char* kind, const Json& members) {
    Json json{{"kind", kind}};
    json.update(members);
    out << json_text(json, -1) << '\n';
  };
  for (const auto& finding : report.findings) line("Finding", finding_json(finding));
  for (const auto& usage : report.cidrs) line("CIDR", usage_json(usage));
  Json summary = summary_json(report);
  if (!report.unread.empty()) summary["unread"] = report.unread;
  line("Summary", summary);
}

void write_yaml(const Report& report, std::ostream& out) {
  out << yaml_text(report_json(report));
}

}  // namespace clusterip::daemon
