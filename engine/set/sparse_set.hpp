// The IPv6 half of the set: one /64, its claimed addresses in a hash of 32-address words (sparse_table.hpp).
//
//   offset      | number of the word: 59 bits | bit: 5 |
//   level 0     a word holds 32 addresses
//   level 1     a word marks 32 words of level 0 as full, under its own key; absent means that none is
//
// Memory follows what is claimed. Words that became empty stay as dead keys until their table is nine
// tenths used; then it is copied, without them, to one sized for what lives. Whoever finds a frozen word
// helps to finish the copy, so a stalled thread stops nobody; the old table is freed once nobody can be
// reading it (view_fence.hpp). So churn over ever new regions does not grow it.
//
// Marks and exact "full" work as in flat_set.hpp: a claim that fills a word marks it and looks again, a
// release that opens it takes the mark back inside its turn. Words change by compare-and-swap, since a plain
// locked OR could not notice that its table was frozen; so both know for certain whether they filled or
// opened the word. Progress: lock-free; contains is lock-free. A claim takes effect at its compare-and-swap.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

#include "engine/set/flat_set.hpp"
#include "engine/set/sparse_table.hpp"
#include "engine/set/view_fence.hpp"

namespace clusterip::set {

// `kAddresses`: in a word, at most 32; fewer for tests.
template <class P, unsigned kAddresses = 32>
class SparseSet {
 public:
  using ThreadLine = Line<P>;
  using Table = SparseTable<P>;
  static constexpr std::uint64_t kBits = kAddresses;
  static constexpr std::uint64_t kFullWord = kWordBits >> (32 - kAddresses);
  // Absent for none: every number is an offset here.
  using Found = std::optional<std::uint64_t>;

  // Lines and fence belong to this set alone. `smallest` is the least capacity of a table.
  SparseSet(Lines<P>& lines, ViewFence<P>& fence, std::size_t smallest)
      : lines_(lines), fence_(fence), smallest_(smallest), table_(new Table(smallest)) {}
  ~SparseSet();
  SparseSet(const SparseSet&) = delete;
  SparseSet& operator=(const SparseSet&) = delete;

  bool contains(std::size_t thread, std::uint64_t offset) noexcept;
  bool claim(std::size_t thread, std::uint64_t offset) noexcept;
  bool release(std::size_t thread, std::uint64_t offset) noexcept;
  Found claim_next(std::size_t thread, const OffsetSpan& span, std::uint64_t start) noexcept;
  Found find_free(std::size_t thread, const OffsetSpan& span, std::uint64_t start) noexcept;

  // The words with claimed addresses of the span, in no order: visit(number of the word, bits).
  template <class Visit>
  void each_word(std::size_t thread, const OffsetSpan& span, Visit visit) noexcept;

  // The words of the span at one instant, ascending, as pairs of word number and bits. See FlatSet::snapshot.
  template <class Image>
  void snapshot(std::size_t thread, const OffsetSpan& span, Image& image);

