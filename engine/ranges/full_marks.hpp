// Which ready ranges are full: marks that let an allocation pass over them without a search.
//
//   place      | around: position of the next larger range | ready: number among the ready ones |   a range
//   marks      a FlatSet over the numbers of ready ranges: claimed means marked as full              hints
//   turns      a line a thread: odd while it releases through a range, or marks one; and which
//
// A mark is true, or somebody's turn is open. Who finds a range full opens a turn, marks it, searches it
// again and takes the mark back if an address is free after all. Who releases opens a turn, clears, and takes
// back the marks of the smallest range around the address and of those around it. The mark, and the cleared
// bit, are both changed by locked instructions, so whichever comes second sees the other.
//
// Exact "full": collect all turns, pass over all ranges without a mark, collect again. If no turn moved, only
// turns that were open all along can have a mark lie. Their ranges are searched, so often that at least one
// look saw no release; at its end all ranges were full. A range that is found open has its mark taken back,
// so a stalled thread holds nobody up. Lock-free.
//
// Marks belong to one table of ranges. While views of older tables are open, releases inside them do not know
// the marks of this one; until settle() says that they have ended, nothing may be marked here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/set/flat_set.hpp"
#include "engine/set/thread_index.hpp"

namespace clusterip {

// Where a range stands among the others. kNoRange: there is none around it; it is not ready.
inline constexpr std::uint32_t kNoRange = ~std::uint32_t{0};
struct RangePlace {
  std::uint32_t around = kNoRange;
  std::uint32_t ready = kNoRange;
};

// The lines of the threads, which all tables of a family share.
template <class P>
struct MarkLines {
  using Bound = typename set::Lines<P>::Bound;
  MarkLines(std::size_t most, Bound in_use) : turns(most, in_use), marks(most, in_use) {}
  set::Lines<P> turns;
  set::Lines<P> marks;  // the FlatSet's own
};

using FullMarksShape = set::FlatShape<20, 6, 6>;

template <class P, class Shape = FullMarksShape>
class FullMarks {
 public:
  // Tables with more ready ranges than this are searched without marks.
  static constexpr std::uint64_t kMost = Shape::kWords * Shape::kBits;

  // A range stands after the one around it; `ready` counts up from 0.
  FullMarks(MarkLines<P>& lines, std::vector<RangePlace> places)
      : lines_(lines), marks_(lines.marks), places_(std::move(places)) {
    for (const RangePlace& place : places_) count_ += place.ready != kNoRange ? 1 : 0;
  }

  const RangePlace& place(std::uint32_t position) const noexcept { return places_[position]; }
  // A hint. `ready` is the number of a ready range.
  bool has(std::uint64_t ready) const noexcept { return count_ <= kMost && marks_.contains(ready); }

  // Views of older tables have ended.
  void settle() noexcept { settled_.store(count_ <= kMost, std::memory_order_seq_cst); }
  bool is_settled() const noexcept { return settled_.load(std::memory_order_seq_cst); }

  // Gives an address back by `clear`, which tells whether it was claimed. `position` is the smallest range
  // around the address.
  template <class Clear>
  bool release(std::size_t thread, std::uint32_t position, Clear clear);

  // Calls `attempt(ready)` for ranges without a mark, from `from` on and around, until one succeeds. False:
  // all ranges were full at one instant during the call. `is_full(ready)` answers exactly. Settled only.
  template <class Attempt, class IsFull>
  bool search(std::size_t thread, std::uint64_t from, Attempt attempt, IsFull is_full);

 private:
  using Step = set::Step;

  template <class Attempt, class IsFull>
  bool pass(std::size_t thread, const set::OffsetSpan& numbers, Attempt& attempt, IsFull& is_full);
  template <class IsFull>
  void mark(std::size_t thread, std::uint64_t ready, IsFull& is_full);
  template <class IsFull>
  bool pending_stay_full(const set::Collect<P>& collect, std::size_t thread, IsFull& is_full);
  void take_back(std::size_t thread, std::uint64_t ready) noexcept {
    if (marks_.contains(ready)) static_cast<void>(marks_.release(lines_.marks[thread], ready));
  }

