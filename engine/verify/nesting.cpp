#include "engine/verify/nesting.hpp"

#include <algorithm>

#include "engine/net/text.hpp"

namespace clusterip::verify {
namespace {

using Requests = std::vector<std::uint32_t>;

// Service requests by the Service's name and by the addresses that they are about.
struct Candidates {
  std::unordered_map<std::string, Requests> by_key;
  std::unordered_map<Address, Requests, AddressHash> by_address;

  void add_addresses(const ServiceFacts* facts, std::uint32_t index) {
    if (facts == nullptr) return;
    for (const std::string& text : facts->addresses()) {
      const auto address = read_address_sloppy(text);
      if (!address) continue;
      Requests& known = by_address[*address];
      if (known.empty() || known.back() != index) known.push_back(index);
    }
  }
};

Candidates candidates_of(const Record& record, const ServiceHistory& services) {
  Candidates found;
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    const AuditedRequest& request = record.requests[i];
    if (request.subject != Subject::kService || request.dry_run) continue;
    found.by_key[request.key()].push_back(i);
    found.add_addresses(request.given_service(), i);
    if (request.verb != Verb::kCreate) found.add_addresses(services.before(request, i), i);
  }
  return found;
}

// Of the requests around `inner` that `fits` the one that began last: the tightest. The list is in order of
// answers.
template <class Fits>
std::uint32_t tightest(const Requests* known, const Record& record, const Window& inner, Fits fits) {
  if (known == nullptr) return kNoRequest;
  auto it = std::lower_bound(known->begin(), known->end(), inner.to, [&](std::uint32_t i, Instant time) {
    return record.requests[i].during.to < time;
  });
  std::uint32_t best = kNoRequest;
  // Requests for one Service or address overlap only a few at a time; far later answers belong to others.
  constexpr int kLooked = 64;
  for (int looked = 0; it != known->end() && looked < kLooked; ++it, ++looked) {
    const Window& during = record.requests[*it].during;
    if (!during.covers(inner) || !fits(*it)) continue;
    if (best == kNoRequest || record.requests[best].during.from < during.from) best = *it;
  }
  return best;
}

std::uint32_t tightest(const Requests* known, const Record& record, const Window& inner) {
  return tightest(known, record, inner, [](std::uint32_t) { return true; });
}

// The request gave the address to the Service: others that ran meanwhile may have seen it there.
bool gave(const AuditedRequest& request, std::uint32_t index, const Address& address,
          const ServiceHistory& services) {
  const ServiceFacts* given = request.given_service();
  if (!request.took_effect() || given == nullptr || !given->lists(address)) return false;
  if (request.verb == Verb::kCreate || request.code == 201) return true;
  return !services.listed_before(request, index, address);
}

template <class Map, class Key>
const Requests* look_up(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

// A request that was refused keeps the name to itself that the server made up for it.
std::uint32_t made_up_name(const Candidates& candidates, const Record& record,
                           const cluster::ParentRef& parent, const Window& inner) {
  return tightest(look_up(candidates.by_key, parent.name_space + "/"), record, inner,
                  [&](std::uint32_t index) {
                    const AuditedRequest& request = record.requests[index];
                    return !request.generate_name.empty() && parent.name.rfind(request.generate_name, 0) == 0;
                  });
}

const cluster::ParentRef* parent_of(const AuditedRequest& request, const AddressLife* life) {
  if (const auto* given = request.given_address(); given != nullptr && given->parent) return &*given->parent;
  if (const auto* asked = request.asked_address(); asked != nullptr && asked->parent) return &*asked->parent;
  return life != nullptr && life->parent ? &*life->parent : nullptr;
}

}  // namespace

Nesting::Nesting(const Record& record, const AddressHistory& addresses, const ServiceHistory& services)
    : outer_(record.requests.size(), kNoRequest) {
  const Candidates candidates = candidates_of(record, services);
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    const AuditedRequest& request = record.requests[i];
    if (request.subject != Subject::kIpAddress) continue;
    const auto address = address_of(request);
    if (!address) continue;
    const auto* parent = parent_of(request, addresses.of_request(*address, i));
    std::uint32_t outer = kNoRequest;
    if (parent != nullptr && parent->is_service()) {
      const std::string key = parent->name_space + "/" + parent->name;
      const Requests* known = look_up(candidates.by_key, key);
      if (request.verb == Verb::kCreate && request.took_effect()) {
        outer = tightest(known, record, request.during, [&](std::uint32_t index) {
          return gave(record.requests[index], index, *address, services);
        });
      }
      if (outer == kNoRequest) outer = tightest(known, record, request.during);
      if (outer == kNoRequest) outer = made_up_name(candidates, record, *parent, request.during);
    }
    // A Service that lost its IPAddress to another one releases the other's when it goes.
    if (outer == kNoRequest && request.verb == Verb::kDelete) {
      outer = tightest(look_up(candidates.by_address, *address), record, request.during);
    }
    if (outer == kNoRequest) continue;
    outer_[i] = outer;
    inner_[outer].push_back(i);
  }
}

const std::vector<std::uint32_t>& Nesting::inner(std::uint32_t outer) const {
  static const std::vector<std::uint32_t> kNothing;
  const auto found = inner_.find(outer);
  return found == inner_.end() ? kNothing : found->second;
}

}  // namespace clusterip::verify
