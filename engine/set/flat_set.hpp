// The IPv4 half of the set: 2^32 bits of demand-zero words, and marks that say which are full.
//
//   offset       | superblock: 14 bits | block: 6 | word: 6 | bit: 6 |
//   words        one bit an address, 64 to an atomic word: the truth
//   full_words   a byte a word:        1 = all 64 bits were set
//   full_blocks  a byte a block:       1 = all its 64 words were full
//   full_supers  a byte a superblock:  1 = all its 64 blocks were full
//   touched      a byte a block:       1 = something was claimed in it once
//
// Marks are hints. A mark that is missing costs time; a mark that is wrong is taken back by the operation
// that made it wrong. A search that takes the last bit of a word marks the word first, then exchanges the
// word, if it is still as it was seen, by the one locked instruction; one that fails takes its mark back. A
// claim by name sets its bit without a look before it; where that filled the word it marks it and looks
// again. A release clears with one locked instruction, then takes back the marks above, if there ever were
// any. A release before the exchange makes it fail; one after it sees the mark. Marks of blocks are checked
// against the words themselves, since only words change by locked instructions.
//
// claim_next looks three ways. Calm: a window of bits, one unaligned load from the start on, and the windows
// behind it; it leaves no marks. Busy: the start's word, or the next word without a mark among the 64 behind
// it. Crowded: the same among more of them, all of which are read whether needed or not: the nearest is
// chosen without a branch, since the processor could not predict it, and no look hangs on another. What is
// farther off is looked for by marks of words, then by those of blocks (flat_search.hpp). Samples of how full
// words are choose a thread's way.
//
// Progress: contains is wait-free; claim, release and claim_next are lock-free. A success takes effect at the
// locked instruction; "full" at an instant inside the last, undisturbed search.
// Tried and left: bits instead of bytes for marks (a second locked instruction), a counter a block (20 cycles
// on every call), checking marks of blocks against marks (wrong answers under stress), one way for every fill
// (a third slower when half full, or two thirds when nearly full), going from the marks of blocks to those of
// words when crowded (a chain of loads, and every second claim would have to mark a block).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "engine/set/flat_store.hpp"
#include "engine/set/lines.hpp"
#include "engine/set/marks.hpp"

namespace clusterip::set {

// Inclusive on both ends, in the offsets of one set.
struct OffsetSpan {
  std::uint64_t first;
  std::uint64_t last;
};

template <class P, class Shape>
class FlatSet {
 public:
  using ThreadLine = Line<P>;
  static constexpr std::uint64_t kBits = Shape::kBits;
  static constexpr std::uint64_t kFan = Shape::kFan;
  static constexpr std::uint64_t kFullWord = ~std::uint64_t{0} >> (64 - kBits);

  explicit FlatSet(Lines<P>& lines) : lines_(lines) {}

  bool contains(std::uint64_t offset) const noexcept {
    return (load_word(offset / kBits) & bit_of(offset)) != 0;
  }
  // True: was free, is now the caller's.
  bool claim(ThreadLine& line, std::uint64_t offset) noexcept;
  // True: was claimed.
  bool release(ThreadLine& line, std::uint64_t offset) noexcept;
  // The first free offset at or after `start`, circularly inside the span; kNoOffset: full, exactly.
  std::uint64_t claim_next(ThreadLine& line, OffsetSpan span, std::uint64_t start) noexcept;
  // The same, claiming nothing.
  std::uint64_t find_free(ThreadLine& line, OffsetSpan span, std::uint64_t start) noexcept;

  // Calls visit(word number, bits) for each word with claimed addresses of the span, ascending, each word as
  // it was when read.
  template <class Visit>
  void each_word(OffsetSpan span, Visit visit) const;
  // The words of the span at one instant, appended to `image` as pairs of word number and bits.
  template <class Image>
  void snapshot(ThreadLine& line, OffsetSpan span, Image& image);

  // For tests, at rest: whether every mark of the span's words tells the truth.
  bool marks_hold(OffsetSpan span) const noexcept;
  // Whether the superblocks around the span are marked full, all of them: a hint, as marks are.
  bool all_marked(OffsetSpan span) const noexcept;
  // For tests, at rest: loses the marks of the span's words, as claims that fail, or leave none, may.
  void lose_marks(OffsetSpan span) noexcept;