  // Bytes of the table in use; counted, since outside of a view it may be freed any time.
  std::size_t bytes() const noexcept {
    // pairs: none
    return bytes_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr unsigned kLevelShift = 60;
  // How long to wait for the copy of another thread.
  static constexpr std::size_t kSlotsAPause = 64;
  static std::uint64_t key_of(unsigned level, std::uint64_t number) noexcept {
    return 1 + ((std::uint64_t{level} << kLevelShift) | number);
  }
  static std::uint64_t bit_of(std::uint64_t at) noexcept { return std::uint64_t{1} << (at % kBits); }
  static std::uint64_t inside(std::uint64_t word, const OffsetSpan& span) noexcept;

  // Reads or changes inside a view of the table.
  class View {
   public:
    View(SparseSet& set, std::size_t thread)
        : set_(set), thread_(thread), entered_(set_.fence_.enter(thread_)) {}
    ~View() {
      set_.fence_.leave(thread_, entered_);
      // pairs: none (a hint)
      if (set_.retired_.load(std::memory_order_relaxed) != nullptr) [[unlikely]]
        set_.sweep();
    }
    View(const View&) = delete;
    View& operator=(const View&) = delete;

   private:
    SparseSet& set_;
    std::size_t thread_;
    std::uint64_t entered_;
  };

  std::uint64_t load(std::uint64_t key) noexcept;
  // Sets or clears bits of a word; returns the bits before.
  std::uint64_t set_bits(std::uint64_t key, std::uint64_t bits) noexcept;
  std::uint64_t clear_bits(std::uint64_t key, std::uint64_t bits) noexcept;
  void replace(Table* old) noexcept;
  struct Retired;
  void retire(Table* old) noexcept;
  void push(Retired* entry) noexcept;
  void sweep() noexcept;
  void mark(ThreadLine& line, std::uint64_t word) noexcept;

  std::uint64_t next_open_word(std::uint64_t word, std::uint64_t last) noexcept;
  Found find_from(ThreadLine& line, std::uint64_t from, const OffsetSpan& span) noexcept;
  Found find_circular(ThreadLine& line, const OffsetSpan& span, std::uint64_t start) noexcept;
  Found find_unmarked(const Collect<P>& collect, const OffsetSpan& span) noexcept;
  bool pending_stay_claimed(const Collect<P>& collect, const OffsetSpan& span) noexcept;

  struct Retired {
    Table* table;
    typename ViewFence<P>::Readers readers;
    typename P::template Atomic<Retired*> next;
  };

  Lines<P>& lines_;
  ViewFence<P>& fence_;
  std::size_t smallest_;
  typename P::template Atomic<Table*> table_;
  typename P::template Atomic<std::size_t> bytes_{smallest_ * sizeof(typename Table::Slot)};
  typename P::template Atomic<Retired*> retired_{nullptr};
};

template <class P, unsigned kAddresses>
SparseSet<P, kAddresses>::~SparseSet() {
  // Nobody else is left. pairs: none
  delete table_.load(std::memory_order_relaxed);
  for (Retired* at = retired_.load(std::memory_order_relaxed); at != nullptr;) {
    Retired* next = at->next.load(std::memory_order_relaxed);
    delete at->table;
    delete at;
    at = next;
  }
}

template <class P, unsigned kAddresses>
std::uint64_t SparseSet<P, kAddresses>::inside(std::uint64_t word, const OffsetSpan& span) noexcept {
  std::uint64_t mask = kFullWord;
  if (word == span.first / kBits) mask &= kFullWord << (span.first % kBits);
  if (word == span.last / kBits) mask &= kFullWord >> (kBits - 1 - span.last % kBits);
  return mask;
}

// The bits of a word at an instant of the call. In a table that is being replaced, or was since, they are
// what they were when the word was frozen: before the next table was published, so not before this one was
// the newest.
template <class P, unsigned kAddresses>
std::uint64_t SparseSet<P, kAddresses>::load(std::uint64_t key) noexcept {
  bool closed = false;
  // pairs: table
  const auto* slot = table_.load(std::memory_order_acquire)->find(key, closed);
  // pairs: word
  return slot == nullptr ? 0 : slot->word.load(std::memory_order_acquire) & kWordBits;
}

template <class P, unsigned kAddresses>
std::uint64_t SparseSet<P, kAddresses>::set_bits(std::uint64_t key, std::uint64_t bits) noexcept {
  for (;;) {
    // pairs: table
    Table* table = table_.load(std::memory_order_acquire);
    bool made = false;
    auto* slot = table->find_or_make(key, made);
    if (made && table->count_made(key)) slot = nullptr;
    if (slot == nullptr) {
      replace(table);
      continue;
    }
    // A new key has no bits yet: nothing to wait for. pairs: word
    std::uint64_t word = made ? 0 : slot->word.load(std::memory_order_acquire);
    while ((word & kWordFrozen) == 0 || !P::keeps(Step::kFrozenSeen)) {
      if ((word & bits) == bits) return word & kWordBits;
      if (slot->word.compare_exchange_strong(word, word | bits, std::memory_order_acq_rel)) {
        return word & kWordBits;
      }
    }
    replace(table);
  }
}

template <class P, unsigned kAddresses>
std::uint64_t SparseSet<P, kAddresses>::clear_bits(std::uint64_t key, std::uint64_t bits) noexcept {
  for (;;) {
    // pairs: table
    Table* table = table_.load(std::memory_order_acquire);
    bool frozen = false;
    if (auto* slot = table->find(key, frozen)) {
      // pairs: word
      std::uint64_t word = slot->word.load(std::memory_order_acquire);
      while ((word & kWordFrozen) == 0) {
        if ((word & bits) == 0) return word & kWordBits;
        if (slot->word.compare_exchange_strong(word, word & ~bits, std::memory_order_acq_rel)) {
          return word & kWordBits;
        }
      }
    } else if (!frozen) {
      return 0;
    }
    replace(table);
  }
}

// Sees to it that `old` is not the table any more.
template <class P, unsigned kAddresses>
[[gnu::noinline, gnu::cold]] void SparseSet<P, kAddresses>::replace(Table* old) noexcept {
  // Only compared: whoever goes on loads it anew. pairs: none
  const auto is_newest = [&] { return table_.load(std::memory_order_relaxed) == old; };
  if (!old->take_turn()) {
    // A courtesy: two copies at once cost both their memory.
    for (std::size_t i = 0; i < old->capacity() / kSlotsAPause && is_newest(); ++i) P::pause();
  }
  if (!is_newest()) return;
  // Seven tenths full: room for two sevenths more, or for as many dead words.
  auto* made = new Table(std::max(smallest_, old->freeze() * 10 / 7 + 8));
  if (P::keeps(Step::kCopiedBeforeUse)) old->copy_to(*made);
  Table* expected = old;
  // pairs: table
  if (table_.compare_exchange_strong(expected, made, std::memory_order_release)) {
    if (!P::keeps(Step::kCopiedBeforeUse)) old->copy_to(*made);
    // pairs: none
    bytes_.fetch_add(made->bytes() - old->bytes(), std::memory_order_relaxed);
    retire(old);
  } else {
    delete made;
  }
}

template <class P, unsigned kAddresses>
void SparseSet<P, kAddresses>::retire(Table* old) noexcept {
  push(new Retired{old, fence_.readers(), nullptr});
}

template <class P, unsigned kAddresses>
void SparseSet<P, kAddresses>::push(Retired* entry) noexcept {
  // pairs: retired
  Retired* next = retired_.load(std::memory_order_relaxed);
  do {
    entry->next.store(next, std::memory_order_relaxed);
  } while (!retired_.compare_exchange_weak(next, entry, std::memory_order_release));
}

// Frees what nobody can be reading any more, and keeps the rest for the next time. Called outside of any
// view.
template <class P, unsigned kAddresses>
[[gnu::noinline, gnu::cold]] void SparseSet<P, kAddresses>::sweep() noexcept {
  // pairs: retired
  Retired* list = retired_.exchange(nullptr, std::memory_order_acquire);
  while (list != nullptr) {
    Retired* next = list->next.load(std::memory_order_relaxed);
    if (fence_.all_left(list->readers) || !P::keeps(Step::kKeptWhileRead)) {
      delete list->table;
      delete list;
    } else {
      push(list);
    }
    list = next;
  }
}

template <class P, unsigned kAddresses>
void SparseSet<P, kAddresses>::mark(ThreadLine& line, std::uint64_t word) noexcept {
  const std::uint64_t above = key_of(1, word / kBits);
  // pairs: claiming
  line.claiming.store(word * kBits, std::memory_order_release);
  set_bits(above, bit_of(word));
  P::fence_after_locked();
  if (load(key_of(0, word)) == kFullWord) return;
  // In a turn; see FlatSet::take_back.
  if (P::keeps(Step::kFailureTurn)) line.open_turn(word * kBits);
  clear_bits(above, bit_of(word));
  if (P::keeps(Step::kFailureTurn)) line.close_turn();
}

template <class P, unsigned kAddresses>
bool SparseSet<P, kAddresses>::contains(std::size_t thread, std::uint64_t offset) noexcept {
  const View view(*this, thread);
  return (load(key_of(0, offset / kBits)) & bit_of(offset)) != 0;
}

template <class P, unsigned kAddresses>
bool SparseSet<P, kAddresses>::claim(std::size_t thread, std::uint64_t offset) noexcept {
  ThreadLine& line = lines_[thread];
  lines_.make_way(line);
  const View view(*this, thread);
  const std::uint64_t word = offset / kBits;
  const std::uint64_t bit = bit_of(offset);
  const std::uint64_t before = set_bits(key_of(0, word), bit);
  if ((before & bit) != 0) return false;
  if ((before | bit) == kFullWord) mark(line, word);
  return true;
}

template <class P, unsigned kAddresses>
bool SparseSet<P, kAddresses>::release(std::size_t thread, std::uint64_t offset) noexcept {
  ThreadLine& line = lines_[thread];
  lines_.make_way(line);
  const View view(*this, thread);
  const std::uint64_t word = offset / kBits;
  const std::uint64_t bit = bit_of(offset);
  if ((load(key_of(0, word)) & bit) == 0) return false;
  line.open_turn(offset);
  const std::uint64_t before = clear_bits(key_of(0, word), bit);
  if (before == kFullWord) {
    P::fence_after_locked();
    clear_bits(key_of(1, word / kBits), bit_of(word));
  }
  line.close_turn();
  return (before & bit) != 0;
}

// The first word at or after `word` that is not marked; beyond `last` for none.
template <class P, unsigned kAddresses>
std::uint64_t SparseSet<P, kAddresses>::next_open_word(std::uint64_t word, std::uint64_t last) noexcept {
  while (word <= last) {
    const std::uint64_t marks = load(key_of(1, word / kBits));
    const std::uint64_t open = ~marks & (kFullWord << (word % kBits)) & kFullWord;
    if (open != 0) return (word & ~(kBits - 1)) + static_cast<unsigned>(std::countr_zero(open));
    word = (word & ~(kBits - 1)) + kBits;
  }
  return word;
}

template <class P, unsigned kAddresses>
typename SparseSet<P, kAddresses>::Found SparseSet<P, kAddresses>::find_from(
    ThreadLine& line, std::uint64_t from, const OffsetSpan& span) noexcept {
  const OffsetSpan part{from, span.last};
  const std::uint64_t last_word = span.last / kBits;
  for (std::uint64_t word = from / kBits; word <= last_word;) {
    const std::uint64_t seen = load(key_of(0, word));
    const std::uint64_t free = ~seen & inside(word, part);
    if (free != 0) return word * kBits + static_cast<unsigned>(std::countr_zero(free));
    if (word == last_word) break;
    const bool marked = (load(key_of(1, word / kBits)) & bit_of(word)) != 0;
    if (seen == kFullWord && !marked) mark(line, word);
    word = next_open_word(word + 1, last_word);
  }
  return std::nullopt;
}

template <class P, unsigned kAddresses>
typename SparseSet<P, kAddresses>::Found SparseSet<P, kAddresses>::find_circular(
    ThreadLine& line, const OffsetSpan& span, std::uint64_t start) noexcept {
  const Found found = find_from(line, start, span);
  if (found || start == span.first) return found;
  return find_from(line, span.first, {span.first, start - 1});
}

template <class P, unsigned kAddresses>
typename SparseSet<P, kAddresses>::Found SparseSet<P, kAddresses>::find_unmarked(
    const Collect<P>& collect, const OffsetSpan& span) noexcept {
  const auto look = [&](std::uint64_t at) -> Found {
    if (at / kBits < span.first / kBits || at / kBits > span.last / kBits) return std::nullopt;
    const std::uint64_t free = ~load(key_of(0, at / kBits)) & inside(at / kBits, span);
    if (free == 0) return std::nullopt;
    return at / kBits * kBits + static_cast<unsigned>(std::countr_zero(free));
  };
  for (std::size_t i = 0; i < lines_.bound(); ++i) {
    // Before the fence of unmoved(). pairs: claiming
    const Found found = look(lines_[i].claiming.load(std::memory_order_relaxed));
    if (found) return found;
  }
  for (const std::uint64_t pending : collect.pending()) {
    const Found found = look(pending);
    if (found) return found;
  }
  return std::nullopt;
}

template <class P, unsigned kAddresses>
bool SparseSet<P, kAddresses>::pending_stay_claimed(const Collect<P>& collect,
                                                    const OffsetSpan& span) noexcept {
  for (std::size_t look = 0; look <= collect.pending().size(); ++look) {
    for (const std::uint64_t offset : collect.pending()) {
      if (offset < span.first || offset > span.last) continue;
      if ((load(key_of(0, offset / kBits)) & bit_of(offset)) == 0) return false;
    }
  }
  return true;
}

template <class P, unsigned kAddresses>
typename SparseSet<P, kAddresses>::Found SparseSet<P, kAddresses>::find_free(std::size_t thread,
                                                                             const OffsetSpan& span,
                                                                             std::uint64_t start) noexcept {
  ThreadLine& line = lines_[thread];
  const View view(*this, thread);
  Found found;
  Patience<P> patience(lines_, kTriesOfSearch);
  for (;;) {
    const Collect<P> collect(lines_, line);
    found = find_circular(line, span, start);
    if (found) break;
    // Words and marks are loaded with acquire here, so names need no fence.
    found = find_unmarked(collect, span);
    if (found) break;
    if (pending_stay_claimed(collect, span) && collect.unmoved()) break;
    patience.failed();
  }
  return found;
}

template <class P, unsigned kAddresses>
typename SparseSet<P, kAddresses>::Found SparseSet<P, kAddresses>::claim_next(std::size_t thread,
                                                                              const OffsetSpan& span,
                                                                              std::uint64_t start) noexcept {
  // Nearly always the start itself is free.
  if (claim(thread, start)) [[likely]]
    return start;
  for (;;) {
    Found found;
    {
      const View view(*this, thread);
      found = find_circular(lines_[thread], span, start);
    }
    if (!found) found = find_free(thread, span, start);
    if (!found || claim(thread, *found)) return found;
  }
}

template <class P, unsigned kAddresses>
template <class Visit>
void SparseSet<P, kAddresses>::each_word(std::size_t thread, const OffsetSpan& span, Visit visit) noexcept {
  const View view(*this, thread);
  // pairs: table
  const Table* table = table_.load(std::memory_order_acquire);
  const std::uint64_t first = span.first / kBits;
  const std::uint64_t last = span.last / kBits;
  for (std::size_t i = 0; i < table->capacity(); ++i) {
    // pairs: none
    const std::uint64_t key = table->slot(i).key.load(std::memory_order_relaxed);
    if (key == 0 || key == Table::kGone || key - 1 < first || key - 1 > last) continue;
    const std::uint64_t bits = load(key) & inside(key - 1, span);
    if (bits != 0) visit(key - 1, bits);
  }
}

// A reading misses no address that was claimed before it began: the key stands in the table that the reading
// loads, or in one that is not in use yet, whose claims come later. So what holds for flat words holds here:
// two equal readings between equal collects are what the set held when the first ended.
template <class P, unsigned kAddresses>
template <class Image>
void SparseSet<P, kAddresses>::snapshot(std::size_t thread, const OffsetSpan& span, Image& image) {
  const auto read = [&](Image& into) {
    into.clear();
    each_word(thread, span, [&](std::uint64_t word, std::uint64_t bits) { into.push_back({word, bits}); });
    std::sort(into.begin(), into.end());
  };
  Image again;
  Patience<P> patience(lines_, kTriesOfSnapshot);
  for (;;) {
    const Collect<P> collect(lines_, lines_[thread]);
    const std::size_t readings = P::keeps(Step::kImageRepeated) ? 2 + 2 * collect.pending().size() : 1;
    read(image);
    bool equal = true;
    for (std::size_t reading = 1; reading < readings && equal; ++reading) {
      read(again);
      equal = image == again;
    }
    if (equal && (collect.unmoved() || !P::keeps(Step::kImageTurns))) break;
    patience.failed();
  }
}

}  // namespace clusterip::set
