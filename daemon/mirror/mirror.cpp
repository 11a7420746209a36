#include "daemon/mirror/mirror.hpp"

#include "engine/verify/state_rules.hpp"

namespace clusterip::daemon {
namespace {

std::string objects_text(const std::vector<verify::ObjectRef>& objects) {
  std::string text;
  for (const verify::ObjectRef& object : objects)
    text += (text.empty() ? "" : ", ") + verify::ref_text(object);
  return text;
}

}  // namespace

Mirror::Mirror(ClusterAccess access, const MirrorOptions& options, MirrorLog log)
    : log_(std::move(log)),
      credentials_(std::move(access)),
      cluster_(options.stale_after, [this](api::ObjectKind kind, const Fault& fault,
                                           std::chrono::milliseconds wait) { log_fault(kind, fault, wait); }),
      rereader_(credentials_, options.client, options.judge.default_ranges),
      start_reader_(credentials_, options.client, options.most_start_objects),
      events_(options.events ? std::make_unique<EventWriter>(
                                   credentials_, options.client, *options.events,
                                   [this](const std::string& trouble) { log_("warning", trouble); })
                             : nullptr),
      judge_(
          cluster_, rereader_, options.judge, [this](const TrackedFinding& finding) { tell(finding); },
          [this](const std::string& trouble) { log_("warning", trouble); }) {
  for (const api::ObjectKind kind : kMirroredKinds) {
    followers_.push_back(std::make_unique<Follower>(kind, credentials_, options.client, options.reflector,
                                                    options.follow, cluster_.sink(kind),
                                                    cluster_.observer(kind)));
  }
}

Mirror::~Mirror() {
  stop();
}

void Mirror::start() {
  log_("info", "following " + credentials_.access().url());
  for (const auto& follower : followers_) follower->start();
  if (events_) events_->start();
  judge_.start();
}

void Mirror::stop() {
  judge_.stop();
  start_reader_.stop();
  if (events_) events_->stop();
  for (const auto& follower : followers_) follower->stop();
}

void Mirror::log_fault(api::ObjectKind kind, const Fault& fault, std::chrono::milliseconds wait) const {
  log_("warning", std::string(resource_name(kind)) + ": " + std::string(fault_name(fault.kind)) + ": " +
                      fault.message + "; next attempt in " + std::to_string(wait.count()) + " ms");
}

std::optional<EventCounts> Mirror::event_counts() const {
  return events_ ? std::optional(events_->counts()) : std::nullopt;
}

void Mirror::tell(const TrackedFinding& tracked) {
  log_finding(tracked);
  if (events_) events_->add(tracked);
}

void Mirror::log_finding(const TrackedFinding& tracked) const {
  const verify::Finding& finding = tracked.finding;
  const bool over = tracked.stage == FindingStage::kResolved;
  log_(over ? "info" : verify::severity_name(finding.severity),
       "finding " + std::string(stage_name(tracked.stage)) + ": " + finding.rule +
           (finding.address.empty() ? "" : " " + finding.address) + " [" + objects_text(finding.objects) +
           "] since " + cluster::to_text(tracked.first_seen) + ": " + finding.message);
}

}  // namespace clusterip::daemon
