#include "daemon/mirror/audit_judge.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "daemon/observe/replay_report.hpp"
#include "engine/verify/forget.hpp"

namespace clusterip::daemon {
namespace {

using verify::AuditedRequest;
using verify::Decision;

constexpr std::size_t kReadAtOnce = std::size_t{16} << 20U;

cluster::Instant wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  return lines;
}

// The lines of the interface: one for each decision, then one for each finding; the summary left out.
std::vector<std::string> json_lines(const ReplayReport& report) {
  std::ostringstream out;
  write_replay_json_lines(report, out);
  std::vector<std::string> lines = lines_of(out.str());
  lines.resize(std::min(lines.size(), report.decisions.size() + report.findings.size()));
  return lines;
}

// One event may speak of several objects.
std::string identity(const AuditedRequest& request) {
  return request.audit_id + " " + request.object();
}

void push(std::deque<std::string>& kept, std::string line, std::size_t most) {
  kept.push_front(std::move(line));
  if (kept.size() > most) kept.pop_back();
}

}  // namespace

AuditJudge::AuditJudge(AuditOptions options, Log log) : options_(std::move(options)), log_(std::move(log)) {
  for (const std::string& file : options_.files) {
    tails_.push_back(std::make_unique<AuditTail>(file, options_.reading.max_line_bytes));
    servers_.emplace(file, static_cast<std::uint32_t>(servers_.size()));
  }
  troubles_.resize(tails_.size());
  room_ = options_.most_requests;
}

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
  std::uint32_t number = 0;
  {
    const std::lock_guard lock(inbox_mutex_);
    number = servers_.emplace(server, static_cast<std::uint32_t>(servers_.size())).first->second;
  }
  return take(number, 0, body);
}

std::string AuditJudge::take(std::uint32_t server, std::uint64_t number, std::string_view line) {
  auto read = api::read_audit_line(line, options_.reading);
  const std::lock_guard lock(inbox_mutex_);
  if (const auto* fault = std::get_if<api::AuditFault>(&read)) {
    ++problems_;
    last_problem_ = (fault->field.empty() ? "" : fault->field + ": ") + fault->reason;
    return last_problem_;
  }
  if (auto* events = std::get_if<std::vector<api::AuditEvent>>(&read)) {
    for (api::AuditEvent& event : *events) {
      event.request.server = server;
      event.request.line = number;
      inbox_.push_back(std::move(event.request));
      ++events_;
    }
  } else {
    ++skipped_;
  }
  return "";
}

bool AuditJudge::read_files() {
  bool more = false;
  for (std::size_t i = 0; i < tails_.size(); ++i) {
    AuditTail& tail = *tails_[i];
    more = tail.poll(kReadAtOnce, [&](std::uint64_t number, std::string_view line) {
      take(servers_.at(tail.path()), number, line);
    }) || more;
    if (tail.trouble() != std::exchange(troubles_[i], tail.trouble()) && !tail.trouble().empty()) {
      log_("warning", "audit log " + tail.trouble());
    }
  }
  return more;
}

bool AuditJudge::round(cluster::Instant now) {
  const bool is_full = record_.requests.size() >= room_;
  const bool more = !is_full && read_files();
  bool fresh = false;
  {
    const std::lock_guard lock(inbox_mutex_);
    fresh = !inbox_.empty();
    record_.requests.insert(record_.requests.end(), std::make_move_iterator(inbox_.begin()),
                            std::make_move_iterator(inbox_.end()));
    inbox_.clear();
    record_.servers = static_cast<std::uint32_t>(servers_.size());
  }
  waiting_ = waiting_ || fresh;
  // A long log is read to its end before it is judged, as far as the window goes; a full window is judged at
  // once.
  const bool fills = record_.requests.size() >= room_;
  if (more && !fills) return true;
  if (!waiting_ || (!fills && Clock::now() < next_round_)) return false;
  const Clock::time_point begun = Clock::now();
  judge(now);
  trim(now);
  publish();
  next_round_ = Clock::now() + (Clock::now() - begun) * options_.rest;
  return more || fills;
}

