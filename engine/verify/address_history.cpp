#include "engine/verify/address_history.hpp"

#include <algorithm>

#include "engine/net/text.hpp"

namespace clusterip::verify {
namespace {

bool began_earlier(const AddressLife& a, const AddressLife& b) {
  if (a.revision != 0 && b.revision != 0 && a.revision != b.revision) return a.revision < b.revision;
  return a.created.from < b.created.from;
}

}  // namespace

std::optional<Address> address_of(const AuditedRequest& request) {
  return read_address_sloppy(request.name);
}

AddressHistory::AddressHistory(const Record& record, Instant known_since, Instant record_begin)
    : known_since_(known_since), record_begin_(record_begin) {
  if (record.start) add_start(*record.start);
  add_creations(record);
  add_deletions(record);
  for (auto& [address, lives] : lives_) settle(lives);
  add_other_sightings(record);
}

void AddressHistory::add_start(const StartState& start) {
  const Instant known_from = std::max(record_begin_, start.since);
  for (const StartState::StartAddress& object : start.addresses) {
    AddressLife life;
    life.take(object.facts);
    const Instant stamp = life.creation.value_or(kBeginning);
    // The stamp is in whole seconds.
    const Instant latest = stamp + Duration::seconds(1);
    life.created = {stamp, stamp < known_from ? std::min(latest, known_from) : latest};
    lives_[object.address].push_back(std::move(life));
  }
}

void AddressHistory::add_creations(const Record& record) {
  for (std::uint32_t index = 0; index < record.requests.size(); ++index) {
    const AuditedRequest& request = record.requests[index];
    if (request.subject != Subject::kIpAddress || request.verb == Verb::kDelete) continue;
    const bool creates = request.verb == Verb::kCreate || request.code == 201;
    const auto address = creates ? address_of(request) : std::nullopt;
    if (!address || !(request.took_effect() || request.is_doubtful())) continue;
    AddressLife life;
    if (const auto* given = request.given_address()) {
      life.take(*given);
    } else if (const auto* asked = request.asked_address()) {
      life.take(*asked);
    }
    life.created = request.during;
    life.created_by = index;
    life.doubtful = !request.succeeded();
    auto& lives = lives_[*address];
    // A dump that was taken while the record ran shows the object too: the record knows better.
    const auto same = std::find_if(lives.begin(), lives.end(), [&](const AddressLife& other) {
      return !life.uid.empty() && other.uid == life.uid;
    });
    if (same == lives.end()) {
      lives.push_back(std::move(life));
    } else {
      *same = std::move(life);
    }
  }
}

// The life that a deletion ended: the one of that uid, or without uids the newest that surely had begun; a
// newer one that overlaps the deletion may have begun after it.
AddressLife* AddressHistory::find(const Address& address, const AuditedRequest& request,
                                  const std::string& uid) {
  const auto entry = lives_.find(address);
  if (entry == lives_.end()) return nullptr;
  AddressLife* best = nullptr;
  bool best_is_sure = false;
  for (AddressLife& life : entry->second) {
    if (!uid.empty() && life.uid == uid) return &life;
    const bool fits = life.created.from <= request.during.to && life.deleted_by == kNoRequest;
    const bool other_object = !uid.empty() && !life.uid.empty();
    if (!fits || other_object) continue;
    const bool sure = life.created.to <= request.during.from;
    const bool better = sure != best_is_sure ? sure : best == nullptr || began_earlier(*best, life);
    if (best != nullptr && !better) continue;
    best = &life;
    best_is_sure = sure;
  }
  return best;
}

void AddressHistory::add_deletions(const Record& record) {
  for (std::uint32_t index = 0; index < record.requests.size(); ++index) {
    const AuditedRequest& request = record.requests[index];
    if (request.subject != Subject::kIpAddress) continue;
    const AddressFacts* given = request.given_address();
    const bool waits = given != nullptr && given->has_finalizers;
    const bool goes = request.verb == Verb::kDelete ? !waits : given != nullptr && given->is_gone();
    const auto address = goes ? address_of(request) : std::nullopt;
    if (!address || !(request.took_effect() || request.is_doubtful())) continue;
    AddressLife* life = find(*address, request, given != nullptr ? given->uid : request.gone_uid);
    if (life == nullptr) {
      if (!request.succeeded()) continue;
      life = &lives_[*address].emplace_back();
      life->uid = request.gone_uid;
      if (given != nullptr) life->take(*given);
      life->created.to = request.during.to;
    }
    if (request.succeeded()) {
      life->deleted = request.during;
      life->deleted_by = index;
    } else {
      life->deleted.from = std::min(life->deleted.from, request.during.from);
    }
  }
}

// The lives of one address follow each other: each ends before the next begins. Where the record says
// otherwise, both stay as they are: the rules will ask how the second could be created.
void AddressHistory::settle(std::vector<AddressLife>& lives) {
  // By revision only where all have one: an order that mixes both would be none.
  const bool numbered =
      std::all_of(lives.begin(), lives.end(), [](const AddressLife& life) { return life.revision != 0; });
  std::stable_sort(lives.begin(), lives.end(), [&](const AddressLife& a, const AddressLife& b) {
    return numbered ? began_earlier(a, b) : a.created.from < b.created.from;
  });
  for (std::size_t i = 0; i < lives.size(); ++i) {
    AddressLife& life = lives[i];
    const bool in_record = life.creation && *life.creation >= record_begin_;
    if (life.created_by == kNoRequest && in_record) ++missing_writes_;
    if (i + 1 == lives.size() || life.doubtful || lives[i + 1].doubtful) continue;
    AddressLife& next = lives[i + 1];
    if (life.deleted_by == kNoRequest) ++missing_writes_;
    if (next.created.to < life.deleted.from) continue;
    life.deleted.to = std::min(life.deleted.to, next.created.to);
    next.created.from = std::max(next.created.from, life.deleted.from);
  }
}

// An object that a collision or an update shows, though the record has no creation of it.
void AddressHistory::add_other_sightings(const Record& record) {
  for (const AuditedRequest& request : record.requests) {
    if (request.subject != Subject::kIpAddress || request.dry_run) continue;
    const bool collision = request.verb == Verb::kCreate && request.code == 409;
    const bool change =
        (request.verb == Verb::kUpdate || request.verb == Verb::kPatch) && request.code == 200;
    const auto address = collision || change ? address_of(request) : std::nullopt;
    if (!address || possibly_held(*address, request.during)) continue;
    // Where the beginning is known, a collision with nothing stays what it is: a question for the rules.
    if (known_since_ != kEnd) return;
    auto& lives = lives_[*address];
    if (!lives.empty() && lives.front().created.from <= request.during.from) continue;
    AddressLife life;
    life.created.to = request.during.to;
    life.deleted = {request.during.from, lives.empty() ? kEnd : lives.front().created.to};
    if (const auto* given = request.given_address()) life.take(*given);
    lives.insert(lives.begin(), std::move(life));
  }
}

const std::vector<AddressLife>& AddressHistory::lives(const Address& address) const {
  static const std::vector<AddressLife> kNothing;
  const auto found = lives_.find(address);
  return found == lives_.end() ? kNothing : found->second;
}

bool AddressHistory::possibly_held(const Address& address, const Window& window) const {
  const auto& known = lives(address);
  return std::any_of(known.begin(), known.end(),
                     [&](const AddressLife& life) { return life.possibly_in(window); });
}

bool AddressHistory::known_through(const std::vector<AddressLife>* known, const Window& window) const {
  if (window.from >= known_since_) return true;
  // Seen being created, and before that nothing of it: it was free since the record began.
  return known != nullptr && !known->empty() && known->front().created_by != kNoRequest &&
         !known->front().doubtful && window.from >= record_begin_;
}

bool AddressHistory::surely_free(const Address& address, const Window& window) const {
  const auto found = lives_.find(address);
  const auto* known = found == lives_.end() ? nullptr : &found->second;
  return known_through(known, window) && !possibly_held(address, window);
}

std::optional<Address> AddressHistory::surely_free_in(const Span& span, const Window& window) const {
  Address next = span.first;
  const bool all_known = known_through(nullptr, window);
  for (auto it = lives_.lower_bound(span.first); it != lives_.end() && it->first <= span.last; ++it) {
    if (all_known && next < it->first) return next;
    if (surely_free(it->first, window)) return it->first;
    next = Address(span.first.family(), it->first.bits() + 1);
  }
  // After the all-ones address comes none: adding one wraps round to the lowest.
  const bool one_left = next >= span.first && next <= span.last;
  return all_known && one_left ? std::optional(next) : std::nullopt;
}

const AddressLife* AddressHistory::surely_held(const Address& address, const Window& window) const {
  for (const AddressLife& life : lives(address)) {
    if (life.surely_through(window)) return &life;
  }
  return nullptr;
}

const AddressLife* AddressHistory::of_request(const Address& address, std::uint32_t request) const {
  for (const AddressLife& life : lives(address)) {
    if (life.created_by == request || life.deleted_by == request) return &life;
  }
  return nullptr;
}

}  // namespace clusterip::verify
