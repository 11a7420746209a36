// The slow golden table beside the engine: the same questions answered with std::set and plain loops.
//
// Nothing here is clever. What the engine answers alone in one thread must equal what this answers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/alloc/family_allocator.hpp"

namespace clusterip::test {

class GoldenSet {
 public:
  bool claim(const Address& address) { return claimed_.insert(address).second; }
  bool release(const Address& address) { return claimed_.erase(address) == 1; }
  bool contains(const Address& address) const { return claimed_.contains(address); }
  std::optional<Address> find_free(const Span& span, const Address& start) const;
  std::optional<Address> claim_next(const Span& span, const Address& start);
  std::uint64_t count(const Span& span) const;
  std::vector<Address> list(const Span& span) const;
  const std::set<Address>& all() const { return claimed_; }

 private:
  std::set<Address> claimed_;
};

// One family's ranges and addresses.
class GoldenAllocator {
 public:
  explicit GoldenAllocator(Family family) : family_(family) {}

  void put(const std::string& name, const Cidr& cidr, RangeState state);
  bool remove(const std::string& name, const Cidr& cidr);
  bool terminate(const std::string& name);

  AllocateOutcome allocate(SeededDraws& draws);
  AllocateOutcome allocate_in(const Cidr& cidr, SeededDraws& draws);
  AllocateOutcome allocate(const Address& address);
  AllocateOutcome allocate_in(const Cidr& cidr, const Address& address);
  FamilyAllocator::Release release(const Address& address);

  GoldenSet& set() { return set_; }
  // Every CIDR with what its referrers add up to.
  std::map<Cidr, RangeState> states() const;

 private:
  AllocateOutcome search(const Cidr& cidr, SeededDraws& draws);
  // After a change of one CIDR: who becomes ready comes last, and the last takes the place of one that goes.
  void renumber(const Cidr& cidr);

  Family family_;
  GoldenSet set_;
  std::map<Cidr, std::map<std::string, RangeState>> ranges_;
  std::vector<Cidr> ready_;
};

}  // namespace clusterip::test
