// The published table of one family's ranges, and the fence behind every change of it.
//
// Readers look at the table through a View: no lock, no wait, one cache line a thread. Writers change the
// copy that nobody sees, publish it, and return once every view of the older one has ended (left_right.hpp).
// So whatever a change took away is gone when the change returns: after terminate() nothing comes out through
// that range any more, whatever other threads are doing; while it waits, readers of the new table are not
// held up. A view may be opened inside another one of the same thread; changing the ranges inside a view
// would wait for itself and aborts. A writer that is out of memory ends the program.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "engine/ranges/left_right.hpp"
#include "engine/ranges/range_table.hpp"
#include "engine/set/thread_index.hpp"

namespace clusterip {

class Ranges {
 public:
  using Marks = FullMarks<set::Native>;
  using View = LeftRight<set::Native, RangeTable>::View;
  using Shown = LeftRight<set::Native, RangeTable>::Shown;

  explicit Ranges(Family family) : family_(family) {}
  Ranges(const Ranges&) = delete;
  Ranges& operator=(const Ranges&) = delete;

  Family family() const noexcept { return family_; }
  View view() const noexcept { return tables_.view(set::thread_index()); }
  // Which ready ranges are full, by number.
  Marks& marks() noexcept { return marks_; }

  // All changes at once, as one table. Changes of another family, or of a CIDR that no allocator can serve
  // (make_bands says why), change nothing.
  void apply(std::span<const RangeChange> changes) noexcept;

  // Refused: another family, or a CIDR that no allocator can serve.
  std::optional<BandsRefusal> put(std::string_view name, const Cidr& cidr, RangeState state);
  // False: the object did not list the CIDR.
  bool remove(std::string_view name, const Cidr& cidr);
  // Sets the object's word on all its CIDRs to terminating. A CIDR that another object lists as ready stays
  // ready. False: no range names the object.
  bool terminate(std::string_view name);

 private:
  void refuse_inside_view() const;
  void apply_locked(std::span<const RangeChange> changes) noexcept;
  void note(const RangeChange& change);

  const Family family_;
  MarkLines<set::Native> mark_lines_{set::kMostThreads, set::thread_index_bound};
  Marks marks_{mark_lines_};
  LeftRight<set::Native, RangeTable> tables_{set::kMostThreads, set::thread_index_bound};
  std::mutex writers_;
  // The CIDRs that each object lists; the writers' own.
  std::map<std::string, std::set<Cidr>, std::less<>> listed_;
};

}  // namespace clusterip
