#include "daemon/observe/verification_answer_json.hpp"

#include <sstream>

#include "daemon/observe/explanation.hpp"
#include "daemon/observe/report_json.hpp"
#include "engine/net/text.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

VerificationAnswer json_answer(const Json& json, int status) {
  return {status, json_text(json, -1) + "\n"};
}

VerificationAnswer refusal_answer(int code, const char* reason, const std::string& message) {
  return json_answer({{"kind", "Status"},
                      {"apiVersion", "v1"},
                      {"metadata", Json::object()},
                      {"status", "Failure"},
                      {"message", message},
                      {"reason", reason},
                      {"code", code}},
                     code);
}

VerificationAnswer findings_answer(const std::string& output, const std::function<Json()>& as_json,
                                   const std::function<RuleReport()>& as_report) {
  if (output.empty() || output == "json") return json_answer(as_json());
  std::ostringstream text;
  if (output == "junit") {
    write_junit(as_report(), text);
    return {200, text.str(), "application/xml"};
  }
  if (output == "sarif") {
    write_sarif(as_report(), text);
    return {200, text.str(), "application/sarif+json"};
  }
  return refusal_answer(400, "BadRequest", "output \"" + output + "\" is not one of json, junit, sarif");
}

VerificationAnswer cidrs_answer(Json json, const std::vector<verify::RangeUsage>& usage,
                                const std::vector<verify::TerminatingRange>& terminating) {
  json["items"] = Json::array();
  for (const verify::RangeUsage& one : usage) json["items"].push_back(usage_json(one));
  json["terminating"] = Json::array();
  for (const verify::TerminatingRange& range : terminating) {
    json["terminating"].push_back(terminating_json(range));
  }
  return json_answer(json);
}

VerificationAnswer explain_answer(Json json, const VerificationParameter& parameter,
                                  const Explainer& explain) {
  const std::string written = parameter("address");
  const std::string service = parameter("service");
  if (written.empty() == service.empty())
    return refusal_answer(400, "BadRequest", "name either address or service=NAMESPACE/NAME");
  const auto address = read_address_sloppy(written);
  if (!written.empty() && !address)
    return refusal_answer(400, "BadRequest", "address \"" + written + "\" is no IP address");
  if (!service.empty() && service.find('/') == std::string::npos) {
    return refusal_answer(400, "BadRequest", "service \"" + service + "\" is not NAMESPACE/NAME");
  }
  json["explanation"] = explanation_json(explain(address, service));
  return json_answer(json);
}

}  // namespace clusterip::daemon
