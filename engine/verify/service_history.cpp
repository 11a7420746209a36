#include "engine/verify/service_history.hpp"

#include <algorithm>

namespace clusterip::verify {
namespace {

bool holds(const ServiceFacts& facts, const std::string& address) {
  const auto held = facts.addresses();
  return std::find(held.begin(), held.end(), address) != held.end();
}

void put_in_order(std::vector<ServiceVersion>& versions) {
  const bool numbered = std::all_of(versions.begin(), versions.end(),
                                    [](const ServiceVersion& v) { return v.facts->revision != 0; });
  std::stable_sort(versions.begin(), versions.end(), [&](const ServiceVersion& a, const ServiceVersion& b) {
    return numbered ? a.facts->revision < b.facts->revision : a.since.to < b.since.to;
  });
}

// Whether a request that succeeded stored a version of the Service; a removal stores none.
bool stores(const AuditedRequest& request) {
  const ServiceFacts* given = request.given_service();
  if (request.subject != Subject::kService || !request.took_effect() || given == nullptr) return false;
  return !given->is_gone() && (request.verb != Verb::kDelete || given->has_finalizers);
}

bool removes(const AuditedRequest& request) {
  if (request.subject != Subject::kService || !request.took_effect()) return false;
  const ServiceFacts* given = request.given_service();
  if (given == nullptr) return request.verb == Verb::kDelete;
  return given->is_gone() || (request.verb == Verb::kDelete && !given->has_finalizers);
}

}  // namespace

Window ServiceLife::possible(std::size_t i) const {
  const Instant end = i + 1 < versions.size() ? versions[i + 1].since.to : kEnd;
  return {versions[i].since.from, std::min(end, gone.to)};
}

bool ServiceLife::surely_through(const Window& window) const {
  return !versions.empty() && versions.front().since.to <= window.from && window.to <= gone.from;
}

ServiceHistory::ServiceHistory(const Record& record, Instant record_begin) {
  if (record.start) add_start(*record.start, std::max(record_begin, record.start->since));
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    if (stores(record.requests[i])) add_version(record.requests[i], i);
  }
  for (auto& [key, lives] : lives_) {
    for (ServiceLife& life : lives) put_in_order(life.versions);
  }
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    if (removes(record.requests[i])) add_end(record.requests[i], i);
  }
  for (auto& [key, lives] : lives_) {
    std::stable_sort(lives.begin(), lives.end(), [](const ServiceLife& a, const ServiceLife& b) {
      const auto begin = [](const ServiceLife& life) {
        return life.versions.empty() ? life.gone.from : life.versions.front().since.from;
      };
      return begin(a) < begin(b);
    });
    // A name is free again before another object takes it.
    for (std::size_t i = 0; i + 1 < lives.size(); ++i) {
      if (lives[i].gone_by != kNoRequest || lives[i + 1].versions.empty()) continue;
      const Instant since = lives[i].versions.empty() ? kBeginning : lives[i].versions.back().since.from;
      lives[i].gone = {since, lives[i + 1].versions.front().since.to};
    }
  }
}

void ServiceHistory::add_start(const StartState& start, Instant record_begin) {
  for (const StartState::StartService& service : start.services) {
    ServiceLife& life = lives_[service.key].emplace_back();
    life.uid = service.facts.uid;
    life.beginning_known = true;
    const Instant stamp = std::min(service.facts.creation.value_or(kBeginning), record_begin);
    life.versions.push_back({{stamp, record_begin}, &service.facts, kNoRequest});
  }
}

void ServiceHistory::add_version(const AuditedRequest& request, std::uint32_t index) {
  const ServiceFacts& facts = *request.given_service();
  auto& lives = lives_[request.key()];
  auto life = std::find_if(lives.begin(), lives.end(),
                           [&](const ServiceLife& known) { return known.uid == facts.uid; });
  if (life == lives.end()) {
    lives.emplace_back().uid = facts.uid;
    life = std::prev(lives.end());
  }
  const bool creates = request.verb == Verb::kCreate || request.code == 201;
  if (creates) life->beginning_known = true;
  // What a dump shows of the record's own time, the record knows better.
  for (ServiceVersion& known : life->versions) {
    if (facts.revision == 0 || known.facts->revision != facts.revision) continue;
    // Of two answers with one revision, one is that of a request which changed nothing: it saw what the other
    // had stored, and may have been answered first. A creation stored it, else most likely who came first.
    const bool earlier = request.during.from < known.since.from;
    if (known.request == kNoRequest || creates || (earlier && !known.created)) {
      known = {request.during, &facts, index, creates};
    }
    return;
  }
  life->versions.push_back({request.during, &facts, index, creates});
}

