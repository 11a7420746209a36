#include <ostream>

#include <nlohmann/json.hpp>

#include "daemon/observe/report_json.hpp"
#include "tools/clusteripctl/load_report.hpp"

namespace clusterip::ctl {
namespace {

using Json = nlohmann::ordered_json;

Json summary_json(const LatencySummary& summary) {
  return {{"count", summary.count},  {"p50Ms", summary.p50_ms},   {"p90Ms", summary.p90_ms},
          {"p99Ms", summary.p99_ms}, {"p999Ms", summary.p999_ms}, {"maxMs", summary.max_ms}};
}

}  // namespace

void write_load_json(const LoadReport& report, std::ostream& out) {
  const LoadFigures& figures = report.figures;
  Json json{{"kind", "LoadReport"},
            {"server", report.server},
            {"namespace", report.options.name_space},
            {"seed", report.options.seed},
            {"clients", report.options.clients},
            {"rate", report.options.rate},
            {"seconds", figures.elapsed}};
  std::uint64_t done = 0;
  Json& steps = json["steps"];
  for (std::size_t i = 0; i < kLoadActions; ++i) {
    const auto& good = figures.good.at(i);
    const auto& refused = figures.refused.at(i);
    if (good.empty() && refused.empty()) continue;
    done += good.size() + refused.size();
    steps[std::string(action_name(static_cast<LoadAction>(i)))] = {
        {"done", summary_json(summarise(good))}, {"refused", summary_json(summarise(refused))}};
  }
  json["perSecond"] = figures.elapsed > 0 ? static_cast<double>(done) / figures.elapsed : 0.0;
  json["errors"] = figures.errors;
  json["timeline"] = Json::array();
  for (const LoadSecond& second : figures.seconds) {
    json["timeline"].push_back({{"done", second.done},
                                {"refused", second.failed},
                                {"slowestMs", static_cast<double>(second.slowest_us) / 1000.0}});
  }
  if (report.verified) {
    json["findings"] = Json::array();
    for (const verify::Finding& finding : report.findings)
      json["findings"].push_back(daemon::finding_json(finding));
    json["suspected"] = report.suspected;
  }
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace clusterip::ctl