  MarkLines<P>& lines_;
  set::FlatSet<P, Shape> marks_;
  std::vector<RangePlace> places_;
  std::uint64_t count_ = 0;
  typename P::template Atomic<std::uint8_t> settled_{0};
};

template <class P, class Shape>
template <class Clear>
bool FullMarks<P, Shape>::release(std::size_t thread, std::uint32_t position, Clear clear) {
  set::Line<P>& turn = lines_.turns[thread];
  lines_.turns.make_way(turn);
  if (P::keeps(Step::kReleaseTurn)) turn.open_turn(position);
  const bool cleared = clear();
  if (cleared && count_ <= kMost) {
    P::fence_after_locked();
    for (std::uint32_t at = position; at != kNoRange && P::keeps(Step::kHintTakenBack);) {
      const RangePlace& here = places_[at];
      if (here.ready != kNoRange) take_back(thread, here.ready);
      at = P::keeps(Step::kHintsAround) ? here.around : kNoRange;
    }
  }
  if (P::keeps(Step::kReleaseTurn)) turn.close_turn();
  return cleared;
}

// A turn names the number of a ready range above this bit, or else the position of any range.
inline constexpr std::uint64_t kReadyTarget = std::uint64_t{1} << 32;

template <class P, class Shape>
template <class IsFull>
void FullMarks<P, Shape>::mark(std::size_t thread, std::uint64_t ready, IsFull& is_full) {
  set::Line<P>& turn = lines_.turns[thread];
  if (P::keeps(Step::kMarkTurn)) turn.open_turn(kReadyTarget | ready);
  if (marks_.claim(lines_.marks[thread], ready)) {
    P::full_fence();
    if (P::keeps(Step::kHintRechecked) && !is_full(ready)) take_back(thread, ready);
  }
  if (P::keeps(Step::kMarkTurn)) turn.close_turn();
}

template <class P, class Shape>
template <class Attempt, class IsFull>
bool FullMarks<P, Shape>::pass(std::size_t thread, const set::OffsetSpan& numbers, Attempt& attempt,
                               IsFull& is_full) {
  for (std::uint64_t at = numbers.first; at <= numbers.last; ++at) {
    at = marks_.find_free(lines_.marks[thread], {at, numbers.last}, at);
    if (at == set::kNoOffset) return false;
    if (attempt(at)) return true;
    mark(thread, at, is_full);
  }
  return false;
}

template <class P, class Shape>
template <class IsFull>
bool FullMarks<P, Shape>::pending_stay_full(const set::Collect<P>& collect, std::size_t thread,
                                            IsFull& is_full) {
  bool stay = true;
  const auto look = [&](std::uint64_t ready) {
    if (is_full(ready)) return;
    take_back(thread, ready);
    stay = false;
  };
  for (std::size_t looks = 0; looks <= collect.pending().size() && P::keeps(Step::kHintTurnsLooked);
       ++looks) {
    for (const std::uint64_t target : collect.pending()) {
      if (target >= kReadyTarget) {
        look(target - kReadyTarget);
        continue;
      }
      for (auto at = static_cast<std::uint32_t>(target); at != kNoRange; at = places_[at].around) {
        if (places_[at].ready != kNoRange) look(places_[at].ready);
      }
    }
  }
  return stay;
}

template <class P, class Shape>
template <class Attempt, class IsFull>
bool FullMarks<P, Shape>::search(std::size_t thread, std::uint64_t from, Attempt attempt, IsFull is_full) {
  constexpr int kTriesBeforeHold = 4;
  bool found = false;
  int tries = 0;
  for (;; ++tries) {
    const set::Collect<P> collect(lines_.turns, lines_.turns[thread]);
    found = pass(thread, {from, count_ - 1}, attempt, is_full) ||
            (from != 0 && pass(thread, {0, from - 1}, attempt, is_full));
    if (found) break;
    P::read_fence();
    const bool stay = pending_stay_full(collect, thread, is_full);
    if (stay && (collect.unmoved() || !P::keeps(Step::kHintTurnsCompared))) break;
    if (tries == kTriesBeforeHold) lines_.turns.hold();
  }
  if (tries >= kTriesBeforeHold) lines_.turns.unhold();
  return found;
}

}  // namespace clusterip
