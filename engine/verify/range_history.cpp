#include "engine/verify/range_history.hpp"

#include <algorithm>

namespace clusterip::verify {
namespace {

RangeVersion version_of(const CidrFacts& facts, Window since, std::uint32_t request) {
  RangeVersion version;
  version.since = since;
  version.ready = facts.counts_as_ready ? Readiness::kYes : Readiness::kNo;
  version.deleting = facts.deleting;
  version.cidrs = facts.cidrs;
  version.revision = facts.revision;
  version.request = request;
  version.object = facts.object;
  return version;
}

// When a ServiceCIDR came to be as ready as it is, in whole seconds.
std::optional<Instant> last_change(const cluster::ServiceCidr& cidr) {
  if (cidr.meta.deletion) return cidr.meta.deletion;
  const cluster::Condition* ready = cidr.ready_condition();
  return ready != nullptr && ready->last_transition ? ready->last_transition : cidr.meta.creation;
}

// By revision where all versions tell theirs, which two answers that crossed need; else by time.
void put_in_order(std::vector<RangeVersion>& versions) {
  // What stands for the unknown past stays in front.
  const auto first = std::find_if(versions.begin(), versions.end(),
                                  [](const RangeVersion& version) { return version.object != nullptr; });
  const bool numbered =
      std::all_of(first, versions.end(), [](const RangeVersion& version) { return version.revision != 0; });
  std::stable_sort(first, versions.end(), [&](const RangeVersion& a, const RangeVersion& b) {
    return numbered ? a.revision < b.revision : a.since.to < b.since.to;
  });
}

// A controller that writes the same status over and over (1.33) leaves one version here.
void merge_equal(std::vector<RangeVersion>& versions) {
  const auto last = std::unique(versions.begin(), versions.end(), [](const auto& a, const auto& b) {
    return a.ready == b.ready && a.deleting == b.deleting && a.cidrs == b.cidrs;
  });
  versions.erase(last, versions.end());
}

}  // namespace

bool RangeVersion::has(const Cidr& cidr) const {
  return std::find(cidrs.begin(), cidrs.end(), cidr) != cidrs.end();
}

Window RangeLife::possible(std::size_t i) const {
  const Instant end = i + 1 < versions.size() ? versions[i + 1].since.to : kEnd;
  return {versions[i].since.from, std::min(end, gone.to)};
}

const RangeVersion* RangeLife::asked_to_go() const {
  for (const RangeVersion& version : versions) {
    if (version.deleting) return &version;
  }
  return nullptr;
}

RangeHistory::RangeHistory(const Record& record, Instant record_begin, const std::vector<Cidr>& flags,
                           Duration lag)
    : lag_(lag) {
  if (record.start) add_start(*record.start, std::max(record_begin, record.start->since));
  for (std::uint32_t index = 0; index < record.requests.size(); ++index) {
    const AuditedRequest& request = record.requests[index];
    if (request.subject != Subject::kServiceCidr || !request.took_effect()) continue;
    if (request.given_cidr() != nullptr) add(request, index);
  }
  for (RangeLife& object : objects_) put_in_order(object.versions);
  for (std::uint32_t index = 0; index < record.requests.size(); ++index) {
    const AuditedRequest& request = record.requests[index];
    if (request.subject == Subject::kServiceCidr && request.took_effect()) add_end(request, index);
  }
  add_beginnings(record);
  const bool shown = std::any_of(objects_.begin(), objects_.end(), [](const RangeLife& object) {
    return object.name == cluster::kDefaultServiceCidrName;
  });
  if (!shown && !flags.empty()) {
    RangeLife& object = objects_.emplace_back();
    object.name = cluster::kDefaultServiceCidrName;
    object.versions.emplace_back().cidrs = flags;
  }
  index_cidrs();
}

void RangeHistory::index_cidrs() {
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    objects_[i].object = objects_[i].versions.back().object;
    merge_equal(objects_[i].versions);
    for (const RangeVersion& version : objects_[i].versions) {
      for (const Cidr& cidr : version.cidrs) {
        auto& owners = owners_[cidr];
        if (owners.empty() || owners.back() != i) owners.push_back(i);
      }
    }
  }
}

const std::vector<std::size_t>& RangeHistory::owners(const Cidr& cidr) const {
  static const std::vector<std::size_t> kNobody;
  const auto found = owners_.find(cidr);
  return found == owners_.end() ? kNobody : found->second;
}

void RangeHistory::add_start(const StartState& start, Instant record_begin) {
  for (const cluster::ServiceCidr& cidr : start.cidrs) {
    const CidrFacts facts = facts_of(cidr);
    const Instant stamp = std::min(facts.creation.value_or(kBeginning), record_begin);
    RangeLife object;
    object.name = cidr.meta.name;
    object.uid = facts.uid;
    // How it was before it came to be as the dump shows it is not known.
    RangeVersion before;
    before.since = {stamp, stamp};
    before.cidrs = facts.cidrs;
    object.versions.push_back(std::move(before));
    const Instant changed = std::min(last_change(cidr).value_or(stamp), record_begin);
    const Window since{changed, std::min(changed + Duration::seconds(1), record_begin)};
    object.versions.push_back(version_of(facts, since, kNoRequest));
    if (!facts.uid.empty()) by_uid_[facts.uid] = objects_.size();
    objects_.push_back(std::move(object));
  }
}