void AuditJudge::judge(cluster::Instant now) {
  const cluster::Instant ripe = now - cluster::Duration::milliseconds(options_.delay.count());
  verify::put_in_order(record_);
  const verify::History history(record_, options_.rules);
  std::vector<Decision> all = verify::judge_all(history);
  std::vector<Decision> fresh;
  waiting_ = false;
  for (const Decision& decision : all) {
    const AuditedRequest& request = record_.requests.at(decision.request);
    if (judged_.contains(identity(request))) continue;
    if (request.during.to > ripe) {
      waiting_ = true;
      continue;
    }
    judged_.insert(identity(request));
    fresh.push_back(decision);
  }
  ReplayReport faults;
  faults.history = &history;
  faults.findings = verify::find_faults(history, all);
  std::erase_if(faults.findings, [&](const verify::ReplayFinding& one) {
    // What came about just now may be half of something.
    return !one.since || *one.since > ripe;
  });
  if (faults.findings.size() > options_.most_kept) faults.findings.resize(options_.most_kept);
  gathered_.findings = json_lines(faults);
  keep(history, std::move(fresh));
}

void AuditJudge::keep(const verify::History& history, std::vector<Decision> fresh) {
  ReplayReport report;
  report.history = &history;
  // Only what readers will see is written out: in a long log nearly all is permitted and soon replaced.
  std::size_t left = fresh.size();
  for (Decision& decision : fresh) {
    const bool is_permitted = decision.judgement.verdict == verify::Verdict::kPermitted;
    if (left-- > options_.most_kept && is_permitted) {
      ++gathered_.verdicts[std::string(verify::verdict_name(decision.judgement.verdict))];
    } else {
      report.decisions.push_back(std::move(decision));
    }
  }
  const std::vector<std::string> lines = json_lines(report);
  for (std::size_t i = 0; i < report.decisions.size() && i < lines.size(); ++i) {
    const verify::Judgement& judgement = report.decisions[i].judgement;
    ++gathered_.verdicts[std::string(verify::verdict_name(judgement.verdict))];
    push(gathered_.latest, lines[i], options_.most_kept);
    if (judgement.verdict == verify::Verdict::kPermitted) continue;
    push(gathered_.notable, lines[i], options_.most_kept);
    if (judgement.verdict != verify::Verdict::kForbidden) continue;
    const AuditedRequest& request = record_.requests.at(report.decisions[i].request);
    ++gathered_.forbidden[std::string(judgement.rule)];
    log_("error", "forbidden decision: " + std::string(judgement.rule) + " " +
                      std::string(verify::verb_name(request.verb)) + " " + request.object() + " (audit id " +
                      request.audit_id + "): " + judgement.message);
  }
}

void AuditJudge::trim(cluster::Instant now) {
  const std::vector<AuditedRequest>& requests = record_.requests;
  if (requests.size() < room_) return;
  // Half of it, so that trimming is rare; what is not judged yet stays.
  const cluster::Instant ripe = now - cluster::Duration::milliseconds(options_.delay.count());
  const auto unripe = std::find_if(requests.begin(), requests.end(),
                                   [&](const AuditedRequest& request) { return request.during.to > ripe; });
  const auto judged_count = static_cast<std::size_t>(unripe - requests.begin());
  verify::forget_first(record_, std::min(judged_count, requests.size() - options_.most_requests / 2),
                       options_.rules);
  room_ = std::max(options_.most_requests, requests.size() * 2);
  std::unordered_set<std::string> judged;
  for (const AuditedRequest& request : requests) {
    if (auto known = judged_.extract(identity(request))) judged.insert(std::move(known));
  }
  judged_ = std::move(judged);
}

void AuditJudge::publish() {
  auto fresh = std::make_shared<AuditReport>(gathered_);
  {
    const std::lock_guard lock(inbox_mutex_);
    fresh->events = events_;
    fresh->skipped = skipped_;
    fresh->problems = problems_;
    fresh->last_problem = last_problem_;
  }
  for (const auto& tail : tails_) fresh->problems += tail->too_long();
  fresh->window = record_.requests.size();
  const std::lock_guard lock(report_mutex_);
  report_ = std::move(fresh);
}

std::shared_ptr<const AuditReport> AuditJudge::report() const {
  const std::lock_guard lock(report_mutex_);
  return report_;
}

}  // namespace clusterip::daemon