ServiceLife* ServiceHistory::find(const AuditedRequest& request) {
  const ServiceFacts* given = request.given_service();
  const std::string& uid = given != nullptr ? given->uid : request.gone_uid;
  const auto entry = lives_.find(request.key());
  if (entry == lives_.end()) return nullptr;
  ServiceLife* best = nullptr;
  for (ServiceLife& life : entry->second) {
    if (!uid.empty() && life.uid == uid) return &life;
    const bool other = !uid.empty() && !life.uid.empty();
    if (!other && life.gone_by == kNoRequest && life.versions.front().since.from <= request.during.to) {
      best = &life;
    }
  }
  return best;
}

void ServiceHistory::add_end(const AuditedRequest& request, std::uint32_t index) {
  ServiceLife* life = find(request);
  const ServiceFacts* given = request.given_service();
  if (life == nullptr) {
    if (given == nullptr) return;
    // Older than the record: the answer to its deletion shows what it was.
    life = &lives_[request.key()].emplace_back();
    life->uid = given->uid;
    const Instant stamp = given->creation.value_or(kBeginning);
    life->versions.push_back({{stamp, request.during.from}, given, kNoRequest});
  }
  life->gone = request.during;
  life->gone_by = index;
  // Without a body in the record the object may as well wait for finalizers.
  if (given == nullptr) life->gone.to = kEnd;
}

const std::vector<ServiceLife>& ServiceHistory::lives(const std::string& key) const {
  static const std::vector<ServiceLife> kNothing;
  const auto found = lives_.find(key);
  return found == lives_.end() ? kNothing : found->second;
}

const ServiceFacts* ServiceHistory::before(const AuditedRequest& request, std::uint32_t index) const {
  const ServiceFacts* given = request.given_service();
  if (given == nullptr) return found_by(request);
  for (const ServiceLife& life : lives(request.key())) {
    if (life.uid != given->uid) continue;
    const ServiceFacts* previous = nullptr;
    for (const ServiceVersion& version : life.versions) {
      if (version.request == index) return previous;
      // The stored object did not change: the version that had this revision before.
      if (given->revision != 0 && version.facts->revision >= given->revision) {
        return version.facts->revision == given->revision ? version.facts : previous;
      }
      previous = version.facts;
    }
    return previous;
  }
  return nullptr;
}

bool ServiceHistory::listed_before(const AuditedRequest& request, std::uint32_t index,
                                   const Address& address) const {
  const ServiceFacts* facts = before(request, index);
  return facts != nullptr && facts->lists(address);
}

const ServiceFacts* ServiceHistory::found_by(const AuditedRequest& request) const {
  const ServiceFacts* found = nullptr;
  for (const ServiceLife& life : lives(request.key())) {
    for (std::size_t i = 0; i < life.versions.size(); ++i) {
      if (life.possible(i).meets(request.during)) found = life.versions[i].facts;
    }
  }
  return found;
}

bool ServiceHistory::surely_lists(const std::string& key, const std::string& address,
                                  const Window& window) const {
  const auto& known = lives(key);
  return std::any_of(known.begin(), known.end(), [&](const ServiceLife& life) {
    if (!life.surely_through(window)) return false;
    for (std::size_t i = 0; i < life.versions.size(); ++i) {
      if (life.possible(i).meets(window) && !holds(*life.versions[i].facts, address)) return false;
    }
    return true;
  });
}

bool ServiceHistory::possibly_lists(const std::string& key, const std::string& address,
                                    const Window& window) const {
  for (const ServiceLife& life : lives(key)) {
    for (std::size_t i = 0; i < life.versions.size(); ++i) {
      if (life.possible(i).meets(window) && holds(*life.versions[i].facts, address)) return true;
    }
  }
  return false;
}

}  // namespace clusterip::verify
