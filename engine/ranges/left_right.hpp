// A table that is read without locks and changed in place: two copies, of which readers see one.
//
//   tables     | the one that views show | the one that is changed next |
//   published  which of them views show
//
// A change is made to the copy that nobody sees; that one is published; once every view of the other has
// ended (view_fence.hpp) the same change is made there. So a change costs what it changes, twice, however
// large the table is; a view never sees a table move; and whatever a change took away is gone when it
// returns. Readers never wait. Writers wait for each other and for the views of the older table.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/set/view_fence.hpp"

namespace clusterip {

template <class P, class Table>
class LeftRight {
  struct Copy {
    Table table;
    typename P::template Atomic<std::uint8_t> settled{1};
  };

 public:
  using Bound = typename set::ViewFence<P>::Bound;
  LeftRight(std::size_t most, Bound in_use) : fence_(most, in_use) {}
  LeftRight(const LeftRight&) = delete;
  LeftRight& operator=(const LeftRight&) = delete;

  // What an open view shows, by value.
  class Shown {
   public:
    const Table& operator*() const noexcept { return copy_->table; }
    const Table* operator->() const noexcept { return &copy_->table; }
    std::size_t thread() const noexcept { return thread_; }
    // Whether the views of all older tables have ended.
    bool is_settled() const noexcept { return copy_->settled.load(std::memory_order_seq_cst) != 0; }
    // Whether nothing newer was published. While the view is open its copy is not changed, so the pointer
    // tells, and nobody looks behind it.
    bool is_newest() const noexcept {
      // pairs: none
      return of_->published_.load(std::memory_order_relaxed) == copy_;
    }

   private:
    friend class LeftRight;
    Shown(const LeftRight& of, std::size_t thread, const Copy* copy) noexcept
        : of_(&of), copy_(copy), thread_(thread) {}
    const LeftRight* of_;
    const Copy* copy_;
    std::size_t thread_;
  };

  // An open view; ends with its scope, in the thread that opened it. One may be opened inside another.
  class View {
   public:
    ~View() { fence_.leave(shown_.thread(), entered_); }
    View(const View&) = delete;
    View& operator=(const View&) = delete;
    const Table& operator*() const noexcept { return *shown_; }
    const Table* operator->() const noexcept { return &*shown_; }
    // For who is called inside the view.
    Shown shown() const noexcept { return shown_; }

   private:
    friend class LeftRight;
    [[gnu::always_inline]] View(const LeftRight& of, std::size_t thread) noexcept
        : fence_(of.fence_),
          entered_(fence_.enter(thread)),
          // pairs: table
          shown_(of, thread, of.published_.load(std::memory_order_acquire)) {}
    set::ViewFence<P>& fence_;
    std::uint64_t entered_;
    Shown shown_;
  };
  View view(std::size_t thread) const noexcept { return View(*this, thread); }
  bool is_inside(std::size_t thread) const noexcept { return fence_.is_inside(thread); }

  // What the next change begins with. Writers alone, one at a time, as for change().
  const Table& newest() const noexcept {
    // pairs: none
    return published_.load(std::memory_order_relaxed)->table;
  }

  // Calls apply(table) for both copies, which must do the same to equal tables, and between the two, when no
  // view of the older table is left, settle(). The caller must not be inside a view. Writers come one at a
  // time, so what the last one published is known without an order.
  template <class Apply, class Settle>
  void change(Apply apply, Settle settle) {
    // pairs: none
    Copy* old = published_.load(std::memory_order_relaxed);
    Copy& next = old == copies_.data() ? copies_[1] : copies_[0];
    apply(next.table);
    next.settled.store(0, std::memory_order_seq_cst);
    // pairs: table
    published_.exchange(&next, std::memory_order_release);
    if (!P::keeps(set::Step::kOldLeftAlone)) apply(old->table);
    fence_.wait();
    settle();
    next.settled.store(1, std::memory_order_seq_cst);
    if (P::keeps(set::Step::kOldLeftAlone)) apply(old->table);
  }

 private:
  std::array<Copy, 2> copies_;
  typename P::template Atomic<Copy*> published_{copies_.data()};
  mutable set::ViewFence<P> fence_;
};

}  // namespace clusterip