 private:
  using Word = typename P::template Atomic<std::uint64_t>;
  using Mark = typename P::template Atomic<std::uint8_t>;
  using View = typename FlatStore<P, Shape>::View;

  // What a turn is about, above the bits of any offset: one address, or all below the mark of a block or of a
  // superblock.
  enum Level : std::uint64_t { kAddress, kBlock, kSuper };
  static constexpr unsigned kLevelShift = 62;
  static constexpr std::uint64_t kOffsetMask = (std::uint64_t{1} << kLevelShift) - 1;

  static std::uint64_t bit_of(std::uint64_t offset) noexcept { return std::uint64_t{1} << (offset % kBits); }
  static unsigned lowest(std::uint64_t bits) noexcept {
    return static_cast<unsigned>(std::countr_zero(bits));
  }
  // kFan for none.
  static unsigned lowest_of_group(std::uint64_t mask) noexcept {
    return kFan == 64 ? lowest(mask) : lowest(mask | (std::uint64_t{1} << (kFan % 64)));
  }
  // The bits of a word that lie inside the span.
  static std::uint64_t inside(std::uint64_t word, OffsetSpan span) noexcept;

  // The next word without a mark among those of kGroups groups from `word` on; the one behind them for none.
  template <std::uint64_t kGroups>
  static std::uint64_t next_unmarked(const View& view, std::uint64_t word) noexcept;
  // Where the marks of the group around `at` are open.
  static std::uint64_t open_around(const Mark* marks, std::uint64_t at) noexcept {
    return open_mask<P, kFan>(marks + (at & ~(kFan - 1)));
  }
  std::uint64_t open_words(std::uint64_t word) const noexcept {
    return open_around(store_.view().full_words, word);
  }
  std::uint64_t open_blocks(std::uint64_t block) const noexcept {
    return open_around(store_.view().full_blocks, block);
  }
  std::uint64_t open_supers(std::uint64_t super) const noexcept {
    return open_around(store_.view().full_supers, super);
  }
  static std::uint64_t load(const Word& word) noexcept {
    // pairs: word
    return word.load(std::memory_order_acquire);
  }
  std::uint64_t load_word(std::uint64_t word) const noexcept { return load(store_.view().words[word]); }
  bool all_full(std::uint64_t word, std::uint64_t count) const noexcept {
    return all_words_full<P>(store_.view().words + word, count, kFullWord);
  }

  // Sets the bit if the word is still as it was seen.
  static bool exchange(Word& word, std::uint64_t seen, std::uint64_t bit) noexcept {
    // pairs: word
    const bool exchanged = word.compare_exchange_strong(seen, seen | bit, std::memory_order_seq_cst);
    return exchanged || !P::keeps(Step::kClaimVerdict);
  }
  // How often a call looks how the ways may fare; while calm, a call that misses. Starts are random, so their
  // low bits are a fair draw.
  static constexpr std::uint64_t kCallsASample = 256;
  static constexpr std::uint64_t kMissesASample = 32;
  // What is left of a word once the bit is taken, too: 0 for its last one.
  static std::uint64_t rest_of(std::uint64_t seen, std::uint64_t bit) noexcept {
    return ~(seen | bit) & kFullWord;
  }
  std::uint64_t claim_seen(ThreadLine& line, OffsetSpan span, std::uint64_t start, std::uint64_t from,
                           std::uint64_t free) noexcept;
  std::uint64_t claim_calmly(ThreadLine& line, OffsetSpan span, std::uint64_t start) noexcept;
  std::uint64_t claim_onward(ThreadLine& line, OffsetSpan span, std::uint64_t start) noexcept;
  // What a look along the marks came to: the offset that was claimed, or one of these with what is named.
  static constexpr std::uint64_t kNotReached = std::uint64_t{1} << 63;  // a word behind which it did not look
  static constexpr std::uint64_t kLost = std::uint64_t{3} << 62;        // an offset that somebody else took
  template <std::uint64_t kGroups>
  std::uint64_t look_around(ThreadLine& line, std::uint64_t last, std::uint64_t start) noexcept;
  std::uint64_t look_near(ThreadLine& line, std::uint64_t last, std::uint64_t start) noexcept;
  std::uint64_t look_on(ThreadLine& line, std::uint64_t last, std::uint64_t from) noexcept;
  static std::uint64_t take_lowest(const View& view, ThreadLine& line, std::uint64_t last, std::uint64_t word,
                                   std::uint64_t seen, std::uint64_t among) noexcept;
  std::uint64_t claim_crowded(ThreadLine& line, OffsetSpan span, std::uint64_t start) noexcept;
  bool claim_now(ThreadLine& line, std::uint64_t offset) noexcept;
  bool claim_stepping_back(ThreadLine& line, std::uint64_t offset) noexcept;
  bool release_now(ThreadLine& line, std::uint64_t offset) noexcept;
  bool release_stepping_back(ThreadLine& line, std::uint64_t offset) noexcept;
  static bool take(const View& view, ThreadLine& line, std::uint64_t offset, std::uint64_t seen) noexcept;
  static void touch(const View& view, std::uint64_t word) noexcept;

