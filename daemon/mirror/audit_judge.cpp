#include "daemon/mirror/audit_judge.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "daemon/observe/replay_report.hpp"
#include "engine/verify/forget.hpp"
#include "engine/verify/state_rules.hpp"

namespace clusterip::daemon {
namespace {

using verify::AuditedRequest;
using verify::Decision;

// Of a full window one part in so many stays.
constexpr std::size_t kKeptShare = 4;

cluster::Instant wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

// One event may speak of several objects, and clients may choose its id.
std::uint64_t identity(const AuditedRequest& request) {
  const std::hash<std::string> hash;
  std::uint64_t mixed = hash(request.audit_id);
  for (const std::uint64_t part :
       {std::uint64_t{hash(request.object())}, static_cast<std::uint64_t>(request.during.to.microseconds)}) {
    mixed = (mixed ^ part) * 0x9E3779B97F4A7C15U;
  }
  return mixed;
}

std::string key_of(const verify::Finding& finding) {
  std::string key = finding.rule + " " + finding.address;
  for (const verify::ObjectRef& object : finding.objects) key += " " + verify::ref_text(object);
  return key;
}

template <class Kept>
void push(std::deque<Kept>& kept, Kept newest, std::size_t most) {
  kept.push_front(std::move(newest));
  if (kept.size() > most) kept.pop_back();
}

}  // namespace

AuditJudge::AuditJudge(AuditOptions options, Log log)
    : options_(std::move(options)),
      log_(std::move(log)),
      inbox_(options_.reading),
      files_(options_.files, {options_.reading.max_line_bytes, options_.read_at_once}, inbox_),
      room_(options_.most_requests) {}

AuditJudge::~AuditJudge() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void AuditJudge::start() {
  thread_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      const bool more = round(wall_clock());
      lock.lock();
      if (!more) wake_.wait_for(lock, options_.pace, [&] { return stopping_; });
    }
  });
}

void AuditJudge::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

std::string AuditJudge::receive(const std::string& server, std::string_view body) {
  return inbox_.take(inbox_.server(server), 0, body);
}

// What the window has room for after most of it is trimmed.
void AuditJudge::read_ahead() {
  const std::size_t room = options_.most_requests - options_.most_requests / kKeptShare;
  while (inbox_.waiting() < room && files_.read()) {
  }
}

// What was answered before the cut can change nothing any more. A webhook may have sent it before.
bool AuditJudge::is_late(const AuditedRequest& request) {
  if (request.during.to > cut_) return false;
  if (!judged_.contains(identity(request))) {
    inbox_.lose_since(
        request.server, cut_,
        "the event of " + cluster::to_text(request.during.to) + " came when later ones had been judged");
  }
  return true;
}

// A change came to the watch some time after it was made.
void AuditJudge::hear_witness(cluster::Instant now) {
  constexpr auto kWatchLag = cluster::Duration::seconds(10);
  const auto delay = cluster::Duration::milliseconds(options_.delay.count());
  for (const WatchWitness::Unshown& one :
       witness_.take_unshown(now - delay, now - delay - delay - kWatchLag)) {
    inbox_.lose_between({one.seen - kWatchLag, one.seen}, one.change.text() + ", which no audit event shows");
  }
}

void AuditJudge::look_for_gaps() {
  record_.gaps = inbox_.gaps();
  const AuditInbox::Counts counts = inbox_.counts();
  if (std::exchange(losses_, counts.losses) != counts.losses)
    log_("warning", "audit events may be missing: " + counts.last_loss);
}

// False: nothing came.
bool AuditJudge::take_in(cluster::Instant now) {
  const std::size_t before = record_.requests.size();
  const bool came = inbox_.empty_into(record_);
  const auto fresh = record_.requests.begin() + static_cast<std::ptrdiff_t>(before);
  for (auto it = fresh; it != record_.requests.end(); ++it) witness_.shown(*it, now);
  const auto late =
      std::remove_if(fresh, record_.requests.end(), [this](const auto& one) { return is_late(one); });
  record_.requests.erase(late, record_.requests.end());
  return came;
}

bool AuditJudge::round(cluster::Instant now) {
  const bool more = files_.read();
  told_until_ = files_.told_until();
  files_.tell_troubles([this](const std::string& trouble) { log_("warning", "audit log " + trouble); });
  waiting_ = take_in(now) || waiting_;
  // Events that wait in a file are not missing.
  if (!more) hear_witness(now);
  look_for_gaps();
  // A long log is read to its end before it is judged, as far as the window goes; a full window is judged at
  // once.
  const bool fills = record_.requests.size() >= room_;
  if (more && !fills) return true;
  if (!waiting_ || (!fills && Clock::now() < next_round_)) return false;
  const Clock::time_point begun = Clock::now();
  std::future<void> ahead;
  if (more && fills) ahead = std::async(std::launch::async, [this] { read_ahead(); });
  judge(now);
  begin_anew(now);
  trim(now);
  if (ahead.valid()) ahead.get();
  if (!more) ask_for_start(now);
  publish();
  // While events wait there is no rest.
  next_round_ = Clock::now() + (Clock::now() - begun) * (fills ? 0 : options_.rest);
  return more || fills;
}

