#include "daemon/mirror/verification_json.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "daemon/mirror/live_report.hpp"
#include "daemon/observe/report_json.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;

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

Json envelope(const char* kind, const MirrorHealth& health) {
  return {{"kind", kind}, {"apiVersion", kVerificationVersion}, {"mirror", mirror_json(health)}};
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
VerificationAnswer findings(const Mirror& mirror, const VerificationParameter& parameter) {
  FindingFilter filter{parameter("stage"), parameter("rule"), parameter("severity"), parameter("address")};
  if (filter.stage.empty()) filter.stage = "confirmed";
  if (std::find(kStages.begin(), kStages.end(), filter.stage) == kStages.end()) {
    return refusal_answer(
        400, "BadRequest",
        "stage \"" + filter.stage + "\" is not one of all, suspected, confirmed, resolved, withdrawn");
  }
  const auto report = mirror.report();
  std::vector<TrackedFinding> wanted;
  std::copy_if(report->findings.begin(), report->findings.end(), std::back_inserter(wanted),
               [&](const TrackedFinding& tracked) { return filter.takes(tracked); });
  return findings_answer(
      parameter("output"), [&] { return findings_json(mirror, *report, wanted); },
      [&] { return live_report(wanted, mirror.health()); });
}

VerificationAnswer cidrs(const Mirror& mirror) {
  const auto report = mirror.report();
  return cidrs_answer(envelope("CIDRList", mirror.health()), report->usage, report->terminating);
}

VerificationAnswer no_audit_events() {
  return refusal_answer(404, "NotFound",
                        "no audit events come in: start the mirror with --audit-log or --audit-webhook-port");
}

// verdict: permitted, forbidden or undecided; all: the latest, whatever their verdict; without it those that
// are not permitted.
VerificationAnswer decisions(const Mirror& mirror, const AuditJudge* audit,
                             const VerificationParameter& parameter) {
  if (audit == nullptr) return no_audit_events();
  const std::string verdict = parameter("verdict");
  const auto report = audit->report();
  Json json = envelope("DecisionList", mirror.health());
  json["summary"] = {{"events", report->counts.events},
                     {"problems", report->counts.problems},
                     {"losses", report->counts.losses},
                     {"window", report->window},
                     {"whole", report->whole}};
  if (!report->counts.last_problem.empty()) json["summary"]["lastProblem"] = report->counts.last_problem;
  if (!report->counts.last_loss.empty()) json["summary"]["lastLoss"] = report->counts.last_loss;
  json["summary"]["gaps"] = Json::array();
  for (const verify::Gap& gap : report->gaps) {
    const auto time = [](cluster::Instant at) {
      const bool is_known = at != verify::kBeginning && at != verify::kEnd;
      return is_known ? Json(cluster::to_text_micro(at)) : Json(nullptr);
    };
    json["summary"]["gaps"].push_back(
        {{"from", time(gap.when.from)}, {"to", time(gap.when.to)}, {"why", gap.why}});
  }
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
  return json_answer(json);
}

// Why a create was refused when it was judged, and what it would be answered now.
VerificationAnswer explain_refused(const Mirror& mirror, const AuditJudge* audit, const std::string& id) {
  if (audit == nullptr) return no_audit_events();
  const auto report = audit->report();
  const auto found = std::find_if(report->refused.begin(), report->refused.end(),
                                  [&](const auto& refused) { return refused->audit_id == id; });
  if (found == report->refused.end()) {
    return refusal_answer(404, "NotFound",
                          "auditID \"" + id +
                              "\" is not that of a create of a Service that was refused lately; the latest " +
                              std::to_string(report->refused.size()) + " are kept");
  }
  Json json = envelope("Explanation", mirror.health());
  json["decision"] = Json::parse((*found)->decision, nullptr, false);
  json["explanation"] = explanation_json(mirror.cluster().look([&](const verify::State& state) {
    return verify::explain_request(state, (*found)->sent, {}, verify::Known::kAddresses);
  }));
  return json_answer(json);
}

// Parameters: address, service, or auditID.
VerificationAnswer explain(const Mirror& mirror, const AuditJudge* audit,
                           const VerificationParameter& parameter) {
  const std::string id = parameter("auditID");
  if (!id.empty()) return explain_refused(mirror, audit, id);
  return explain_answer(envelope("Explanation", mirror.health()), parameter,
                        [&](const std::optional<Address>& address, const std::string& service) {
                          return mirror.cluster().look([&](const verify::State& state) {
                            return address ? verify::explain_address(state, *address, {})
                                           : verify::explain_service(state, service, {});
                          });
                        });
}

}  // namespace

VerificationAnswer answer_verification(const Mirror& mirror, const AuditJudge* audit, std::string_view path,
                                       const VerificationParameter& parameter) {
  if (path == "/findings") return findings(mirror, parameter);
  if (path == "/cidrs") return cidrs(mirror);
  if (path == "/explain") return explain(mirror, audit, parameter);
  if (path == "/decisions") return decisions(mirror, audit, parameter);
  if (path.empty() || path == "/") {
    Json json = envelope("Overview", mirror.health());
    json["paths"] = {"/apis/clusterip.dev/v1/findings", "/apis/clusterip.dev/v1/cidrs",
                     "/apis/clusterip.dev/v1/decisions", "/apis/clusterip.dev/v1/explain"};
    return json_answer(json);
  }
  return refusal_answer(404, "NotFound", "the server could not find the requested resource");
}

}  // namespace clusterip::daemon
