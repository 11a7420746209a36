// The rare parts of FlatSet: searches that leave the start's surroundings, exact "full", marks of blocks,
// counting. Included by flat_set.hpp alone.
//
// Exact full: collect all turns, search, collect again. If no turn moved, no release and no repair of a mark
// began or ended in between. Then the only changes can be those of turns that were open all along, one word
// each, named by their targets. Marks may be wrong below those targets, so the words there are looked at
// themselves; and each open turn can clear at most one bit, once, so out of as many looks as there are open
// turns plus one, at least one saw no clearing: at its end all was claimed.
#pragma once

#include <algorithm>
#include <bit>

#include "engine/set/flat_set.hpp"

namespace clusterip::set {

template <class P, class Shape>
void FlatSet<P, Shape>::mark_word(ThreadLine& line, std::uint64_t word) noexcept {
  // pairs: claiming
  if (P::keeps(Step::kAnnounceClaim)) line.claiming.store(word * kBits, std::memory_order_release);
  about_to_mark();
  Mark& mark = store_.view().full_words[word];
  // pairs: mark
  mark.store(1, std::memory_order_release);
  P::full_fence();
  if (load_word(word) != kFullWord) take_back(line, word * kBits, mark);
}

template <class P, class Shape>
[[gnu::noinline]] bool FlatSet<P, Shape>::claim_stepping_back(ThreadLine& line,
                                                              std::uint64_t offset) noexcept {
  lines_.step_back(line);
  return claim_now(line, offset);
}

template <class P, class Shape>
[[gnu::noinline]] bool FlatSet<P, Shape>::release_stepping_back(ThreadLine& line,
                                                                std::uint64_t offset) noexcept {
  lines_.step_back(line);
  return release_now(line, offset);
}

// The end of a claim that may have filled its word.
template <class P, class Shape>
[[gnu::noinline]] bool FlatSet<P, Shape>::mark_filled(ThreadLine& line, std::uint64_t word) noexcept {
  mark_word(line, word);
  if (open_words(word) == 0) mark_block(line, word / kFan);
  return true;
}

// Takes back the mark of a word that was not full after all. In a turn, since who saw the mark, and looks
// only later at what the thread is claiming, may find another word named there: then the turn has moved.
// Stores that take a mark back need no order, here and elsewhere: nothing follows from a mark that is
// missing.
template <class P, class Shape>
[[gnu::noinline]] void FlatSet<P, Shape>::take_back(ThreadLine& line, std::uint64_t offset,
                                                    Mark& mark) noexcept {
  if (P::keeps(Step::kFailureTurn)) line.open_turn((std::uint64_t{kAddress} << kLevelShift) | offset);
  // pairs: none
  mark.store(0, std::memory_order_relaxed);
  if (P::keeps(Step::kFailureTurn)) line.close_turn();
}

template <class P, class Shape>
[[gnu::noinline]] void FlatSet<P, Shape>::mark_block(ThreadLine& line, std::uint64_t block) noexcept {
  line.open_turn((std::uint64_t{kBlock} << kLevelShift) | block * kFan * kBits);
  about_to_mark();
  Mark& mark = store_.view().full_blocks[block];
  // pairs: mark
  mark.store(1, std::memory_order_release);
  P::full_fence();
  const bool full =
      P::keeps(Step::kLeafRecheck) ? all_full(block * kFan, kFan) : open_words(block * kFan) == 0;
  // pairs: none
  if (!full && P::keeps(Step::kBlockRecheck)) mark.store(0, std::memory_order_relaxed);
  line.close_turn();
  if (full && open_blocks(block) == 0) [[unlikely]]
    mark_super(line, block / kFan);
}

template <class P, class Shape>
[[gnu::noinline]] void FlatSet<P, Shape>::mark_super(ThreadLine& line, std::uint64_t super) noexcept {
  line.open_turn((std::uint64_t{kSuper} << kLevelShift) | super * kFan * kFan * kBits);
  Mark& mark = store_.view().full_supers[super];
  // pairs: mark
  mark.store(1, std::memory_order_release);
  P::full_fence();
  // pairs: none
  if (!all_full(super * kFan * kFan, kFan * kFan)) mark.store(0, std::memory_order_relaxed);
  line.close_turn();
}

// The first block at or after `block` that is not marked full; beyond `last` for none. Not below the mark of
// a superblock that is full.
template <class P, class Shape>
std::uint64_t FlatSet<P, Shape>::next_open_block(ThreadLine& line, std::uint64_t block,
                                                 std::uint64_t last) noexcept {
  while (block <= last) {
    const std::uint64_t open = open_blocks(block);
    const std::uint64_t here = open & (~std::uint64_t{0} << (block % kFan));
    if (here != 0) return (block & ~(kFan - 1)) + lowest(here);
    std::uint64_t super = block / kFan;
    // A group of blocks that are all marked, under a superblock that is not: the mark got lost. Whether it
    // did is all that is asked. pairs: none
    if (open == 0 && store_.view().full_supers[super].load(std::memory_order_relaxed) == 0) {
      mark_super(line, super);
    }
    for (++super; super * kFan <= last; super = (super & ~(kFan - 1)) + kFan) {
      const std::uint64_t supers = open_supers(super) & (~std::uint64_t{0} << (super % kFan));
      if (supers == 0) continue;
      super = (super & ~(kFan - 1)) + lowest(supers);
      break;
    }
    block = super * kFan;
  }
  return block;
}

// The first word at or after `word` that is not marked full; beyond `last` for none.
template <class P, class Shape>
std::uint64_t FlatSet<P, Shape>::next_open_word(ThreadLine& line, std::uint64_t word,
                                                std::uint64_t last) noexcept {
  while (word <= last) {
    const std::uint64_t open = open_words(word);
    const std::uint64_t here = open & (~std::uint64_t{0} << (word % kFan));
    if (here != 0) return (word & ~(kFan - 1)) + lowest(here);
    const std::uint64_t block = word / kFan;
    // pairs: none
    if (open == 0 && store_.view().full_blocks[block].load(std::memory_order_relaxed) == 0) {
      mark_block(line, block);
    }
    word = next_open_block(line, block + 1, last / kFan) * kFan;
  }
  return word;
}

// The first free offset from `from` up to the end of the span, as marks and words say; repairs lost marks.
template <class P, class Shape>
std::uint64_t FlatSet<P, Shape>::find_from(ThreadLine& line, std::uint64_t from, OffsetSpan span) noexcept {
  const OffsetSpan part{from, span.last};
  const std::uint64_t last_word = span.last / kBits;
  for (std::uint64_t word = from / kBits; word <= last_word;) {
    const std::uint64_t seen = load_word(word);
    const std::uint64_t free = ~seen & inside(word, part);
    if (free != 0) return word * kBits + lowest(free);
    // pairs: none
    if (seen == kFullWord && store_.view().full_words[word].load(std::memory_order_relaxed) == 0) {
      mark_word(line, word);
    }
    if (word == last_word) break;
    word = next_open_word(line, word + 1, last_word);
  }
  return kNoOffset;
}

// A search in a large range without a free address ends here.
template <class P, class Shape>
bool FlatSet<P, Shape>::all_marked(OffsetSpan span) const noexcept {
  const std::uint64_t last = span.last / (kBits * kFan * kFan);
  for (std::uint64_t super = span.first / (kBits * kFan * kFan); super <= last;) {
    const std::uint64_t open = open_supers(super) & (~std::uint64_t{0} << (super % kFan));
    const std::uint64_t group = super & ~(kFan - 1);
    if (open != 0 && group + lowest(open) <= last) return false;
    super = group + kFan;
  }
  return true;
}

template <class P, class Shape>
std::uint64_t FlatSet<P, Shape>::find_circular(ThreadLine& line, OffsetSpan span,
                                               std::uint64_t start) noexcept {
  if (all_marked(span)) return kNoOffset;
  const std::uint64_t found = find_from(line, start, span);
  if (found != kNoOffset || start == span.first || !P::keeps(Step::kWrapAround)) return found;
  return find_from(line, span.first, {span.first, start - 1});
}

template <class P, class Shape>
std::uint64_t FlatSet<P, Shape>::find_in_words(std::uint64_t word, std::uint64_t count,
                                               OffsetSpan span) const noexcept {
  const std::uint64_t end = std::min(word + count, span.last / kBits + 1);
  for (word = std::max(word, span.first / kBits); word < end; ++word) {
    const std::uint64_t free = ~load_word(word) & inside(word, span);
    if (free != 0) return word * kBits + lowest(free);
  }
  return kNoOffset;
}

// A free offset of the span where marks may say full wrongly: below open turns, and in the words that claims
// announced. Called after the search, so that it sees every announcement of a mark which the search saw.
template <class P, class Shape>
std::uint64_t FlatSet<P, Shape>::find_unmarked(const Collect<P>& collect, OffsetSpan span) const noexcept {
  for (std::size_t i = 0; i < lines_.bound() && P::keeps(Step::kClaimsLooked); ++i) {
    // Before the fence of unmoved(). pairs: claiming
    const std::uint64_t claiming = lines_[i].claiming.load(std::memory_order_relaxed);
    if (claiming < span.first / kBits * kBits || claiming > span.last) continue;
    const std::uint64_t found = find_in_words(claiming / kBits, 1, span);
    if (found != kNoOffset) return found;
  }
  if (!P::keeps(Step::kPendingLooked)) return kNoOffset;
  for (const std::uint64_t pending : collect.pending()) {
    const auto level = static_cast<Level>(pending >> kLevelShift);
    const std::uint64_t words = level == kAddress ? 1 : level == kBlock ? kFan : kFan * kFan;
    const std::uint64_t found = find_in_words((pending & kOffsetMask) / kBits, words, span);
    if (found != kNoOffset) return found;
  }
  return kNoOffset;
}

// Whether the targets of open turns read as claimed, so often that no open turn can have cleared one during
// every look.
template <class P, class Shape>
bool FlatSet<P, Shape>::pending_stay_claimed(const Collect<P>& collect, OffsetSpan span) const noexcept {
  const std::size_t looks = collect.pending().size() + 1;
  for (std::size_t look = 0; look < looks; ++look) {
    for (const std::uint64_t pending : collect.pending()) {
      const std::uint64_t offset = pending & kOffsetMask;
      if (pending >> kLevelShift != kAddress || offset < span.first || offset > span.last) continue;
      if (!contains(offset)) return false;
    }
  }
  return true;
}

template <class P, class Shape>
std::uint64_t FlatSet<P, Shape>::find_free(ThreadLine& line, OffsetSpan span, std::uint64_t start) noexcept {
  std::uint64_t found = kNoOffset;
  Patience<P> patience(lines_, kTriesOfSearch);
  for (;;) {
    const Collect<P> collect(lines_, line);
    found = find_circular(line, span, start);
    if (found != kNoOffset) break;
    // So that the names behind the marks that were seen are seen too.
    P::read_fence();
    found = find_unmarked(collect, span);
    if (found != kNoOffset) break;
    const bool stay = pending_stay_claimed(collect, span);
    if (stay && (collect.unmoved() || !P::keeps(Step::kTurnsCompared))) break;
    patience.failed();
  }
  return found;
}

template <class P, class Shape>
[[gnu::noinline]] std::uint64_t FlatSet<P, Shape>::claim_slowly(ThreadLine& line, OffsetSpan span,
                                                                std::uint64_t start) noexcept {
  for (;;) {
    std::uint64_t found = find_circular(line, span, start);
    if (found == kNoOffset) found = find_free(line, span, start);
    if (found == kNoOffset || claim(line, found)) return found;
  }
}

// After an exchange that failed, and so is but a load to the language: a mark that was set for it is wrong,
// unless the word was filled.
template <class P, class Shape>
[[gnu::noinline]] std::uint64_t FlatSet<P, Shape>::claim_again(ThreadLine& line, OffsetSpan span,
                                                               std::uint64_t start,
                                                               std::uint64_t offset) noexcept {
  if (P::keeps(Step::kRelookFence)) P::fence_after_locked();
  Mark& mark = store_.view().full_words[offset / kBits];
  // One's own, if one was set; taking back another's costs time and no more. pairs: mark
  const bool marked = mark.load(std::memory_order_relaxed) != 0;
  if (marked && load_word(offset / kBits) != kFullWord && P::keeps(Step::kRelook)) {
    take_back(line, offset, mark);
  }
  return claim_slowly(line, span, start);
}

// What the crowded way did not come to. Behind the end of the span it is looked for from its beginning;
// whatever else goes the slow way, which marks blocks. The crowded way marks none: in sets that are nearly
// full, and not quite, few blocks stay full for long, and marking them would cost claims and releases more
// than it saves searches.
template <class P, class Shape>
[[gnu::noinline]] std::uint64_t FlatSet<P, Shape>::claim_far(ThreadLine& line, OffsetSpan span,
                                                             std::uint64_t start,
                                                             std::uint64_t looked) noexcept {
  const bool at_the_end = looked < kLost && (looked & ~kLost) >= span.last / kBits;
  if (at_the_end && span.first < start && span.first % kBits == 0 && P::keeps(Step::kWrapAround)) {
    looked = look_on(line, start - 1, span.first / kBits);
    if (looked < kNotReached) return looked;
  }
  if (looked >= kLost) return claim_again(line, span, start, looked & ~kLost);
  return claim_slowly(line, span, start);
}

// Learns how the ways would fare around the start, by how many of the block's words are full: calm fails as
// often as a word is full; busy looks past 64 of them and fails only where nearly all are.
template <class P, class Shape>
[[gnu::noinline]] void FlatSet<P, Shape>::sample(ThreadLine& line, std::uint64_t start) noexcept {
  constexpr std::uint32_t kOne = 1U << 16;
  constexpr std::uint32_t kBusyAbove = kOne / 5;
  constexpr std::uint32_t kCrowdedAbove = kOne / 100 * 92;
  constexpr std::uint32_t kSamples = 16;
  // Words and not marks: calm claims leave none.
  std::uint32_t full = 0;
  const std::uint64_t first = start / kBits & ~(kFan - 1);
  for (std::uint64_t word = first; word < first + kFan; ++word)
    full += load_word(word) == kFullWord ? 1U : 0U;
  line.full += kOne / static_cast<std::uint32_t>(kFan) * full / kSamples - line.full / kSamples;
  const Mode calm = lines_.bound() > 1 ? Mode::kCalmAmongOthers : Mode::kCalm;
  const Mode crowded = line.full > kCrowdedAbove ? Mode::kCrowded : Mode::kBusy;
  // pairs: none
  line.mode.store(line.full > kBusyAbove ? crowded : calm, std::memory_order_relaxed);
}

template <class P, class Shape>
std::uint64_t FlatSet<P, Shape>::inside(std::uint64_t word, OffsetSpan span) noexcept {
  std::uint64_t mask = kFullWord;
  if (word == span.first / kBits && P::keeps(Step::kFirstEdge)) mask &= kFullWord << (span.first % kBits);
  if (word == span.last / kBits && P::keeps(Step::kLastEdge)) {
    mask &= kFullWord >> (kBits - 1 - span.last % kBits);
  }
  return mask;
}

template <class P, class Shape>
template <class Visit>
void FlatSet<P, Shape>::each_word(OffsetSpan span, Visit visit) const {
  constexpr std::uint64_t kAllOfFan = ~std::uint64_t{0} >> (64 - kFan);
  const std::uint64_t first_word = span.first / kBits;
  const std::uint64_t last_word = span.last / kBits;
  const std::uint64_t last_block = last_word / kFan;
  for (std::uint64_t group = first_word / kFan / kFan; group <= last_block / kFan; ++group) {
    std::uint64_t touched = ~open_mask<P, kFan>(store_.view().touched + group * kFan) & kAllOfFan;
    for (; touched != 0; touched &= touched - 1) {
      const std::uint64_t block = group * kFan + static_cast<std::uint64_t>(std::countr_zero(touched));
      const std::uint64_t end = std::min(block * kFan + kFan - 1, last_word);
      for (std::uint64_t word = std::max(block * kFan, first_word); word <= end; ++word) {
        const std::uint64_t bits = load_word(word) & inside(word, span);
        if (bits != 0) visit(word, bits);
      }
    }
  }
}

// Between two equal collects addresses are only claimed, open turns aside; so two equal readings, with the
// targets of open turns unchanged as well, are what the set held when the first ended. Words are loaded with
// acquire, so the second reading sees whatever came before anything that the first one saw.
template <class P, class Shape>
template <class Image>
void FlatSet<P, Shape>::snapshot(ThreadLine& line, OffsetSpan span, Image& image) {
  Image again;
  Patience<P> patience(lines_, kTriesOfSnapshot);
  for (;;) {
    const Collect<P> collect(lines_, line);
    const std::size_t readings = P::keeps(Step::kImageRepeated) ? 2 + 2 * collect.pending().size() : 1;
    image.clear();
    each_word(span, [&](std::uint64_t word, std::uint64_t bits) { image.push_back({word, bits}); });
    bool equal = true;
    for (std::size_t reading = 1; reading < readings && equal; ++reading) {
      again.clear();
      each_word(span, [&](std::uint64_t word, std::uint64_t bits) { again.push_back({word, bits}); });
      equal = image == again;
    }
    if (equal && (collect.unmoved() || !P::keeps(Step::kImageTurns))) break;
    patience.failed();
  }
}

template <class P, class Shape>
bool FlatSet<P, Shape>::marks_hold(OffsetSpan span) const noexcept {
  const auto wrong = [&](const Mark& mark, std::uint64_t word, std::uint64_t words) {
    return mark.load(std::memory_order_seq_cst) != 0 && !all_full(word, words);
  };
  for (std::uint64_t word = span.first / kBits; word <= span.last / kBits; ++word) {
    if (wrong(store_.view().full_words[word], word, 1)) return false;
    if (wrong(store_.view().full_blocks[word / kFan], word & ~(kFan - 1), kFan)) return false;
    if (wrong(store_.view().full_supers[word / kFan / kFan], word & ~(kFan * kFan - 1), kFan * kFan))
      return false;
  }
  return true;
}

template <class P, class Shape>
void FlatSet<P, Shape>::lose_marks(OffsetSpan span) noexcept {
  for (std::uint64_t word = span.first / kBits; word <= span.last / kBits; ++word) {
    store_.view().full_words[word].store(0, std::memory_order_seq_cst);
    store_.view().full_blocks[word / kFan].store(0, std::memory_order_seq_cst);
    store_.view().full_supers[word / kFan / kFan].store(0, std::memory_order_seq_cst);
  }
}

}  // namespace clusterip::set
