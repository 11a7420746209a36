// What both modes of clusteripd answer under /apis/clusterip.dev/v1 in the same way.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "daemon/observe/rule_report.hpp"
#include "engine/verify/explain.hpp"
#include "engine/verify/range_usage.hpp"
#include "engine/verify/terminating.hpp"

namespace clusterip::daemon {

inline constexpr const char* kVerificationApi = "/apis/clusterip.dev/v1";
inline constexpr const char* kVerificationVersion = "clusterip.dev/v1";

struct VerificationAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
};

// A parameter of the query; "" for one that was not given.
using VerificationParameter = std::function<std::string(const char*)>;

VerificationAnswer json_answer(const nlohmann::ordered_json& json, int status = 200);
// A Status object.
VerificationAnswer refusal_answer(int code, const char* reason, const std::string& message);

// Findings in the form that `output` names: json (or nothing), junit or sarif.
VerificationAnswer findings_answer(const std::string& output,
                                   const std::function<nlohmann::ordered_json()>& as_json,
                                   const std::function<RuleReport()>& as_report);

// Adds items and terminating to the list that `json` begins.
VerificationAnswer cidrs_answer(nlohmann::ordered_json json, const std::vector<verify::RangeUsage>& usage,
                                const std::vector<verify::TerminatingRange>& terminating);

// address=A or service=NS/NAME, one of them; `explain` gets the other one empty.
using Explainer =
    std::function<verify::Explanation(const std::optional<Address>& address, const std::string& service)>;
VerificationAnswer explain_answer(nlohmann::ordered_json json, const VerificationParameter& parameter,
                                  const Explainer& explain);

}  // namespace clusterip::daemon
