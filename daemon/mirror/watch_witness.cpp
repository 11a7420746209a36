#include "daemon/mirror/watch_witness.hpp"

#include <functional>

#include "daemon/mirror/mirrored_cluster.hpp"

namespace clusterip::daemon {
namespace {

using verify::AuditedRequest;
using verify::Verb;

std::uint64_t hash_of(const std::string& name) {
  return std::hash<std::string>{}(name);
}

api::ObjectKind kind_of(verify::Subject subject) {
  switch (subject) {
    case verify::Subject::kService:
      return api::ObjectKind::kService;
    case verify::Subject::kServiceCidr:
      return api::ObjectKind::kServiceCidr;
    case verify::Subject::kIpAddress:
      break;
  }
  return api::ObjectKind::kIpAddress;
}

// A change by the object's uid, or by its key where an event without bodies tells no uid.
std::uint64_t by_uid(const SeenChange& change) {
  const char* what = change.gone ? "-" : change.revision != 0 ? "@" : "+";
  return hash_of(change.uid + what + (change.revision != 0 ? std::to_string(change.revision) : ""));
}
std::uint64_t by_key(const SeenChange& change) {
  return hash_of(std::string(resource_name(change.kind)) + "/" + change.key + (change.gone ? "-" : "+"));
}

const verify::ObjectFacts* facts_of(const AuditedRequest& request) {
  if (const auto* service = request.given_service()) return service;
  if (const auto* cidr = request.given_cidr()) return cidr;
  return request.given_address();
}

}  // namespace

std::string SeenChange::text() const {
  return std::string(resource_name(kind)) + "/" + key +
         (gone            ? " was deleted"
          : revision != 0 ? " got other addresses"
                          : " was created");
}

bool WatchWitness::is_shown(const SeenChange& change) const {
  return shown_.contains(by_uid(change)) || shown_.contains(by_key(change));
}

void WatchWitness::remember(std::uint64_t name, cluster::Instant now) {
  if (shown_.insert(name).second) known_.push_back({now, name});
}

void WatchWitness::saw(const SeenChange& change, cluster::Instant now) {
  const std::lock_guard lock(mutex_);
  if (has_events_ && !change.uid.empty() && !is_shown(change)) waiting_.push_back({now, change});
}

void WatchWitness::shown(const AuditedRequest& request, cluster::Instant now) {
  const std::lock_guard lock(mutex_);
  has_events_ = true;
  if (!request.took_effect() && !request.is_doubtful()) return;
  const verify::ObjectFacts* given = facts_of(request);
  SeenChange change;
  change.kind = kind_of(request.subject);
  change.key = request.subject == verify::Subject::kService ? request.key() : request.name;
  change.uid = given != nullptr ? given->uid : request.gone_uid;
  change.gone = request.verb == Verb::kDelete || (given != nullptr && given->is_gone());
  if (change.uid.empty()) {
    // Without its body an event may be any change of that object.
    remember(by_key(change), now);
    change.gone = !change.gone;
    remember(by_key(change), now);
    return;
  }
  remember(by_uid(change), now);
  if (change.gone || given == nullptr) return;
  change.revision = given->revision;
  remember(by_uid(change), now);
}

std::vector<WatchWitness::Unshown> WatchWitness::take_unshown(cluster::Instant by, cluster::Instant forget) {
  const std::lock_guard lock(mutex_);
  std::vector<Unshown> found;
  for (; !waiting_.empty() && waiting_.front().since <= by; waiting_.pop_front()) {
    Waiting& oldest = waiting_.front();
    if (!is_shown(oldest.change)) found.push_back({std::move(oldest.change), oldest.since});
  }
  for (; !known_.empty() && known_.front().since <= forget; known_.pop_front()) {
    shown_.erase(known_.front().name);
  }
  return found;
}

}  // namespace clusterip::daemon
