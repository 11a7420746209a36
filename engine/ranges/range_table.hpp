// The ServiceCIDRs of one family as an immutable value: every CIDR once, with the objects that list it.
//
// A range is a view: it holds no address. Ranges may nest, overlap and repeat. Which ranges contain an
// address is one look-up for each prefix length in use, however many ranges there are. Made by Ranges, which
// publishes one table after the other; readers only read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/net/bands.hpp"
#include "engine/ranges/full_marks.hpp"

namespace clusterip {

enum class RangeState : std::uint8_t {
  kPending,      // known, not yet to be allocated from
  kReady,        // allocates
  kTerminating,  // being deleted: gives out nothing any more
};

// A ServiceCIDR object that lists the range.
struct Referrer {
  std::string name;
  RangeState state = RangeState::kPending;
  friend bool operator==(const Referrer&, const Referrer&) = default;
};

struct Range {
  Bands bands;
  std::vector<Referrer> referrers;  // by name
  // What the referrers add up to: ready when one of them is; else pending when one is; else terminating.
  RangeState state = RangeState::kPending;
  friend bool operator==(const Range& a, const Range& b) {
    return a.bands.cidr == b.bands.cidr && a.referrers == b.referrers;
  }
};

RangeState combined_state(const std::vector<Referrer>& referrers) noexcept;

class RangeTable {
 public:
  // Ranges of one family, each CIDR once. The lines must outlive the table.
  RangeTable(std::vector<Range> ranges, MarkLines<set::Native>& lines);

  // Ordered by CIDR: a range stands before those inside it.
  const std::vector<Range>& ranges() const noexcept { return ranges_; }
  // Positions in ranges() of those that are ready and have a usable address.
  const std::vector<std::uint32_t>& ready() const noexcept { return ready_; }
  const Range* find(const Cidr& cidr) const noexcept;
  // The position of the longest prefix that contains the address, as a host or not; kNoRange for none.
  std::uint32_t smallest_around(const Address& address) const noexcept;
  // Which ready ranges are full; positions are those of ranges(). Hints, so not part of the value.
  FullMarks<set::Native>& marks() const noexcept { return *marks_; }

  // Calls `visit` for each range that contains the address (its network and broadcast address too), the
  // longest prefix first, until it returns true. True: one did.
  template <class Visit>
  bool any_containing(const Address& address, Visit visit) const {
    for (const unsigned length : lengths_) {
      const Range* range = find(Cidr(address, length));
      if (range != nullptr && visit(*range)) return true;
    }
    return false;
  }

 private:
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> ready_;
  std::vector<unsigned> lengths_;  // prefix lengths in use, longest first
  std::unordered_map<Cidr, std::uint32_t, CidrHash> positions_;
  std::unique_ptr<FullMarks<set::Native>> marks_;
};

}  // namespace clusterip
