#include "engine/cluster/service_cidr_index.hpp"

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

std::size_t family_index(Family family) {
  return family == Family::kIPv4 ? 0 : 1;
}

}  // namespace

std::vector<Cidr> readable_cidrs(const ServiceCidr& object) {
  std::vector<Cidr> cidrs;
  for (const std::string& text : object.cidrs) {
    const CidrText read = examine_cidr(text);
    if (read.fault == TextFault::kUnreadable || read.fault == TextFault::kLeadingZeros) continue;
    cidrs.push_back(*read.written);
  }
  return cidrs;
}

void ServiceCidrIndex::put(const ServiceCidr& object) {
  erase(object.meta.name);
  std::vector<Cidr> cidrs = readable_cidrs(object);
  for (const Cidr& cidr : cidrs) {
    Names& names = by_cidr_[cidr];
    if (names.empty()) ++lengths_[family_index(cidr.family())][cidr.length()];
    names.insert(object.meta.name);
  }
  by_name_.emplace(object.meta.name, std::move(cidrs));
}

void ServiceCidrIndex::erase(std::string_view name) {
  const auto entry = by_name_.find(name);
  if (entry == by_name_.end()) return;
  for (const Cidr& cidr : entry->second) {
    const auto found = by_cidr_.find(cidr);
    if (found == by_cidr_.end()) continue;
    found->second.erase(entry->first);
    if (!found->second.empty()) continue;
    by_cidr_.erase(found);
    --lengths_[family_index(cidr.family())][cidr.length()];
  }
  by_name_.erase(entry);
}

// Visits the entries that cover the prefix, the widest first, until `visit` says false.
template <typename Visit>
void ServiceCidrIndex::visit_covering(const Cidr& prefix, Visit visit) const {
  const LengthCounts& counts = lengths_[family_index(prefix.family())];
  for (unsigned length = 0; length <= prefix.length(); ++length) {
    if (counts[length] == 0) continue;
    const auto found = by_cidr_.find(Cidr(prefix.network(), length));
    if (found != by_cidr_.end() && !visit(found->first, found->second)) return;
  }
}

ServiceCidrIndex::Names ServiceCidrIndex::overlapping(const Cidr& prefix) const {
  Names names = containing(prefix);
  // Those inside the prefix follow it in the order of by_cidr_.
  for (auto it = by_cidr_.lower_bound(prefix); it != by_cidr_.end() && prefix.contains(it->first); ++it) {
    names.insert(it->second.begin(), it->second.end());
  }
  return names;
}

ServiceCidrIndex::Names ServiceCidrIndex::containing(const Cidr& prefix) const {
  Names names;
  visit_covering(prefix, [&](const Cidr&, const Names& holders) {
    names.insert(holders.begin(), holders.end());
    return true;
  });
  return names;
}

ServiceCidrIndex::Names ServiceCidrIndex::containing(const Address& address) const {
  Names names;
  visit_covering(Cidr(address, address_bits(address.family())), [&](const Cidr& cidr, const Names& holders) {
    if (cidr.has_host(address)) names.insert(holders.begin(), holders.end());
    return true;
  });
  return names;
}

bool ServiceCidrIndex::has(const Address& address) const {
  bool found = false;
  visit_covering(Cidr(address, address_bits(address.family())), [&](const Cidr& cidr, const Names&) {
    found = cidr.has_host(address);
    return !found;
  });
  return found;
}

}  // namespace clusterip::cluster