// What was answered by then can be judged: all that may explain it has come.
cluster::Instant AuditJudge::ripe_at(cluster::Instant now) const {
  return std::min(now - cluster::Duration::milliseconds(options_.delay.count()), told_until_);
}

// What was answered by then has its verdict.
cluster::Instant AuditJudge::sure_at(cluster::Instant now) const {
  return ripe_at(now) - cluster::Duration::milliseconds(options_.forbidden_delay.count());
}

void AuditJudge::judge(cluster::Instant now) {
  verify::put_in_order(record_);
  const verify::History history(record_, options_.rules);
  // The state is looked at while the decisions are.
  std::future<std::vector<verify::ReplayFinding>> faults;
  // Nothing is known of it while events are missing: what was found stays until the gap is passed.
  if (record_.gaps.empty())
    faults = std::async(std::launch::async, [&history] { return verify::find_faults(history); });
  keep(history, decide(history, now));
  gathered_.whole = history.beginning.is_known() && record_.gaps.empty();
  wants_start_ = wants_start();
  if (gathered_.whole) starts_in_a_row_ = 0;
  if (faults.valid()) tell_faults(faults.get(), ripe_at(now));
}

std::vector<Decision> AuditJudge::decide(const verify::History& history, cluster::Instant now) {
  const cluster::Instant ripe = ripe_at(now);
  const cluster::Instant sure = sure_at(now);
  std::vector<Decision> fresh;
  waiting_ = false;
  for (std::uint32_t i = 0; i < record_.requests.size(); ++i) {
    const AuditedRequest& request = record_.requests[i];
    if (request.during.to > ripe) {
      waiting_ = true;
    } else if (const std::uint64_t event = identity(request); !judged_.contains(event)) {
      // Requests for ServiceCIDRs decide nothing about addresses.
      const bool decides = request.subject != verify::Subject::kServiceCidr;
      auto decision = decides ? std::optional(verify::judge(history, i)) : std::nullopt;
      if (decision && decision->judgement.verdict == verify::Verdict::kForbidden &&
          request.during.to > sure) {
        waiting_ = true;
        continue;
      }
      judged_.insert(event);
      judged_order_.push_back(event);
      if (decision) fresh.push_back(*std::move(decision));
    }
  }
  return fresh;
}

bool AuditJudge::wants_start() const {
  const bool goes_on = std::any_of(record_.gaps.begin(), record_.gaps.end(),
                                   [](const verify::Gap& gap) { return gap.when.to == verify::kEnd; });
  return options_.read_start && !gathered_.whole && !goes_on && !new_start_;
}

void AuditJudge::ask_for_start(cluster::Instant now) {
  if (!wants_start_ || Clock::now() < next_start_) return;
  // A log that is never whole, because another server's is not given, is not worth reading the cluster often.
  constexpr int kMostDoublings = 6;
  next_start_ = Clock::now() + options_.start_pause * (1 << std::min(starts_in_a_row_++, kMostDoublings));
  NewStart fresh;
  fresh.losses = inbox_.counts().losses;
  cluster::Instant since = now;
  for (const AuditedRequest& request : record_.requests) {
    fresh.earlier.insert(identity(request));
    since = std::max(since, request.during.to);
  }
  for (const verify::Gap& gap : record_.gaps) since = std::max(since, gap.when.to);
  auto read = options_.read_start();
  if (auto* why = std::get_if<std::string>(&read)) {
    if (*why != std::exchange(start_trouble_, *why))
      log_("warning", "what there was before the audit events is not known: " + *why);
    return;
  }
  start_trouble_.clear();
  fresh.state = std::get<verify::StartState>(std::move(read));
  fresh.state.since = since;
  new_start_ = std::move(fresh);
  waiting_ = true;
}

// Once all events are judged that had come when the cluster was read, they go: what they did is in its
// objects.
void AuditJudge::begin_anew(cluster::Instant now) {
  if (!new_start_) return;
  waiting_ = true;
  if (new_start_->state.since > sure_at(now)) return;
  NewStart fresh = *std::exchange(new_start_, std::nullopt);
  // What was lost meanwhile may have been lost behind it.
  if (inbox_.counts().losses != fresh.losses) return;
  std::erase_if(record_.requests,
                [&](const AuditedRequest& request) { return fresh.earlier.contains(identity(request)); });
  cut_ = fresh.state.since;
  record_.start = std::move(fresh.state);
  inbox_.forget_gaps(cut_);
  std::erase_if(record_.gaps, [&](const verify::Gap& gap) { return gap.when.to <= cut_; });
  log_("info", "decisions since " + cluster::to_text(cut_) + " are judged by what the cluster had then");
}

