#include "engine/verify/server_history.hpp"

#include <algorithm>
#include <map>
#include <span>

namespace clusterip::verify {
namespace {

constexpr std::string_view kUsualUser = "system:apiserver";
constexpr std::string_view kNotDualStack = "this cluster is not configured for dual-stack services";

const std::vector<ServerFamilies>& all_configurations() {
  static const std::vector<ServerFamilies> kAll{
      {Family::kIPv4}, {Family::kIPv6}, {Family::kIPv4, Family::kIPv6}, {Family::kIPv6, Family::kIPv4}};
  return kAll;
}

ServerFamilies families_of(std::span<const Cidr> cidrs) {
  ServerFamilies families;
  for (const Cidr& cidr : cidrs) families.push_back(cidr.family());
  return families;
}

}  // namespace

bool FamilyEvidence::fits(const ServerFamilies& families) const {
  if (!written.empty()) return families == written;
  const auto has = [&](Family family) {
    return std::find(families.begin(), families.end(), family) != families.end();
  };
  if (single && families.size() > 1) return false;
  // One that contradicts many may be the wrong one itself.
  constexpr std::size_t kMany = 5;
  const bool default_is_v4 = first_v4 >= kMany && first_v6 * kMany < first_v4;
  const bool default_is_v6 = first_v6 >= kMany && first_v4 * kMany < first_v6;
  if (default_is_v4 && families.front() != Family::kIPv4) return false;
  if (default_is_v6 && families.front() != Family::kIPv6) return false;
  return (!gave_v4 || has(Family::kIPv4)) && (!gave_v6 || has(Family::kIPv6));
}

ServerHistory::ServerHistory(const Record& record, const Nesting& nesting, const std::vector<Cidr>& flags)
    : unseen_(all_configurations()) {
  find_users(record, nesting);
  find_processes(record);
  choose_families(collect_evidence(record, nesting), families_of(flags));
}

void ServerHistory::find_users(const Record& record, const Nesting& nesting) {
  users_.emplace_back(kUsualUser);
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    const AuditedRequest& request = record.requests[i];
    const bool allocates = request.verb == Verb::kCreate && nesting.outer(i) != kNoRequest;
    if (allocates && !is_server(request.user)) users_.push_back(request.user);
  }
}

bool ServerHistory::is_server(const std::string& user) const {
  return std::find(users_.begin(), users_.end(), user) != users_.end();
}

void ServerHistory::find_processes(const Record& record) {
  std::map<std::pair<std::uint32_t, std::string>, Window> seen;
  std::vector<Instant> file_begin(record.servers, kEnd);
  for (const AuditedRequest& request : record.requests) {
    Instant& begin = file_begin[request.server];
    begin = std::min(begin, request.during.from);
    if (!is_server(request.user)) continue;
    const auto [entry, fresh] = seen.try_emplace({request.server, request.user_uid}, request.during);
    entry->second.from = std::min(entry->second.from, request.during.from);
    entry->second.to = std::max(entry->second.to, request.during.to);
  }
  for (const auto& [name, window] : seen) {
    Instant earliest = file_begin[name.first];
    for (const auto& [other, other_window] : seen) {
      const bool earlier = other.first == name.first && other_window.to < window.from;
      if (earlier) earliest = std::max(earliest, other_window.to);
    }
    processes_.push_back({name.first, name.second, window, {earliest, window.from}, {}});
  }
}

std::size_t ServerHistory::process_of(const AuditedRequest& own_call) const {
  const auto found = std::find_if(processes_.begin(), processes_.end(), [&](const ServerProcess& process) {
    return process.server == own_call.server && process.uid == own_call.user_uid;
  });
  return static_cast<std::size_t>(found - processes_.begin());
}