void RangeHistory::add(const AuditedRequest& request, std::uint32_t index) {
  const CidrFacts& facts = *request.given_cidr();
  const std::string identity = facts.uid.empty() ? request.name : facts.uid;
  const auto [found, fresh] = by_uid_.emplace(identity, objects_.size());
  if (fresh) {
    objects_.emplace_back().name = request.name;
    objects_.back().uid = facts.uid;
  }
  auto& versions = objects_[found->second].versions;
  // An update that changed nothing, or one that a dump shows already.
  for (RangeVersion& known : versions) {
    if (facts.revision == 0 || known.revision != facts.revision || known.deleting != facts.deleting) continue;
    if (known.request == kNoRequest) known = version_of(facts, request.during, index);
    return;
  }
  versions.push_back(version_of(facts, request.during, index));
}

// The object of that name and uid which the request met.
RangeLife* RangeHistory::find(const AuditedRequest& request, const std::string& uid) {
  RangeLife* best = nullptr;
  for (RangeLife& object : objects_) {
    if (object.name != request.name || object.gone_by != kNoRequest) continue;
    if (!uid.empty() && !object.uid.empty() && object.uid != uid) continue;
    if (object.versions.front().since.from > request.during.to) continue;
    if (best == nullptr || best->versions.front().since.from < object.versions.front().since.from) {
      best = &object;
    }
  }
  return best;
}

void RangeHistory::add_end(const AuditedRequest& request, std::uint32_t index) {
  const CidrFacts* facts = request.given_cidr();
  if (facts != nullptr ? !facts->is_gone() : request.verb != Verb::kDelete) return;
  RangeLife* object = find(request, facts != nullptr ? facts->uid : request.gone_uid);
  if (object == nullptr) return;
  if (facts != nullptr || !request.gone_uid.empty()) {
    object->gone = request.during;
    object->gone_by = index;
    return;
  }
  // A deletion whose answer is not in the record: asked to go, and perhaps waiting for its finalizer.
  RangeVersion asked = object->versions.back();
  asked.since = request.during;
  asked.ready = Readiness::kNo;
  asked.deleting = true;
  asked.request = index;
  object->versions.push_back(std::move(asked));
}

// An object that the record meets in mid-life: what it was like before the first sight is not known.
void RangeHistory::add_beginnings(const Record& record) {
  for (RangeLife& object : objects_) {
    const RangeVersion& first = object.versions.front();
    if (first.request == kNoRequest) continue;
    const AuditedRequest& request = record.requests[first.request];
    if (request.verb == Verb::kCreate || request.code == 201) continue;
    RangeVersion before;
    const Instant stamp = request.given_cidr()->creation.value_or(kBeginning);
    before.since = {stamp, stamp};
    before.cidrs = first.cidrs;
    object.versions.insert(object.versions.begin(), std::move(before));
  }
}

std::vector<Cidr> RangeHistory::with_host(const Address& address) const {
  std::vector<Cidr> found;
  for (const auto& [cidr, objects] : owners_) {
    if (cidr.has_host(address)) found.push_back(cidr);
  }
  return found;
}

// Two objects with one CIDR at one time: upstream then leaves the CIDR as ready as it was.
bool RangeHistory::shares(const RangeLife& object, const Cidr& cidr) const {
  const Window own{object.existence().from - lag_, object.existence().to + lag_};
  const auto& others = owners(cidr);
  return std::any_of(others.begin(), others.end(), [&](std::size_t other) {
    return &objects_[other] != &object && objects_[other].existence().meets(own);
  });
}

bool RangeHistory::can_be_ready(const Cidr& cidr, const Window& window) const {
  for (const std::size_t owner : owners(cidr)) {
    const RangeLife& object = objects_[owner];
    for (std::size_t i = 0; i < object.versions.size(); ++i) {
      const RangeVersion& version = object.versions[i];
      if (version.ready == Readiness::kNo || !version.has(cidr)) continue;
      const Window possible = object.possible(i);
      if (Window{possible.from, possible.to + lag_}.meets(window)) return true;
    }
    const Window existence{object.existence().from, object.existence().to + lag_};
    if (existence.meets(window) && shares(object, cidr)) return true;
  }
  return false;
}

// Whether an object was there all through the window, and `holds` of each version that it can have had.
template <class Holds>
bool RangeHistory::surely(const Cidr& cidr, const Window& window, Holds holds) const {
  const auto& objects = owners(cidr);
  return std::any_of(objects.begin(), objects.end(), [&](std::size_t owner) {
    const RangeLife& object = objects_[owner];
    if (object.versions.front().since.to > window.from || object.gone.from < window.to) return false;
    for (std::size_t i = 0; i < object.versions.size(); ++i) {
      if (object.possible(i).meets(window) && !holds(object.versions[i])) return false;
    }
    return true;
  });
}

bool RangeHistory::surely_ready(const Cidr& cidr, const Window& window) const {
  return surely(cidr, window, [&](const RangeVersion& version) {
    return version.ready == Readiness::kYes && version.has(cidr);
  });
}

bool RangeHistory::surely_exists(const Cidr& cidr, const Window& window) const {
  return surely(cidr, window, [&](const RangeVersion& version) { return version.has(cidr); });
}

bool RangeHistory::can_exist(const Cidr& cidr, const Window& window) const {
  const auto& objects = owners(cidr);
  return std::any_of(objects.begin(), objects.end(), [&](std::size_t owner) {
    const RangeLife& object = objects_[owner];
    for (std::size_t i = 0; i < object.versions.size(); ++i) {
      if (object.versions[i].has(cidr) && object.possible(i).meets(window)) return true;
    }
    return false;
  });
}

}  // namespace clusterip::verify