  // flat_search.hpp
  void sample(ThreadLine& line, std::uint64_t start) noexcept;
  std::uint64_t find_from(ThreadLine& line, std::uint64_t from, OffsetSpan span) noexcept;
  std::uint64_t next_open_word(ThreadLine& line, std::uint64_t word, std::uint64_t last) noexcept;
  std::uint64_t next_open_block(ThreadLine& line, std::uint64_t block, std::uint64_t last) noexcept;
  std::uint64_t find_circular(ThreadLine& line, OffsetSpan span, std::uint64_t start) noexcept;
  std::uint64_t claim_far(ThreadLine& line, OffsetSpan span, std::uint64_t start,
                          std::uint64_t looked) noexcept;
  std::uint64_t claim_slowly(ThreadLine& line, OffsetSpan span, std::uint64_t start) noexcept;
  std::uint64_t claim_again(ThreadLine& line, OffsetSpan span, std::uint64_t start,
                            std::uint64_t offset) noexcept;
  std::uint64_t find_in_words(std::uint64_t word, std::uint64_t count, OffsetSpan span) const noexcept;
  std::uint64_t find_unmarked(const Collect<P>& collect, OffsetSpan span) const noexcept;
  bool pending_stay_claimed(const Collect<P>& collect, OffsetSpan span) const noexcept;
  // Mark what was seen full.
  void mark_word(ThreadLine& line, std::uint64_t word) noexcept;
  bool mark_filled(ThreadLine& line, std::uint64_t word) noexcept;
  void unmark(const View& view, ThreadLine& line, std::uint64_t word) noexcept;
  void about_to_mark() noexcept;
  void take_back(ThreadLine& line, std::uint64_t offset, Mark& mark) noexcept;
  void mark_block(ThreadLine& line, std::uint64_t block) noexcept;
  void mark_super(ThreadLine& line, std::uint64_t super) noexcept;

