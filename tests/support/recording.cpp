#include "tests/support/recording.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "daemon/api/audit_reader.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::testing {
namespace {

verify::Record read(const std::string& recording) {
  api::AuditReading reading;
  for (int server = 0;; ++server) {
    const std::string path =
        source_path("tests/recordings/" + recording + "/audit" + std::to_string(server) + ".log.gz");
    if (!std::filesystem::exists(path)) break;
    auto opened = daemon::open_source(path);
    if (opened.index() != 0) throw std::runtime_error(path + ": " + std::get<1>(opened));
    api::read_audit_log(*std::get<0>(opened), reading);
  }
  if (reading.problem_count > 0) throw std::runtime_error(reading.problems.front().message());
  if (reading.lines == 0) throw std::runtime_error(recording + " has no audit log");
  verify::put_in_order(reading.record);
  return std::move(reading.record);
}

}  // namespace

const std::vector<std::string>& recordings() {
  static const std::vector<std::string> kNames{
      "extend-1.33",           "extend-1.36",           "flags-back-to-single-1.36",
      "flags-mismatch-1.36",   "load-two-servers-1.33", "flags-upgrade-to-dual-1.36",
      "load-two-servers-1.36", "replace-default-1.36",  "service-matrix-1.36"};
  return kNames;
}

verify::ReplayOptions options_of(const std::string& recording) {
  verify::ReplayOptions options;
  options.version = *cluster::version_profile(recording.substr(recording.rfind('-') + 1));
  return options;
}

const verify::Record& recorded(const std::string& recording) {
  static std::map<std::string, std::unique_ptr<verify::Record>> known;
  auto& record = known[recording];
  if (record == nullptr) record = std::make_unique<verify::Record>(read(recording));
  return *record;
}

Replayed::Replayed(verify::Record with_requests, const verify::ReplayOptions& options)
    : record(std::move(with_requests)),
      history(record, options),
      decisions(verify::judge_all(history)),
      findings(verify::find_faults(history)) {}

std::size_t Replayed::count(verify::Verdict verdict) const {
  return lines(verdict).size();
}

std::size_t Replayed::count_findings(verify::Severity severity) const {
  return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), [&](const auto& found) {
    return found.finding.severity == severity;
  }));
}

const verify::Decision* Replayed::decision(const std::string& audit_id) const {
  for (const verify::Decision& decision : decisions) {
    if (record.requests[decision.request].audit_id == audit_id) return &decision;
  }
  return nullptr;
}

std::vector<std::string> Replayed::lines(verify::Verdict verdict) const {
  std::vector<std::string> all;
  for (const verify::Decision& decision : decisions) {
    if (decision.judgement.verdict != verdict) continue;
    const verify::AuditedRequest& request = record.requests[decision.request];
    all.push_back(verify::time_of_day(request.during.to) + " " +
                  std::string(verify::verb_name(request.verb)) + " " + request.object() + ": " +
                  std::string(decision.judgement.rule) + ": " + decision.judgement.message);
  }
  return all;
}

}  // namespace clusterip::testing