void AuditJudge::tell_faults(std::vector<verify::ReplayFinding> findings, cluster::Instant ripe) {
  std::erase_if(findings, [&](const verify::ReplayFinding& one) {
    // What came about just now may be half of something; what was there before the window is told if it was
    // found while its events were in it.
    return one.since ? *one.since > ripe : !stories_.contains(key_of(one.finding));
  });
  if (findings.size() > options_.most_kept) findings.resize(options_.most_kept);
  std::vector<std::string> lines;
  std::map<std::string, Story> stories;
  for (const verify::ReplayFinding& one : findings) {
    const std::string key = key_of(one.finding);
    const auto known = stories_.find(key);
    const bool knew_more = known != stories_.end() && known->second.links > one.chain.size();
    lines.push_back(knew_more ? known->second.line : finding_line(one));
    stories[key] = {knew_more ? known->second.links : one.chain.size(), lines.back()};
  }
  stories_ = std::move(stories);
  gathered_.findings = std::move(lines);
}

void AuditJudge::keep(const verify::History& history, const std::vector<Decision>& fresh) {
  // Only what readers will see is written out: in a long log nearly all is permitted and soon replaced.
  std::size_t left = fresh.size();
  for (const Decision& decision : fresh) {
    const verify::Judgement& judgement = decision.judgement;
    ++gathered_.verdicts[std::string(verify::verdict_name(judgement.verdict))];
    const bool is_permitted = judgement.verdict == verify::Verdict::kPermitted;
    if (left-- > options_.most_kept && is_permitted) continue;
    const std::string line = decision_line(history, decision);
    const AuditedRequest& request = record_.requests.at(decision.request);
    push(gathered_.latest, line, options_.most_kept);
    keep_refused(request, line);
    if (is_permitted) continue;
    push(gathered_.notable, line, options_.most_kept);
    if (judgement.verdict != verify::Verdict::kForbidden) continue;
    ++gathered_.forbidden[std::string(judgement.rule)];
    log_("error", "forbidden decision: " + std::string(judgement.rule) + " " +
                      std::string(verify::verb_name(request.verb)) + " " + request.object() + " (audit id " +
                      request.audit_id + "): " + judgement.message);
  }
}

void AuditJudge::keep_refused(const AuditedRequest& request, const std::string& line) {
  const verify::ServiceFacts* asked = request.asked_service();
  if (request.succeeded() || request.is_unanswered() || request.verb != verify::Verb::kCreate ||
      asked == nullptr)
    return;
  RefusedRequest refused{request.audit_id, line, verify::service_of(*asked)};
  refused.sent.meta.name_space = request.name_space;
  refused.sent.meta.name = request.name;
  refused.sent.meta.generate_name = request.generate_name;
  push<std::shared_ptr<const RefusedRequest>>(
      gathered_.refused, std::make_shared<const RefusedRequest>(std::move(refused)), options_.most_kept);
}

void AuditJudge::trim(cluster::Instant now) {
  const std::vector<AuditedRequest>& requests = record_.requests;
  const cluster::Instant sure = sure_at(now);
  const bool behind_gap = std::any_of(record_.gaps.begin(), record_.gaps.end(),
                                      [&](const verify::Gap& gap) { return gap.when.to <= sure; });
  if (requests.size() < room_ && !behind_gap) return;
  // Most of it, so that trimming is rare, but all to get behind a gap; what is not judged yet stays.
  const auto unripe = std::find_if(requests.begin(), requests.end(),
                                   [&](const AuditedRequest& request) { return request.during.to > sure; });
  const auto judged_count = static_cast<std::size_t>(unripe - requests.begin());
  const std::size_t rest = options_.most_requests / kKeptShare;
  const std::size_t most = behind_gap ? judged_count : requests.size() - std::min(rest, requests.size());
  if (const auto cut = verify::forget_first(record_, std::min(judged_count, most), options_.rules)) {
    cut_ = *cut;
    inbox_.forget_gaps(cut_);
  }
  room_ = std::max(options_.most_requests, requests.size() * 2);
  while (judged_order_.size() > requests.size() + options_.most_requests) {
    judged_.erase(judged_order_.front());
    judged_order_.pop_front();
  }
}

void AuditJudge::publish() {
  auto fresh = std::make_shared<AuditReport>(gathered_);
  fresh->counts = inbox_.counts();
  fresh->counts.problems += files_.too_long();
  fresh->window = record_.requests.size();
  fresh->gaps = record_.gaps;
  const std::lock_guard lock(report_mutex_);
  report_ = std::move(fresh);
}

std::shared_ptr<const AuditReport> AuditJudge::report() const {
  const std::lock_guard lock(report_mutex_);
  return report_;
}

}  // namespace clusterip::daemon