std::vector<FamilyEvidence> ServerHistory::collect_evidence(const Record& record, const Nesting& nesting) {
  std::vector<FamilyEvidence> evidence(processes_.size());
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    const AuditedRequest& request = record.requests[i];
    if (!is_server(request.user)) {
      if (request.message.find(kNotDualStack) == std::string::npos) continue;
      const auto around = behind(request);
      if (around.size() == 1) evidence[around.front()].single = true;
      continue;
    }
    if (!request.took_effect()) continue;
    const std::size_t process = process_of(request);
    const CidrFacts* cidr = request.given_cidr();
    const bool made = request.verb == Verb::kCreate || request.verb == Verb::kUpdate;
    if (cidr != nullptr && made && request.name == cluster::kDefaultServiceCidrName) {
      evidence[process].written = families_of(cidr->cidrs);
    }
    const auto address = request.subject == Subject::kIpAddress ? address_of(request) : std::nullopt;
    if (!address || request.verb != Verb::kCreate || nesting.outer(i) == kNoRequest) continue;
    served_by_[nesting.outer(i)] = process;
    (address->family() == Family::kIPv4 ? evidence[process].gave_v4 : evidence[process].gave_v6) = true;
  }
  count_defaults(record, evidence);
  return evidence;
}

void ServerHistory::count_defaults(const Record& record, std::vector<FamilyEvidence>& evidence) const {
  for (const auto& [index, process] : served_by_) {
    const AuditedRequest& request = record.requests[index];
    const ServiceFacts* asked = request.asked_service();
    const ServiceFacts* given = request.given_service();
    if (request.verb != Verb::kCreate || asked == nullptr || given == nullptr) continue;
    if (!asked->ip_families.empty() || !asked->addresses().empty() || given->ip_families.empty()) continue;
    if (given->ip_families.front() == family_name(Family::kIPv4)) ++evidence[process].first_v4;
    if (given->ip_families.front() == family_name(Family::kIPv6)) ++evidence[process].first_v6;
  }
}

// The flag that the user names holds for all processes, or it is the flag of another time.
void ServerHistory::choose_families(const std::vector<FamilyEvidence>& evidence,
                                    const ServerFamilies& named) {
  const bool holds = !named.empty() && std::all_of(evidence.begin(), evidence.end(),
                                                   [&](const auto& one) { return one.fits(named); });
  if (holds) unseen_ = {named};
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    auto& possible = processes_[i].possible;
    for (const ServerFamilies& families : unseen_) {
      if (evidence[i].fits(families)) possible.push_back(families);
    }
    // What it wrote may be no configuration at all: then nothing is known of it.
    if (possible.empty()) possible = all_configurations();
  }
}

// Each lives from its possible start until its successor's first call.
std::vector<std::size_t> ServerHistory::behind(const AuditedRequest& request) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    const ServerProcess& process = processes_[i];
    if (process.server != request.server) continue;
    Instant end = kEnd;
    for (const ServerProcess& next : processes_) {
      const bool follows = next.server == process.server && next.may_start.from >= process.seen.to;
      if (follows) end = std::min(end, next.seen.from);
    }
    if (Window{process.may_start.from, end}.meets(request.during)) found.push_back(i);
  }
  return found;
}

std::vector<ServerFamilies> ServerHistory::families(const AuditedRequest& request, std::uint32_t index,
                                                    bool with_unseen) const {
  if (const auto served = served_by_.find(index); served != served_by_.end()) {
    return processes_[served->second].possible;
  }
  std::vector<ServerFamilies> found;
  const auto add = [&](const std::vector<ServerFamilies>& possible) {
    for (const ServerFamilies& families : possible) {
      if (std::find(found.begin(), found.end(), families) == found.end()) found.push_back(families);
    }
  };
  // A process surely is there between its first and its last call to itself; around them another may be.
  bool sure = false;
  for (const std::size_t process : behind(request)) {
    add(processes_[process].possible);
    sure = sure || processes_[process].seen.covers(request.during);
  }
  if (found.empty() || (with_unseen && !sure)) add(unseen_);
  return found;
}

const ServerProcess* ServerHistory::may_have_just_started(const AuditedRequest& request, Duration lag) const {
  for (const ServerProcess& process : processes_) {
    const Window empty_caches{process.may_start.from, process.seen.from + lag};
    if (process.server == request.server && empty_caches.meets(request.during)) return &process;
  }
  return nullptr;
}

}  // namespace clusterip::verify
