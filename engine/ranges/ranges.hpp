// The published table of one family's ranges, and the fence behind every change of it.
//
// Readers look at the table through a View: no lock, no wait, one cache line a thread. Writers build the next
// table, publish it, and return once every view of an older table has ended. So whatever a change took away
// is gone when the change returns: after terminate() nothing comes out through that range any more, whatever
// other threads are doing; while it waits, readers of the new table are not held up. A view may be opened
// inside another one of the same thread; changing the ranges inside a view would wait for itself and aborts.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "engine/ranges/range_table.hpp"
#include "engine/set/thread_index.hpp"
#include "engine/set/view_fence.hpp"

namespace clusterip {

// One object's word on one CIDR.
struct RangeChange {
  std::string name;
  Cidr cidr;
  // Absent: the object lists the CIDR no more.
  std::optional<RangeState> state;
};

class Ranges {
 public:
  class View;

  explicit Ranges(Family family);
  ~Ranges();
  Ranges(const Ranges&) = delete;
  Ranges& operator=(const Ranges&) = delete;

  Family family() const noexcept { return family_; }
  View view() const noexcept;
  // Whether no newer table than that of the view was published.
  bool is_newest(const View& view) const noexcept;

  // All changes at once, as one table. Changes of another family, or of a CIDR that no allocator can serve
  // (make_bands says why), change nothing.
  void apply(std::span<const RangeChange> changes);

  // Refused: another family, or a CIDR that no allocator can serve.
  std::optional<BandsRefusal> put(std::string_view name, const Cidr& cidr, RangeState state);
  // False: the object did not list the CIDR.
  bool remove(std::string_view name, const Cidr& cidr);
  // Sets the object's word on all its CIDRs to terminating. A CIDR that another object lists as ready stays
  // ready. False: no range names the object.
  bool terminate(std::string_view name);

 private:
  void publish(std::unique_ptr<const RangeTable> next);

  const Family family_;
  std::mutex writers_;
  MarkLines<set::Native> mark_lines_{set::kMostThreads, set::thread_index_bound};
  std::atomic<const RangeTable*> table_;
  mutable set::ViewFence<set::Native> fence_{set::kMostThreads, set::thread_index_bound};
};

// An open view; ends with its scope, in the thread that opened it.
class Ranges::View {
 public:
  ~View() { fence_.leave(thread_); }
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  const RangeTable& operator*() const noexcept { return *table_; }
  const RangeTable* operator->() const noexcept { return table_; }

 private:
  friend class Ranges;
  explicit View(const Ranges& ranges) noexcept : fence_(ranges.fence_), thread_(set::thread_index()) {
    fence_.enter(thread_);
    // pairs: table
    table_ = ranges.table_.load(std::memory_order_acquire);
  }
  set::ViewFence<set::Native>& fence_;
  std::size_t thread_;
  const RangeTable* table_;
};

inline Ranges::View Ranges::view() const noexcept {
  return View(*this);
}
inline bool Ranges::is_newest(const View& view) const noexcept {
  // pairs: table
  return table_.load(std::memory_order_acquire) == view.table_;
}

}  // namespace clusterip
