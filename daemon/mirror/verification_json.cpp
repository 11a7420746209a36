#include "daemon/mirror/verification_json.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include <nlohmann/json.hpp>

#include "daemon/mirror/live_report.hpp"
#include "daemon/observe/explanation.hpp"
#include "daemon/observe/report_json.hpp"
#include "engine/net/text.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kGroupVersion = "clusterip.dev/v1";
constexpr std::array<std::string_view, 5> kStages{"all", "suspected", "confirmed", "resolved", "withdrawn"};

double seconds(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1000.0;
}

Json mirror_json(const MirrorHealth& health) {
  Json mirror;
  mirror["inStep"] = health.in_step;
  mirror["stalenessSeconds"] = health.ever_heard ? Json(seconds(health.staleness)) : Json(nullptr);
  Json& resources = mirror["resources"];
  for (std::size_t i = 0; i < kMirroredKinds.size(); ++i) {
    const KindHealth& kind = health.kinds.at(i);
    Json& resource = resources[std::string(resource_name(kMirroredKinds.at(i)))];
    resource["inStep"] = kind.status.in_step;
    resource["stalenessSeconds"] = kind.ever_heard ? Json(seconds(kind.staleness)) : Json(nullptr);
    resource["resourceVersion"] = kind.status.version;
    resource["objects"] = kind.objects;
    if (kind.status.trouble) {
      resource["trouble"] = {{"fault", fault_name(kind.status.trouble->kind)},
                             {"message", kind.status.trouble->message}};
    }
  }
  return mirror;
}

Json tracked_json(const TrackedFinding& tracked) {
  Json json = finding_json(tracked.finding);
  json["stage"] = stage_name(tracked.stage);
  json["firstSeen"] = cluster::to_text_micro(tracked.first_seen);
  json["lastSeen"] = cluster::to_text_micro(tracked.last_seen);
  if (tracked.confirmed) json["confirmed"] = cluster::to_text_micro(*tracked.confirmed);
  if (tracked.ended) json["ended"] = cluster::to_text_micro(*tracked.ended);
  return json;
}

Json terminating_json(const verify::TerminatingRange& range) {
  Json json{{"name", range.name}, {"cidrs", range.cidrs}, {"since", cluster::to_text(range.since)}};
  json["covered"] = range.is_covered;
  json["keepers"] = range.keeper_count;
  json["advice"] = range.advice;
  json["keptBy"] = Json::array();
  for (const verify::RangeKeeper& keeper : range.keepers) {
    json["keptBy"].push_back(
        {{"address", keeper.address.to_string()}, {"holder", keeper.holder}, {"leftOver", !keeper.is_held}});
  }
  return json;
}

Json envelope(const char* kind, const MirrorHealth& health) {
  return {{"kind", kind}, {"apiVersion", kGroupVersion}, {"mirror", mirror_json(health)}};
}

