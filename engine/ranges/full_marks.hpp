// Which ready ranges are full: marks that let an allocation pass over them without a search.
//
//   place      | around: seat of the next larger range | ready: number among the ready ones |   a range
//   marks      a FlatSet over the numbers of ready ranges: claimed means marked as full              hints
//   marked     how many marks are set, or about to be
//   turns      a line a thread: odd while it releases through a range, or marks one; and which
//
// A mark is true, or somebody's turn is open. Who finds a range full opens a turn, counts a mark, sets it,
// searches the range again and takes the mark back if an address is free after all. Who releases opens a
// turn, clears, and, where any mark is counted, takes back the marks of the smallest range around the address
// and of those around it. The count, the mark and the cleared bit are all changed by locked instructions, so
// whichever comes second sees the other.
//
// Exact "full": collect all turns, pass over all ranges without a mark, collect again. If no turn moved, only
// turns that were open all along can have a mark lie. Their ranges are searched, so often that at least one
// look saw no release; at its end all ranges were full. A range that is found open has its mark taken back,
// so a stalled thread holds nobody up. Lock-free.
//
// Marks outlive the table of ranges. A new table may give a number to another range, and releases inside
// views of older tables do not know its new ranges. So until those views have ended nothing is marked in
// views of the new one; then the marks of renumbered ranges are forgotten, and the table is settled. All
// other marks stay true: both tables know their ranges.
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
using RangePlaces = std::vector<RangePlace>;  // by seat

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

  explicit FullMarks(MarkLines<P>& lines) : lines_(lines), marks_(lines.marks) {}

  // A hint. `ready` is the number of a ready range.
  bool has(std::uint64_t ready) const noexcept {
    // pairs: none
    return marked_.load(std::memory_order_relaxed) != 0 && ready < kMost && marks_.contains(ready);
  }

  // These numbers mean other ranges now. Called when no view of an older table is left.
  void forget(std::size_t thread, const std::vector<std::uint64_t>& numbers) {
    for (const std::uint64_t number : numbers) {
      if (P::keeps(Step::kMarksForgotten)) take_back(thread, number);
    }
  }

  // Gives an address back by `clear`, which tells whether it was claimed. `seat` is the smallest range around
  // the address in the caller's table.
  template <class Clear>
  bool release(std::size_t thread, const RangePlaces& places, std::uint32_t seat, Clear clear);

  // Calls `attempt(ready)` for those of `count` ready ranges, at most kMost, that have no mark, from `from`
  // on and around, until one succeeds. False: all ranges were full at one instant during the call, if the
  // caller's table is still the newest. `is_full(ready)` answers exactly. In settled tables only.
  template <class Attempt, class IsFull>
  bool search(std::size_t thread, const RangePlaces& places, std::uint64_t count, std::uint64_t from,
              Attempt attempt, IsFull is_full);

 private:
  using Step = set::Step;

  template <class Attempt, class IsFull>
  bool pass(std::size_t thread, const set::OffsetSpan& numbers, Attempt& attempt, IsFull& is_full);
  template <class IsFull>
  void mark(std::size_t thread, std::uint64_t ready, IsFull& is_full);
  template <class IsFull>
  bool pending_stay_full(const set::Collect<P>& collect, std::size_t thread, const RangePlaces& places,
                         std::uint64_t count, IsFull& is_full);
  void take_back(std::size_t thread, std::uint64_t ready) noexcept {
    if (ready >= kMost || !marks_.contains(ready)) return;
    if (marks_.release(lines_.marks[thread], ready)) marked_.fetch_sub(1, std::memory_order_seq_cst);
  }

  // Read by every allocation and release, written where marks change; what shares its line is never written.
  alignas(64) typename P::template Atomic<std::uint64_t> marked_{0};
  MarkLines<P>& lines_;
  set::FlatSet<P, Shape> marks_;
};

template <class P, class Shape>
template <class Clear>
bool FullMarks<P, Shape>::release(std::size_t thread, const RangePlaces& places, std::uint32_t seat,
                                  Clear clear) {
  set::Line<P>& turn = lines_.turns[thread];
  lines_.turns.make_way(turn);
  if (P::keeps(Step::kReleaseTurn)) turn.open_turn(seat);
  const bool cleared = clear();
  if (cleared) {
    P::fence_after_locked();
    const bool any = marked_.load(std::memory_order_seq_cst) != 0;
    for (std::uint32_t at = any ? seat : kNoRange; at != kNoRange && P::keeps(Step::kHintTakenBack);) {
      const RangePlace& here = places[at];
      if (here.ready != kNoRange) take_back(thread, here.ready);
      at = P::keeps(Step::kHintsAround) ? here.around : kNoRange;
    }
  }
  if (P::keeps(Step::kReleaseTurn)) turn.close_turn();
  return cleared;
}

// A turn names the number of a ready range above this bit, or else the seat of any range.
inline constexpr std::uint64_t kReadyTarget = std::uint64_t{1} << 32;

template <class P, class Shape>
template <class IsFull>
void FullMarks<P, Shape>::mark(std::size_t thread, std::uint64_t ready, IsFull& is_full) {
  set::Line<P>& turn = lines_.turns[thread];
  if (P::keeps(Step::kMarkTurn)) turn.open_turn(kReadyTarget | ready);
  if (P::keeps(Step::kMarkCounted)) marked_.fetch_add(1, std::memory_order_seq_cst);
  if (marks_.claim(lines_.marks[thread], ready)) {
    P::full_fence();
    if (P::keeps(Step::kHintRechecked) && !is_full(ready)) take_back(thread, ready);
    if (!P::keeps(Step::kMarkCounted)) marked_.fetch_add(1, std::memory_order_seq_cst);
  } else if (P::keeps(Step::kMarkCounted)) {
    marked_.fetch_sub(1, std::memory_order_seq_cst);
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
                                            const RangePlaces& places, std::uint64_t count, IsFull& is_full) {
  bool stay = true;
  const auto look = [&](std::uint64_t ready) {
    if (is_full(ready)) return;
    take_back(thread, ready);
    stay = false;
  };
  for (std::size_t looks = 0; looks <= collect.pending().size() && P::keeps(Step::kHintTurnsLooked);
       ++looks) {
    for (const std::uint64_t target : collect.pending()) {
      // A newer table may have more numbers and seats; then this search is not the last word anyway.
      if (target >= kReadyTarget) {
        if (target - kReadyTarget < count) look(target - kReadyTarget);
        continue;
      }
      for (std::uint64_t at = target; at < places.size(); at = places[at].around) {
        if (places[at].ready != kNoRange) look(places[at].ready);
      }
    }
  }
  return stay;
}

template <class P, class Shape>
template <class Attempt, class IsFull>
bool FullMarks<P, Shape>::search(std::size_t thread, const RangePlaces& places, std::uint64_t count,
                                 std::uint64_t from, Attempt attempt, IsFull is_full) {
  bool found = false;
  set::Patience<P> patience(lines_.turns, set::kTriesOfSearch);
  for (;;) {
    const set::Collect<P> collect(lines_.turns, lines_.turns[thread]);
    found = pass(thread, {from, count - 1}, attempt, is_full) ||
            (from != 0 && pass(thread, {0, from - 1}, attempt, is_full));
    // Every pass ends with a "full" of the marks, behind which all that it saw lies.
    if (found) break;
    const bool stay = pending_stay_full(collect, thread, places, count, is_full);
    if (stay && (collect.unmoved() || !P::keeps(Step::kHintTurnsCompared))) break;
    patience.failed();
  }
  return found;
}

}  // namespace clusterip
