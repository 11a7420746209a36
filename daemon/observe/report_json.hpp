// Reports as JSON values, for whatever prints or serves them. Members keep the order of the interface.
#pragma once

#include <nlohmann/json.hpp>

#include "daemon/observe/report.hpp"
#include "engine/verify/explain.hpp"

namespace clusterip::daemon {

nlohmann::ordered_json finding_json(const verify::Finding& finding);
nlohmann::ordered_json usage_json(const verify::RangeUsage& usage);
nlohmann::ordered_json report_json(const Report& report);
nlohmann::ordered_json explanation_json(const verify::Explanation& explanation);

// A JSON value as text; an indent below zero: on one line. What is no UTF-8 is replaced.
std::string json_text(const nlohmann::ordered_json& value, int indent);
// A JSON value as YAML of the same meaning, ending with a newline.
std::string yaml_text(const nlohmann::ordered_json& value);

}  // namespace clusterip::daemon