  Lines<P>& lines_;
  FlatStore<P, Shape> store_;
  // Whether there ever was a mark: releases look for none before.
  Mark marked_{0};
};

template <class P, class Shape>
[[gnu::always_inline]] inline void FlatSet<P, Shape>::touch(const View& view, std::uint64_t word) noexcept {
  // Never taken back; the claim that follows publishes it. pairs: mark
  view.touched[word / kFan].store(1, std::memory_order_relaxed);
}

// Never taken back either. Before any mark, which publishes it.
template <class P, class Shape>
[[gnu::always_inline]] inline void FlatSet<P, Shape>::about_to_mark() noexcept {
  // pairs: mark
  if (P::keeps(Step::kMarksToldOf) && marked_.load(std::memory_order_relaxed) == 0) [[unlikely]]
    marked_.store(1, std::memory_order_relaxed);
}

// The one locked instruction, with the mark of the word before it where this is the last bit. It changes the
// word only if that is still as it was seen, so after a success the mark tells the truth: a release before it
// would have changed the word; a release after it sees the mark.
template <class P, class Shape>
[[gnu::always_inline]] inline bool FlatSet<P, Shape>::take(const View& view, ThreadLine& line,
                                                           std::uint64_t offset,
                                                           std::uint64_t seen) noexcept {
  const std::uint64_t number = offset / kBits;
  const std::uint64_t bit = bit_of(offset);
  if (seen == 0) [[unlikely]]
    touch(view, number);
  const std::uint64_t rest = rest_of(seen, bit);
  // Release, so that who sees this name sees the turn of a claim that failed before it. pairs: claiming
  if (P::keeps(Step::kAnnounceClaim)) line.claiming.store(offset, std::memory_order_release);
  Mark* mark = P::select(rest, view.full_words + number, &line.scrap);
  // pairs: mark
  mark->store(1, std::memory_order_release);
  return exchange(view.words[number], seen, bit);
}

// Rare parts of both are tail calls, so that nothing needs saving on the stack: a locked instruction waits
// for every store before it.
template <class P, class Shape>
[[gnu::always_inline]] inline bool FlatSet<P, Shape>::claim(ThreadLine& line, std::uint64_t offset) noexcept {
  if (lines_.held()) [[unlikely]]
    return claim_stepping_back(line, offset);
  return claim_now(line, offset);
}

template <class P, class Shape>
[[gnu::always_inline]] inline bool FlatSet<P, Shape>::claim_now(ThreadLine& line,
                                                                std::uint64_t offset) noexcept {
  const View view = store_.view();
  const std::uint64_t word = offset / kBits;
  const std::uint64_t bit = bit_of(offset);
  // Whoever reads the bit must find its block touched. pairs: mark
  if (view.touched[word / kFan].load(std::memory_order_relaxed) == 0) [[unlikely]]
    touch(view, word);
  const bool lost = (view.words[word].fetch_or(bit, std::memory_order_seq_cst) & bit) != 0;
  if (lost && P::keeps(Step::kClaimVerdict)) return false;
  if (load(view.words[word]) == kFullWord) [[unlikely]]
    return mark_filled(line, word);
  return true;
}

// Inside the turn of a release, and behind its fence. Without a branch for the word, since where many words
// are full the processor could not predict it.
template <class P, class Shape>
[[gnu::always_inline]] inline void FlatSet<P, Shape>::unmark(const View& view, ThreadLine& line,
                                                             std::uint64_t word) noexcept {
  Mark& block = view.full_blocks[word / kFan];
  Mark& super = view.full_supers[word / kFan / kFan];
  // pairs: mark
  const std::uint64_t marked = view.full_words[word].load(std::memory_order_relaxed);
  const auto above = block.load(std::memory_order_relaxed) | super.load(std::memory_order_relaxed);
  Mark* mark = P::select(marked, &line.scrap, view.full_words + word);
  // pairs: none
  if (P::keeps(Step::kUnmarkWord)) mark->store(0, std::memory_order_relaxed);
  if (above != 0) [[unlikely]] {
    if (P::keeps(Step::kUnmarkBlock)) block.store(0, std::memory_order_relaxed);
    if (P::keeps(Step::kUnmarkSuper)) super.store(0, std::memory_order_relaxed);
  }
}

template <class P, class Shape>
[[gnu::always_inline]] inline bool FlatSet<P, Shape>::release(ThreadLine& line,
                                                              std::uint64_t offset) noexcept {
  if (lines_.held()) [[unlikely]]
    return release_stepping_back(line, offset);
  return release_now(line, offset);
}

template <class P, class Shape>
[[gnu::always_inline]] inline bool FlatSet<P, Shape>::release_now(ThreadLine& line,
                                                                  std::uint64_t offset) noexcept {
  const View view = store_.view();
  const std::uint64_t word = offset / kBits;
  const std::uint64_t bit = bit_of(offset);
  line.open_turn((std::uint64_t{kAddress} << kLevelShift) | offset);
  const bool cleared = (view.words[word].fetch_and(~bit, std::memory_order_seq_cst) & bit) != 0;
  if (P::keeps(Step::kReleaseFence)) P::fence_after_locked();
  // Relaxed, since the fence orders it behind the cleared bit. pairs: mark
  if (marked_.load(std::memory_order_relaxed) != 0) unmark(view, line, word);
  line.close_turn();
  return cleared;
}

// The first free address of a window, where one was seen. The bit may have been taken since; the locked
// instruction tells. No mark is left: one that is missing costs a later search time, and few words are full.
template <class P, class Shape>
[[gnu::always_inline]] inline std::uint64_t FlatSet<P, Shape>::claim_seen(ThreadLine& line, OffsetSpan span,
                                                                          std::uint64_t start,
                                                                          std::uint64_t from,
                                                                          std::uint64_t free) noexcept {
  const std::uint64_t offset = from + lowest(free);
  if (offset > span.last) [[unlikely]]
    return claim_slowly(line, span, start);
  const View view = store_.view();
  const std::uint64_t word = offset / kBits;
  // Whoever reads the bit must find its block touched. pairs: mark
  if (view.touched[word / kFan].load(std::memory_order_relaxed) == 0) [[unlikely]]
    touch(view, word);
  const std::uint64_t bit = bit_of(offset);
  const bool lost = (view.words[word].fetch_or(bit, std::memory_order_seq_cst) & bit) != 0;
  if (lost && P::keeps(Step::kClaimVerdict)) [[unlikely]]
    return claim_slowly(line, span, start);
  return offset;
}

// Calm: nearly every start finds room within a word's width.
template <class P, class Shape>
[[gnu::always_inline]] inline std::uint64_t FlatSet<P, Shape>::claim_calmly(ThreadLine& line, OffsetSpan span,
                                                                            std::uint64_t start) noexcept {
  const std::uint64_t free = free_window<P, kBits>(store_.view().words, start);
  if (free == 0) [[unlikely]]
    return claim_onward(line, span, start);
  return claim_seen(line, span, start, start, free);
}

// The windows behind the first one, of which nothing is free.
template <class P, class Shape>
[[gnu::noinline]] std::uint64_t FlatSet<P, Shape>::claim_onward(ThreadLine& line, OffsetSpan span,
                                                                std::uint64_t start) noexcept {
  if (start % kMissesASample == 0) [[unlikely]]
    sample(line, start);
  constexpr std::uint64_t kWindows = 8;
  constexpr std::uint64_t kWidth = kFreeWindowBits<P, kBits>;
  for (std::uint64_t from = start + kWidth; from < start + kWindows * kWidth; from += kWidth) {
    const std::uint64_t free = free_window<P, kBits>(store_.view().words, from);
    if (free != 0) [[likely]]
      return claim_seen(line, span, start, from, free);
  }
  return claim_crowded(line, span, start);
}

// From the last group to the first, so that the nearest open word is what is chosen at last. No choice
// decides what is read.
template <class P, class Shape>
template <std::uint64_t kGroups>
[[gnu::always_inline]] inline std::uint64_t FlatSet<P, Shape>::next_unmarked(const View& view,
                                                                             std::uint64_t word) noexcept {
  const auto look = [&]<std::uint64_t... kGroup>(std::integer_sequence<std::uint64_t, kGroup...>)
      __attribute__((always_inline)) {
    std::uint64_t found = word + kGroups * kFan;
    ((found = next_open<P, kFan, (kGroups - 1 - kGroup) * kFan>(view.full_words, word, found)), ...);
    return found;
  };
  return look(std::make_integer_sequence<std::uint64_t, kGroups>());
}

// Takes the lowest bit of a word, as it was seen, that is free and `among` those.
template <class P, class Shape>
[[gnu::always_inline]] inline std::uint64_t FlatSet<P, Shape>::take_lowest(const View& view, ThreadLine& line,
                                                                           std::uint64_t last,
                                                                           std::uint64_t word,
                                                                           std::uint64_t seen,
                                                                           std::uint64_t among) noexcept {
  const std::uint64_t free = ~seen & among;
  const std::uint64_t offset = word * kBits + lowest(free);
  if (free == 0 || offset > last) [[unlikely]]
    return kNotReached | word;
  return take(view, line, offset, seen) ? offset : kLost | offset;
}

// The start's own word, or the next one without a mark among kGroups groups of marks.
template <class P, class Shape>
template <std::uint64_t kGroups>
[[gnu::always_inline]] inline std::uint64_t FlatSet<P, Shape>::look_around(ThreadLine& line,
                                                                           std::uint64_t last,
                                                                           std::uint64_t start) noexcept {
  about_to_mark();
  const View view = store_.view();
  const std::uint64_t word = start / kBits;
  // Most starts of a busy set have room in their own word.
  if constexpr (kGroups == 1) P::about_to_write(view.words + word);
  const std::uint64_t tail = (kFullWord << (start % kBits)) & kFullWord;
  const std::uint64_t room = ~load(view.words[word]) & tail;
  const std::uint64_t chosen = P::select(room, next_unmarked<kGroups>(view, word + 1), word);
  if constexpr (kGroups == 1) {
    P::about_to_write(view.words + chosen);
  } else {
    // Known before the chosen word is: the sooner, the less of what was foretold is thrown away.
    if (chosen == word + 1 + kGroups * kFan) [[unlikely]]
      return look_on(line, last, chosen);
  }
  return take_lowest(view, line, last, chosen, load(view.words[chosen]), P::select(room, kFullWord, tail));
}

// Two leaves, with tail calls alone and few arguments, so that little is saved on the stack: the locked
// instruction waits for every store before it.
template <class P, class Shape>
[[gnu::noinline]] std::uint64_t FlatSet<P, Shape>::look_near(ThreadLine& line, std::uint64_t last,
                                                             std::uint64_t start) noexcept {
  return look_around<Shape::kNearGroups>(line, last, start);
}

// From a word on, before which all is marked. Not where a block is marked: the slow way is quick there.
template <class P, class Shape>
[[gnu::noinline]] std::uint64_t FlatSet<P, Shape>::look_on(ThreadLine& line, std::uint64_t last,
                                                           std::uint64_t from) noexcept {
  constexpr std::uint64_t kStretch = Shape::kFarGroups * kFan;
  about_to_mark();
  const View view = store_.view();
  // A hint. pairs: none
  if (view.full_blocks[from / kFan].load(std::memory_order_relaxed) != 0) return kNotReached | from;
  std::uint64_t chosen = next_unmarked<Shape::kFarGroups>(view, from);
  if (chosen == from + kStretch) [[unlikely]] {
    from = chosen;
    const std::uint64_t end = std::min(last / kBits, from + Shape::kFarStretches * kStretch);
    while (from < end && all_marked_in_a_row<P, kStretch>(view.full_words + from)) from += kStretch;
    chosen = next_unmarked<Shape::kFarGroups>(view, from);
  }
  return take_lowest(view, line, last, chosen, load(view.words[chosen]), kFullWord);
}

template <class P, class Shape>
[[gnu::always_inline]] inline std::uint64_t FlatSet<P, Shape>::claim_crowded(ThreadLine& line,
                                                                             OffsetSpan span,
                                                                             std::uint64_t start) noexcept {
  const std::uint64_t looked = look_near(line, span.last, start);
  if (looked < kNotReached) [[likely]]
    return looked;
  return claim_far(line, span, start, looked);
}

template <class P, class Shape>
[[gnu::always_inline]] inline std::uint64_t FlatSet<P, Shape>::claim_next(ThreadLine& line, OffsetSpan span,
                                                                          std::uint64_t start) noexcept {
  // Written by others only as a courtesy. pairs: none
  const Mode mode = line.mode.load(std::memory_order_relaxed);
  if (mode <= Mode::kCalmAmongOthers) {
    // The line as a writer, before the look: from another core's cache it would come twice otherwise.
    if (mode != Mode::kCalm) P::about_to_write(store_.view().words + start / kBits);
    return claim_calmly(line, span, start);
  }
  if (start % kCallsASample == 0) [[unlikely]]
    sample(line, start);
  if (mode == Mode::kBusy) {
    const std::uint64_t looked = look_around<1>(line, span.last, start);
    if (looked < kNotReached) [[likely]]
      return looked;
    if (looked >= kLost) return claim_far(line, span, start, looked);
  } else if (mode == Mode::kHeld) [[unlikely]] {
    lines_.step_back(line);
  }
  return claim_crowded(line, span, start);
}

}  // namespace clusterip::set

#include "engine/set/flat_search.hpp"
