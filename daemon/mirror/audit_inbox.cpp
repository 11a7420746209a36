#include "daemon/mirror/audit_inbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace clusterip::daemon {
namespace {

using verify::AuditedRequest;
using verify::Instant;

// Events of requests that were answered at about the same time change places in a log.
constexpr auto kReorder = cluster::Duration::seconds(1);
constexpr std::string_view kServerUser = "system:apiserver";
// Of one server that are remembered.
constexpr std::size_t kMostProcesses = 1000;

}  // namespace

std::uint32_t AuditInbox::server(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto [entry, fresh] = numbers_.emplace(name, static_cast<std::uint32_t>(servers_.size()));
  if (fresh) servers_.emplace_back();
  return entry->second;
}

std::string AuditInbox::take(std::uint32_t server, std::uint64_t line, std::string_view text) {
  auto read = api::read_audit_line(text, limits_);
  const std::lock_guard lock(mutex_);
  if (const auto* fault = std::get_if<api::AuditFault>(&read)) {
    ++counts_.problems;
    counts_.last_problem = (fault->field.empty() ? "" : fault->field + ": ") + fault->reason;
    note(servers_.at(server), servers_.at(server).last_answer,
         "an event could not be read: " + counts_.last_problem);
    return counts_.last_problem;
  }
  if (auto* events = std::get_if<std::vector<api::AuditEvent>>(&read)) {
    for (api::AuditEvent& event : *events) push(server, line, std::move(event.request));
  } else {
    ++counts_.skipped;
  }
  return "";
}

bool AuditInbox::is_new_process(Server& server, const AuditedRequest& request) {
  if (request.user != kServerUser || request.user_uid.empty()) return false;
  if (server.processes.size() >= kMostProcesses) server.processes.clear();
  const bool is_first = server.processes.empty();
  return server.processes.insert(request.user_uid).second && !is_first;
}

void AuditInbox::push(std::uint32_t server, std::uint64_t line, AuditedRequest request) {
  Server& from = servers_.at(server);
  if (is_new_process(from, request)) note(from, from.last_answer, "an apiserver was started anew");
  from.last_answer = std::max(from.last_answer, request.during.to);
  if (std::exchange(from.is_open, false)) from.gap.when.to = request.during.to + kReorder;
  request.server = server;
  request.line = line;
  waiting_.push_back(std::move(request));
  ++counts_.events;
}

void AuditInbox::lose(std::uint32_t server, const std::string& why) {
  const std::lock_guard lock(mutex_);
  note(servers_.at(server), servers_.at(server).last_answer, why);
}

void AuditInbox::lose_since(std::uint32_t server, Instant since, const std::string& why) {
  const std::lock_guard lock(mutex_);
  note(servers_.at(server), since, why);
}

void AuditInbox::lose_between(const verify::Window& when, const std::string& why) {
  const std::lock_guard lock(mutex_);
  ++counts_.losses;
  counts_.last_loss = why;
  const Instant from = when.from - kReorder;
  const Instant to = when.to + kReorder;
  unshown_ = unshown_
                 ? verify::Gap{{std::min(unshown_->when.from, from), std::max(unshown_->when.to, to)}, why}
                 : verify::Gap{{from, to}, why};
}

void AuditInbox::note(Server& server, Instant since, const std::string& why) {
  ++counts_.losses;
  counts_.last_loss = why;
  const Instant from = since == verify::kBeginning ? since : since - kReorder;
  server.gap = {{server.has_gap ? std::min(server.gap.when.from, from) : from, verify::kEnd}, why};
  server.has_gap = true;
  server.is_open = true;
}

bool AuditInbox::empty_into(verify::Record& record) {
  const std::lock_guard lock(mutex_);
  const bool came = !waiting_.empty();
  record.requests.insert(record.requests.end(), std::make_move_iterator(waiting_.begin()),
                         std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  record.servers = static_cast<std::uint32_t>(servers_.size());
  return came;
}

std::size_t AuditInbox::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

Instant AuditInbox::told_until(std::uint32_t server) const {
  const std::lock_guard lock(mutex_);
  const Instant last = servers_.at(server).last_answer;
  return last == verify::kBeginning ? last : last - kReorder;
}

std::vector<verify::Gap> AuditInbox::gaps() const {
  const std::lock_guard lock(mutex_);
  std::vector<verify::Gap> found;
  for (const Server& server : servers_) {
    if (server.has_gap) found.push_back(server.gap);
  }
  if (unshown_) found.push_back(*unshown_);
  return found;
}

void AuditInbox::forget_gaps(Instant cut) {
  const std::lock_guard lock(mutex_);
  for (Server& server : servers_) {
    if (server.gap.when.to <= cut) server.has_gap = false;
  }
  if (unshown_ && unshown_->when.to <= cut) unshown_.reset();
}

AuditInbox::Counts AuditInbox::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace clusterip::daemon
