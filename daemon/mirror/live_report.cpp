#include "daemon/mirror/live_report.hpp"

namespace clusterip::daemon {
namespace {

RuleResult result_of(const TrackedFinding& tracked) {
  RuleResult result = rule_result(tracked.finding);
  if (tracked.stage != FindingStage::kConfirmed) {
    result.level = ResultLevel::kNote;
    result.message = std::string(stage_name(tracked.stage)) + ": " + result.message;
  }
  result.steps.push_back({cluster::to_text_micro(tracked.first_seen), "first seen"});
  if (tracked.confirmed) {
    result.steps.push_back({cluster::to_text_micro(*tracked.confirmed), "confirmed by a re-read"});
  }
  if (tracked.ended) {
    result.steps.push_back({cluster::to_text_micro(*tracked.ended), std::string(stage_name(tracked.stage))});
  }
  return result;
}

}  // namespace

RuleReport live_report(const std::vector<TrackedFinding>& findings, const MirrorHealth& health) {
  RuleReport report{"clusteripd", "mirror", reported_state_rules(), {}, {}};
  for (const TrackedFinding& tracked : findings) report.results.push_back(result_of(tracked));
  for (std::size_t i = 0; i < kMirroredKinds.size(); ++i) {
    const FollowStatus& status = health.kinds.at(i).status;
    if (status.in_step) continue;
    report.unread.push_back(std::string(resource_name(kMirroredKinds.at(i))) + ": the mirror is out of step" +
                            (status.trouble ? ": " + status.trouble->message : std::string()));
  }
  if (report.unread.empty() && !health.in_step) {
    report.unread.push_back("the apiserver has not been heard for " +
                            std::to_string(health.staleness.count() / 1000) + " s");
  }
  return report;
}

}  // namespace clusterip::daemon
