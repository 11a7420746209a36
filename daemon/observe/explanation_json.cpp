#include <ostream>

#include "daemon/observe/explanation.hpp"
#include "daemon/observe/report_json.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;

Json since_json(const verify::HolderSince& holder) {
  Json json{{"kind", holder.object.kind}};
  if (!holder.object.name_space.empty()) json["namespace"] = holder.object.name_space;
  json["name"] = holder.object.name;
  if (holder.since) json["since"] = cluster::to_text(*holder.since);
  return json;
}

Json range_json(const verify::RangeAround& range) {
  Json json{{"cidr", range.cidr.to_string()},
            {"names", range.names},
            {"state", verify::range_state_name(range.state)},
            {"place", verify::place_name(range.place)}};
  for (const verify::Blockers& blockers : range.blockers) {
    json["blockers"].push_back({{"serviceCIDR", blockers.range},
                                {"count", blockers.count},
                                {"named", blockers.named},
                                {"remedy", blockers.remedy}});
  }
  return json;
}

Json outlook_json(const verify::Outlook& outlook) {
  Json json{{"request", outlook.request}, {"granted", outlook.granted}, {"reason", outlook.reason}};
  if (!outlook.remedy.empty()) json["remedy"] = outlook.remedy;
  return json;
}

Json address_json(const verify::AddressExplanation& address) {
  Json json{{"address", address.address.to_string()}, {"heldBy", Json::array()}};
  for (const auto& holder : address.holders) json["heldBy"].push_back(since_json(holder));
  if (address.claim) {
    json["ipAddress"] = since_json(*address.claim);
    if (!address.claim_parent.empty()) json["ipAddress"]["parent"] = address.claim_parent;
  }
  json["ranges"] = Json::array();
  for (const auto& range : address.ranges) json["ranges"].push_back(range_json(range));
  json["request"] = outlook_json(address.request);
  json["findings"] = Json::array();
  for (const auto& finding : address.findings) json["findings"].push_back(finding_json(finding));
  return json;
}

}  // namespace

Json explanation_json(const verify::Explanation& explanation) {
  Json json{{"kind", "Explanation"}};
  if (explanation.service) {
    json["service"] = {{"namespace", explanation.service->name_space},
                       {"name", explanation.service->name},
                       {"exists", explanation.service_exists}};
  }
  json["addresses"] = Json::array();
  for (const auto& address : explanation.addresses) json["addresses"].push_back(address_json(address));
  json["anyAddress"] = Json::array();
  for (const auto& outlook : explanation.any_address) json["anyAddress"].push_back(outlook_json(outlook));
  for (const auto& outlook : explanation.request) json["request"].push_back(outlook_json(outlook));
  return json;
}

void write_explanation(const verify::Explanation& explanation, ReportFormat format, std::ostream& out,
                       const std::vector<std::string>& unread) {
  if (format == ReportFormat::kTable) {
    write_explanation_text(explanation, out);
    if (!unread.empty()) out << "INCOMPLETE: some input could not be read\n";
    return;
  }
  Json json = explanation_json(explanation);
  if (!unread.empty()) json["unread"] = unread;
  if (format == ReportFormat::kYaml) {
    out << yaml_text(json);
  } else {
    out << json_text(json, 2) << '\n';
  }
}

}  // namespace clusterip::daemon
