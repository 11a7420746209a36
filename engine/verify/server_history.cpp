#include "engine/verify/server_history.hpp"

#include <algorithm>
#include <map>

namespace clusterip::verify {
namespace {

constexpr std::string_view kUsualUser = "system:apiserver";
constexpr std::string_view kNotDualStack = "this cluster is not configured for dual-stack services";

const std::vector<ServerFamilies>& all_configurations() {
  static const std::vector<ServerFamilies> all{
      {Family::kIPv4}, {Family::kIPv6}, {Family::kIPv4, Family::kIPv6}, {Family::kIPv6, Family::kIPv4}};
  return all;
}

ServerFamilies families_of(std::span<const Cidr> cidrs) {
  ServerFamilies families;
  for (const Cidr& cidr : cidrs) families.push_back(cidr.family());
  return families;
}

// What one process let see of its configuration.
struct Evidence {
  ServerFamilies written;  // in a default ServiceCIDR that it made: its flags
  bool gave[2] = {false, false};
  bool single = false;  // it said so

  bool fits(const ServerFamilies& families) const {
    if (!written.empty()) return families == written;
    if (single && families.size() > 1) return false;
    for (const Family family : {Family::kIPv4, Family::kIPv6}) {
      const bool has = std::find(families.begin(), families.end(), family) != families.end();
      if (gave[static_cast<int>(family)] && !has) return false;
    }
    return true;
  }
};

}  // namespace

ServerHistory::ServerHistory(const Record& record, const Nesting& nesting, const std::vector<Cidr>& flags) {
  find_users(record, nesting);
  find_processes(record);
  find_families(record, nesting, flags);
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

ServerProcess* ServerHistory::process_of(std::uint32_t server, const std::string& uid) {
  for (ServerProcess& process : processes_) {
    if (process.server == server && process.uid == uid) return &process;
  }
  return nullptr;
}

void ServerHistory::find_families(const Record& record, const Nesting& nesting,
                                  const std::vector<Cidr>& flags) {
  std::map<const ServerProcess*, Evidence> evidence;
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    const AuditedRequest& request = record.requests[i];
    if (!is_server(request.user)) {
      if (request.message.find(kNotDualStack) == std::string::npos) continue;
      const auto around = behind(request);
      if (around.size() == 1) evidence[around.front()].single = true;
      continue;
    }
    const ServerProcess* process = process_of(request.server, request.user_uid);
    if (process == nullptr || !request.took_effect()) continue;
    const CidrFacts* cidr = request.given_cidr();
    const bool made = request.verb == Verb::kCreate || request.verb == Verb::kUpdate;
    if (cidr != nullptr && made && request.name == cluster::kDefaultServiceCidrName) {
      evidence[process].written = families_of(cidr->cidrs);
    }
    const auto address = request.subject == Subject::kIpAddress ? address_of(request) : std::nullopt;
    if (address && request.verb == Verb::kCreate && nesting.outer(i) != kNoRequest) {
      evidence[process].gave[static_cast<int>(address->family())] = true;
    }
  }
  const ServerFamilies named = families_of(flags);
  for (ServerProcess& process : processes_) {
    const Evidence& known = evidence[&process];
    if (!named.empty() && known.fits(named)) {
      process.possible = {named};
      continue;
    }
    for (const ServerFamilies& families : all_configurations()) {
      if (known.fits(families)) process.possible.push_back(families);
    }
    if (process.possible.empty()) process.possible = all_configurations();
  }
}

// The processes that may have answered: each lives from its possible start until its successor's first call.
std::vector<const ServerProcess*> ServerHistory::behind(const AuditedRequest& request) const {
  std::vector<const ServerProcess*> found;
  for (const ServerProcess& process : processes_) {
    if (process.server != request.server) continue;
    Instant end = kEnd;
    for (const ServerProcess& next : processes_) {
      const bool follows = next.server == process.server && next.may_start.from >= process.seen.to;
      if (follows) end = std::min(end, next.seen.from);
    }
    if (Window{process.may_start.from, end}.meets(request.during)) found.push_back(&process);
  }
  return found;
}

std::vector<ServerFamilies> ServerHistory::families(const AuditedRequest& request) const {
  std::vector<ServerFamilies> found;
  for (const ServerProcess* process : behind(request)) {
    for (const ServerFamilies& families : process->possible) {
      if (std::find(found.begin(), found.end(), families) == found.end()) found.push_back(families);
    }
  }
  return found.empty() ? all_configurations() : found;
}

const ServerProcess* ServerHistory::may_have_just_started(const AuditedRequest& request, Duration lag) const {
  for (const ServerProcess& process : processes_) {
    const Window empty_caches{process.may_start.from, process.seen.from + lag};
    if (process.server == request.server && empty_caches.meets(request.during)) return &process;
  }
  return nullptr;
}

}  // namespace clusterip::verify
