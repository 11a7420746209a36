#include "engine/verify/ranges_of_state.hpp"

#include <algorithm>

#include "engine/net/text.hpp"

namespace clusterip::verify {
namespace {

std::size_t family_index(Family family) {
  return family == Family::kIPv4 ? 0 : 1;
}

bool by_name(const RangeObject* a, const RangeObject* b) {
  return a->name() < b->name();
}

// Keeps the list in order of names, each object once.
void insert_sorted(std::vector<const RangeObject*>& list, const RangeObject* range) {
  const auto place = std::lower_bound(list.begin(), list.end(), range, by_name);
  if (place == list.end() || *place != range) list.insert(place, range);
}

}  // namespace

bool RangeObject::has_host(const Address& address) const {
  return std::any_of(cidrs.begin(), cidrs.end(), [&](const Cidr& cidr) { return cidr.has_host(address); });
}

void RangesOfState::put(const cluster::ServiceCidr& object) {
  erase(object.meta.name);
  RangeObject& range = objects_[object.meta.name];
  range.object = object;
  for (const std::string& text : object.cidrs) {
    if (const auto cidr = read_cidr_sloppy(text)) range.cidrs.push_back(*cidr);
  }
  for (const Cidr& cidr : range.cidrs) {
    Listing& listing = by_cidr_[cidr];
    if (listing.empty()) ++lengths_[family_index(cidr.family())][cidr.length()];
    insert_sorted(listing, &range);
  }
}

void RangesOfState::erase(std::string_view name) {
  const auto found = objects_.find(name);
  if (found == objects_.end()) return;
  forget(found->second);
  objects_.erase(found);
}

void RangesOfState::forget(const RangeObject& range) {
  for (const Cidr& cidr : range.cidrs) {
    const auto found = by_cidr_.find(cidr);
    if (found == by_cidr_.end()) continue;
    std::erase(found->second, &range);
    if (!found->second.empty()) continue;
    by_cidr_.erase(found);
    auto& lengths = lengths_[family_index(cidr.family())];
    const auto length = lengths.find(cidr.length());
    if (--length->second == 0) lengths.erase(length);
  }
}

const RangeObject* RangesOfState::find(std::string_view name) const {
  const auto found = objects_.find(name);
  return found == objects_.end() ? nullptr : &found->second;
}

std::vector<Cidr> RangesOfState::cidrs() const {
  std::vector<Cidr> all;
  all.reserve(by_cidr_.size());
  for (const auto& [cidr, listing] : by_cidr_) all.push_back(cidr);
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<const RangeObject*> RangesOfState::listing(const Cidr& cidr) const {
  const auto found = by_cidr_.find(cidr);
  return found == by_cidr_.end() ? Listing{} : found->second;
}

RangesOfState::Around RangesOfState::around(const Address& address) const {
  Around result;
  for (const auto& [length, count] : lengths_[family_index(address.family())]) {
    const auto found = by_cidr_.find(Cidr(address, length));
    if (found == by_cidr_.end()) continue;
    const bool is_host = found->first.has_host(address);
    for (const RangeObject* range : found->second) {
      insert_sorted(result.inside, range);
      if (is_host) insert_sorted(result.hosts, range);
    }
  }
  return result;
}

bool RangesOfState::is_covered(const RangeObject& range) const {
  return std::all_of(range.cidrs.begin(), range.cidrs.end(),
                     [&](const Cidr& cidr) { return has_other_parent(cidr, range); });
}

bool RangesOfState::has_other_parent(const Cidr& cidr, const RangeObject& range) const {
  for (const auto& [length, count] : lengths_[family_index(cidr.family())]) {
    if (length > cidr.length()) break;
    const auto found = by_cidr_.find(Cidr(cidr.network(), length));
    if (found == by_cidr_.end()) continue;
    const Listing& listing = found->second;
    if (listing.size() > 1 || listing.front() != &range) return true;
  }
  return false;
}

}  // namespace clusterip::verify
