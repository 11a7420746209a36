// When ServiceCIDRs existed, and when they counted as ready, as far as a record tells.
//
// An object is a row of versions; each held from somewhere in its window until somewhere in the next one's.
// What an apiserver's cache showed at a moment is what was true at most one cache lag before. Upstream's
// quirk with equal CIDRs (specification 4.3) is part of the answers: while two objects share a CIDR, none of
// them being ready does not make it not ready.
//
// Cost: a question about an address is linear in the distinct CIDRs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/verify/record.hpp"

namespace clusterip::verify {

enum class Readiness : std::uint8_t { kNo, kYes, kUnknown };

struct RangeVersion {
  Window since{kBeginning, kBeginning};
  Readiness ready = Readiness::kUnknown;
  bool deleting = false;
  std::vector<Cidr> cidrs;
  std::uint64_t revision = 0;
  std::uint32_t request = kNoRequest;
  std::shared_ptr<const cluster::ServiceCidr> object;

  bool has(const Cidr& cidr) const;
};

struct RangeLife {
  std::string name;
  std::string uid;
  std::vector<RangeVersion> versions;  // in order; never empty
  Window gone{kEnd, kEnd};
  std::uint32_t gone_by = kNoRequest;
  // As it was last; null where the record never shows it whole.
  std::shared_ptr<const cluster::ServiceCidr> object;

  // [from, to] in which version `i` may have been the current one.
  Window possible(std::size_t i) const;
  Window existence() const { return {versions.front().since.from, gone.to}; }
  // The first version that was asked to go.
  const RangeVersion* asked_to_go() const;
};

class RangeHistory {
 public:
  // `flags`: CIDRs that ServiceCIDR `kubernetes` is assumed to have had before the record, unless it shows
  // the object.
  RangeHistory(const Record& record, Instant record_begin, const std::vector<Cidr>& flags, Duration lag);

  const std::vector<RangeLife>& objects() const { return objects_; }
  // All CIDRs that any object ever had, each with the objects that had it.
  const std::map<Cidr, std::vector<std::size_t>>& cidrs() const { return owners_; }
  // Those of them that can give out the address.
  std::vector<Cidr> with_host(const Address& address) const;

  // An apiserver's allocator for the CIDR can have been ready at some time in the window.
  bool can_be_ready(const Cidr& cidr, const Window& window) const;
  // Every cache that lags at most as far as the window reaches back shows the CIDR as ready.
  bool surely_ready(const Cidr& cidr, const Window& window) const;
  // Some object with the CIDR can have existed in the window.
  bool can_exist(const Cidr& cidr, const Window& window) const;
  bool surely_exists(const Cidr& cidr, const Window& window) const;

 private:
  void add_start(const StartState& start, Instant record_begin);
  void add(const AuditedRequest& request, std::uint32_t index);
  void add_end(const AuditedRequest& request, std::uint32_t index);
  void add_beginnings(const Record& record);
  RangeLife* find(const AuditedRequest& request, const std::string& uid);
  void index_cidrs();
  const std::vector<std::size_t>& owners(const Cidr& cidr) const;
  bool shares(const RangeLife& object, const Cidr& cidr) const;
  template <class Holds>
  bool surely(const Cidr& cidr, const Window& window, Holds holds) const;

  Duration lag_;
  std::vector<RangeLife> objects_;
  std::map<std::string, std::size_t, std::less<>> by_uid_;
  std::map<Cidr, std::vector<std::size_t>> owners_;  // indices of objects_
};

}  // namespace clusterip::verify
