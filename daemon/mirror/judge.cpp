#include "daemon/mirror/judge.hpp"

#include <algorithm>

namespace clusterip::daemon {
namespace {

// Counting may take this part of the time.
constexpr int kCountShare = 20;
constexpr std::chrono::milliseconds kCountPace{1000};
// So many addresses are looked at while followers wait, some milliseconds; and they get this time before the
// next ones are: a mutex alone goes to who gave it back last.
constexpr std::size_t kLooksAtOnce = 5'000;
constexpr std::chrono::milliseconds kBreath{1};

cluster::Instant wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

}  // namespace

Judge::Judge(MirroredCluster& cluster, Rereader& rereader, JudgeOptions options, NewsSink news,
             TroubleSink trouble)
    : cluster_(cluster),
      rereader_(rereader),
      options_(std::move(options)),
      news_(std::move(news)),
      trouble_(std::move(trouble)),
      live_(options_.default_ranges),
      history_(options_.grace, options_.most_ended) {}

Judge::~Judge() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void Judge::start() {
  thread_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      round();
      lock.lock();
      wake_.wait_for(lock, options_.pace, [&] { return stopping_; });
    }
  });
}

void Judge::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  rereader_.stop();
}

std::shared_ptr<const MirrorReport> Judge::report() const {
  const std::lock_guard lock(report_mutex_);
  return report_;
}

void Judge::round() {
  if (!cluster_.health().in_step) return;
  const cluster::Instant now = wall_clock() + cluster_.clock_offset();
  const auto findings = look(now);
  history_.observe(findings, now);
  reread(now);
  for (const TrackedFinding& finding : history_.take_news()) news_(finding);
  publish(now);
}

std::vector<verify::Finding> Judge::look(cluster::Instant now) {
  bool count = Clock::now() >= next_count_;
  cluster_.look_at_changes([&](const verify::State& state, const StateChanges& changes) {
    live_.add(state, changes);
    count = count || changes.everything;
  });
  const auto look = [&](const verify::State& state) { return live_.look(state, now, kLooksAtOnce); };
  while (cluster_.look(look)) std::this_thread::sleep_for(kBreath);
  return cluster_.look([&](const verify::State& state) {
    const Clock::time_point begun = Clock::now();
    if (count) {
      usage_ = verify::range_usage(state);
      terminating_ = verify::terminating_ranges(state, options_.most_keepers);
      next_count_ = begun + std::max<Clock::duration>(kCountPace, (Clock::now() - begun) * kCountShare);
    }
    return live_.all(state, terminating_, now);
  });
}

void Judge::reread(cluster::Instant now) {
  for (const verify::Finding& finding : history_.due(now, options_.most_rereads)) {
    std::string trouble;
    switch (rereader_.ask(finding, now, trouble)) {
      case Rereader::Answer::kSame:
        history_.confirm(finding, now);
        break;
      case Rereader::Answer::kOtherwise:
        history_.refute(finding, now);
        break;
      case Rereader::Answer::kUnknown:
        trouble_("the re-read of " + finding.rule + " " + finding.address + " failed: " + trouble);
        history_.refute(finding, now);
        return;
    }
  }
}

void Judge::publish(cluster::Instant now) {
  auto fresh = std::make_shared<MirrorReport>();
  fresh->judged = now;
  fresh->findings = history_.all();
  fresh->confirmed_total = history_.confirmed_total();
  fresh->usage = usage_;
  fresh->terminating = terminating_;
  const std::lock_guard lock(report_mutex_);
  report_ = std::move(fresh);
}

}  // namespace clusterip::daemon
