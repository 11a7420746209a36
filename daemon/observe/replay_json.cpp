#include <ostream>

#include "daemon/observe/replay_report.hpp"
#include "daemon/observe/report_json.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;
using verify::Severity;
using verify::Verdict;

Json decision_json(const verify::History& history, const verify::Decision& decision) {
  const verify::AuditedRequest& request = history.record.requests[decision.request];
  return {{"auditID", request.audit_id},
          {"time", cluster::to_text_micro(request.during.to)},
          {"server", std::to_string(request.server)},
          {"verb", verify::verb_name(request.verb)},
          {"object", request.object()},
          {"decision", verify::answer_name(decision.answer)},
          {"addresses", decision.addresses},
          {"verdict", verify::verdict_name(decision.judgement.verdict)},
          {"rule", decision.judgement.rule},
          {"message", decision.judgement.message}};
}

Json replay_finding_json(const verify::ReplayFinding& found) {
  Json json{{"kind", "Finding"}};
  Json members = finding_json(found.finding);
  Json message = members["message"];
  members.erase("message");
  json.update(members);
  json["since"] = found.since ? Json(cluster::to_text_micro(*found.since)) : Json(nullptr);
  json["message"] = std::move(message);
  json["chain"] = Json::array();
  for (const verify::ChainLink& link : found.chain) {
    json["chain"].push_back(
        {{"auditID", link.audit_id}, {"time", cluster::to_text_micro(link.time)}, {"what", link.what}});
  }
  return json;
}

Json summary_json(const ReplayReport& report) {
  Json json{{"kind", "Summary"},
            {"decisions", report.decisions.size()},
            {"permitted", report.count(Verdict::kPermitted)},
            {"forbidden", report.count(Verdict::kForbidden)},
            {"undecided", report.count(Verdict::kUndecided)},
            {"findings", report.findings.size()},
            {"errors", report.count(Severity::kError)},
            {"warnings", report.count(Severity::kWarning)},
            {"version", report.version},
            {"skipped", report.skipped}};
  if (!report.unread.empty()) json["unread"] = report.unread;
  return json;
}

Json report_json(const ReplayReport& report) {
  Json summary = summary_json(report);
  summary.erase("kind");
  Json json{{"kind", "ReplayReport"}, {"summary", std::move(summary)}};
  json["decisions"] = Json::array();
  for (const verify::Decision& decision : report.decisions) {
    json["decisions"].push_back(decision_json(*report.history, decision));
  }
  json["findings"] = Json::array();
  for (const verify::ReplayFinding& found : report.findings) {
    Json one = replay_finding_json(found);
    one.erase("kind");
    json["findings"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

std::string decision_line(const verify::History& history, const verify::Decision& decision) {
  return json_text(decision_json(history, decision), -1);
}

std::string finding_line(const verify::ReplayFinding& found) {
  return json_text(replay_finding_json(found), -1);
}

void write_replay_json_lines(const ReplayReport& report, std::ostream& out) {
  for (const verify::Decision& decision : report.decisions)
    out << decision_line(*report.history, decision) << '\n';
  for (const verify::ReplayFinding& found : report.findings) out << finding_line(found) << '\n';
  out << json_text(summary_json(report), -1) << '\n';
}

void write_replay_json(const ReplayReport& report, std::ostream& out) {
  out << json_text(report_json(report), 2) << '\n';
}

void write_replay_yaml(const ReplayReport& report, std::ostream& out) {
  out << yaml_text(report_json(report));
}

}  // namespace clusterip::daemon