VerificationAnswer answer_of(const Json& json, int status = 200) {
  return {status, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

VerificationAnswer refusal(int code, const char* reason, const std::string& message) {
  return answer_of({{"kind", "Status"},
                    {"apiVersion", "v1"},
                    {"metadata", Json::object()},
                    {"status", "Failure"},
                    {"message", message},
                    {"reason", reason},
                    {"code", code}},
                   code);
}

// What is asked for of the findings. stage: one of kStages; without it those that are confirmed now.
// severity, rule, address: exact.
struct FindingFilter {
  std::string stage;
  std::string rule;
  std::string severity;
  std::string address;

  bool takes(const TrackedFinding& tracked) const {
    return (stage == "all" || stage == stage_name(tracked.stage)) &&
           (rule.empty() || rule == tracked.finding.rule) &&
           (severity.empty() || severity == verify::severity_name(tracked.finding.severity)) &&
           (address.empty() || address == tracked.finding.address);
  }
};

Json findings_json(const Mirror& mirror, const MirrorReport& report,
                   const std::vector<TrackedFinding>& wanted) {
  Json json = envelope("FindingList", mirror.health());
  json["judged"] =
      report.judged == cluster::Instant{} ? Json(nullptr) : Json(cluster::to_text_micro(report.judged));
  std::array<std::size_t, 3> confirmed{};
  std::size_t suspected = 0;
  for (const TrackedFinding& tracked : report.findings) {
    // What is only information is never confirmed, and shown as it is.
    const bool is_info = tracked.finding.severity == verify::Severity::kInfo;
    const bool counts = tracked.stage == FindingStage::kConfirmed;
    if (counts) ++confirmed.at(static_cast<std::size_t>(tracked.finding.severity));
    if (tracked.stage == FindingStage::kSuspected && !is_info) ++suspected;
  }
  json["summary"] = {{"errors", confirmed[2]}, {"warnings", confirmed[1]}, {"suspected", suspected}};
  json["items"] = Json::array();
  for (const TrackedFinding& tracked : wanted) json["items"].push_back(tracked_json(tracked));
  return json;
}

// Further parameters: output, as `clusteripctl verify -o` names it, of json, junit and sarif.
VerificationAnswer findings(const Mirror& mirror, const std::function<std::string(const char*)>& parameter) {
  FindingFilter filter{parameter("stage"), parameter("rule"), parameter("severity"), parameter("address")};
  if (filter.stage.empty()) filter.stage = "confirmed";
  if (std::find(kStages.begin(), kStages.end(), filter.stage) == kStages.end()) {
    return refusal(
        400, "BadRequest",
        "stage \"" + filter.stage + "\" is not one of all, suspected, confirmed, resolved, withdrawn");
  }
  const auto report = mirror.report();
  std::vector<TrackedFinding> wanted;
  std::copy_if(report->findings.begin(), report->findings.end(), std::back_inserter(wanted),
               [&](const TrackedFinding& tracked) { return filter.takes(tracked); });
  const std::string output = parameter("output");
  if (output.empty() || output == "json") return answer_of(findings_json(mirror, *report, wanted));
  std::ostringstream text;
  if (output == "junit") {
    write_junit(live_report(wanted, mirror.health()), text);
    return {200, text.str(), "application/xml"};
  }
  if (output == "sarif") {
    write_sarif(live_report(wanted, mirror.health()), text);
    return {200, text.str(), "application/sarif+json"};
  }
  return refusal(400, "BadRequest", "output \"" + output + "\" is not one of json, junit, sarif");
}

VerificationAnswer cidrs(const Mirror& mirror) {
  const auto report = mirror.report();
  Json json = envelope("CIDRList", mirror.health());
  json["items"] = Json::array();
  for (const verify::RangeUsage& usage : report->usage) json["items"].push_back(usage_json(usage));
  json["terminating"] = Json::array();
  for (const verify::TerminatingRange& range : report->terminating) {
    json["terminating"].push_back(terminating_json(range));
  }
  return answer_of(json);
}

// verdict: permitted, forbidden or undecided; all: the latest, whatever their verdict; without it those that
// are not permitted.
VerificationAnswer decisions(const Mirror& mirror, const AuditJudge* audit,
                             const std::function<std::string(const char*)>& parameter) {
  if (audit == nullptr) {
    return refusal(404, "NotFound",
                   "no audit events come in: start the mirror with --audit-log or --audit-webhook-port");
  }
  const std::string verdict = parameter("verdict");
  const auto report = audit->report();
  Json json = envelope("DecisionList", mirror.health());
  json["summary"] = {{"events", report->events}, {"problems", report->problems}, {"window", report->window}};
  if (!report->last_problem.empty()) json["summary"]["lastProblem"] = report->last_problem;
  for (const char* name : {"permitted", "forbidden", "undecided"}) {
    const auto found = report->verdicts.find(name);
    json["summary"][name] = found == report->verdicts.end() ? 0 : found->second;
  }
  json["items"] = Json::array();
  const bool notable = verdict.empty() || verdict == "forbidden" || verdict == "undecided";
  for (const std::string& line : notable ? report->notable : report->latest) {
    Json item = Json::parse(line, nullptr, false);
    if (notable && !verdict.empty() && item.value("verdict", "") != verdict) continue;
    json["items"].push_back(std::move(item));
  }
  json["findings"] = Json::array();
  for (const std::string& line : report->findings)
    json["findings"].push_back(Json::parse(line, nullptr, false));
  return answer_of(json);
}

// address=A or service=NS/NAME.
VerificationAnswer explain(const Mirror& mirror, const std::function<std::string(const char*)>& parameter) {
  const std::string written = parameter("address");
  const std::string service = parameter("service");
  if (written.empty() == service.empty())
    return refusal(400, "BadRequest", "name either address or service=NAMESPACE/NAME");
  const auto address = read_address_sloppy(written);
  if (!written.empty() && !address)
    return refusal(400, "BadRequest", "address \"" + written + "\" is no IP address");
  if (!service.empty() && service.find('/') == std::string::npos) {
    return refusal(400, "BadRequest", "service \"" + service + "\" is not NAMESPACE/NAME");
  }
  const verify::Explanation explanation = mirror.cluster().look([&](const verify::State& state) {
    return address ? verify::explain_address(state, *address, {})
                   : verify::explain_service(state, service, {});
  });
  std::ostringstream text;
  write_explanation(explanation, ReportFormat::kJson, text);
  Json json = envelope("Explanation", mirror.health());
  json["explanation"] = Json::parse(text.str(), nullptr, false);
  return answer_of(json);
}

}  // namespace

VerificationAnswer answer_verification(const Mirror& mirror, const AuditJudge* audit, std::string_view path,
                                       const std::function<std::string(const char*)>& parameter) {
  if (path == "/findings") return findings(mirror, parameter);
  if (path == "/cidrs") return cidrs(mirror);
  if (path == "/explain") return explain(mirror, parameter);
  if (path == "/decisions") return decisions(mirror, audit, parameter);
  if (path.empty() || path == "/") {
    Json json = envelope("Overview", mirror.health());
    json["paths"] = {"/apis/clusterip.dev/v1/findings", "/apis/clusterip.dev/v1/cidrs",
                     "/apis/clusterip.dev/v1/decisions", "/apis/clusterip.dev/v1/explain"};
    return answer_of(json);
  }
  return refusal(404, "NotFound", "the server could not find the requested resource");
}

}  // namespace clusterip::daemon
