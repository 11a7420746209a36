// One cache line a thread: what it is changing now, told with plain stores.
//
//   turns     even outside, odd inside a turn: a release, or the marking of a block
//   target    what the turn is about
//   claiming  the last word that this thread may have filled by a claim
//
// A release opens a turn before it clears its bit and closes it after it repaired the marks. A reader that
// needs one instant collects all turns, reads, and collects again: equal turns mean that no address came free
// in between but by turns that were open all along, and those name their one target. A claim only makes the
// set fuller; it opens no turn, but before it marks a word as full it names the word, so that a reader who
// must not trust the mark looks at the word itself. Only the owner writes a line (mode aside); a stalled
// owner holds nobody up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <boost/container/static_vector.hpp>

#include "engine/set/platform.hpp"
#include "engine/set/thread_index.hpp"

namespace clusterip::set {

inline constexpr std::uint64_t kNoOffset = ~std::uint64_t{0};

// How crowded the set looked to a thread lately, hence which way claim_next takes, and, while calm, whether
// other threads may have what it looks at; kHeld asks it to step back.
enum class Mode : std::uint8_t { kCalm, kCalmAmongOthers, kBusy, kCrowded, kHeld };

template <class P>
struct alignas(64) Line {
  template <class T>
  using Atomic = typename P::template Atomic<T>;

  Atomic<std::uint64_t> turns{0};
  Atomic<std::uint64_t> target{0};
  Atomic<std::uint64_t> claiming{kNoOffset};
  Atomic<Mode> mode{Mode::kCalm};
  // Where code without branches stores what it need not store.
  Atomic<std::uint8_t> scrap{0};
  // The owner's alone: how many of the words around its starts are full, of 65536, averaged over samples.
  std::uint32_t full = 0;

  void open_turn(std::uint64_t what) noexcept {
    // Release, so that who sees this target sees the end of the turn before it. pairs: target
    target.store(what, std::memory_order_release);
    if (!P::keeps(Step::kTurnOpens)) return;
    // Only the owner writes, so its own load needs no order. pairs: turn
    turns.store(turns.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  void close_turn() noexcept {
    if (!P::keeps(Step::kTurnOpens)) return;
    // pairs: turn
    const std::uint64_t now = turns.load(std::memory_order_relaxed);
    turns.store(P::keeps(Step::kTurnCloses) ? now + 1 : now - 1, std::memory_order_release);
  }
};

// The lines of one set. `bound` tells how many of them are in use.
template <class P>
class Lines {
 public:
  using Bound = std::size_t (*)() noexcept;
  Lines(std::size_t most, Bound in_use) : lines_(new Line<P>[most]), bound_(in_use) {
    // Whoever is not the first is among others. Nobody else sees the lines yet. pairs: none
    for (std::size_t i = 1; i < most; ++i) {
      lines_[i].mode.store(Mode::kCalmAmongOthers, std::memory_order_relaxed);
    }
  }
  Line<P>& operator[](std::size_t index) noexcept { return lines_[index]; }
  const Line<P>& operator[](std::size_t index) const noexcept { return lines_[index]; }
  std::size_t bound() const noexcept { return bound_(); }

  // While somebody holds, changes that begin step back for a moment. It is a courtesy that lets a reader
  // finish among busy writers; nothing depends on it, and nobody steps back for long.
  void hold() noexcept {
    holders_.fetch_add(1, std::memory_order_seq_cst);
    for (std::size_t i = 0; i < bound(); ++i) {
      // A courtesy needs no order. pairs: none
      lines_[i].mode.store(Mode::kHeld, std::memory_order_relaxed);
    }
  }
  void unhold() noexcept { holders_.fetch_sub(1, std::memory_order_seq_cst); }
  bool held() const noexcept {
    // pairs: none
    return holders_.load(std::memory_order_relaxed) != 0;
  }
  // Called before a change begins.
  [[gnu::always_inline]] void make_way(Line<P>& own) const noexcept {
    if (held()) [[unlikely]]
      step_back(own);
  }
  [[gnu::noinline, gnu::cold]] void step_back(Line<P>& own) const noexcept {
    for (int i = 0; i < kSteps && held(); ++i) P::pause();
    // pairs: none
    own.mode.store(Mode::kCrowded, std::memory_order_relaxed);
  }

 private:
  static constexpr int kSteps = 64;
  std::unique_ptr<Line<P>[]> lines_;
  Bound bound_;
  typename P::template Atomic<std::uint32_t> holders_{0};
};

// How often a reader may fail before it holds.
inline constexpr int kTriesOfSearch = 4;
inline constexpr int kTriesOfSnapshot = 2;

// Of a reader that tries until nothing disturbs it: holds from the failure on that is one too many, and ends
// with the reader, who may just have succeeded without.
template <class P>
class Patience {
 public:
  Patience(Lines<P>& lines, int tries) noexcept : lines_(lines), left_(tries) {}
  ~Patience() {
    if (left_ < 0) lines_.unhold();
  }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;
  void failed() noexcept {
    if (left_ < 0) return;
    if (--left_ < 0) lines_.hold();
  }

 private:
  Lines<P>& lines_;
  int left_;
};

// What the lines said at one collect; the caller's own is left out.
template <class P>
class Collect {
 public:
  // No heap, so nothing to run out of: one value a thread.
  using Values = boost::container::static_vector<
      std::uint64_t, kMostThreads,
      boost::container::static_vector_options_t<boost::container::throw_on_overflow<false>>>;

  Collect(const Lines<P>& lines, const Line<P>& own)
      : lines_(lines), own_(own), turns_(lines.bound(), boost::container::default_init) {
    for (std::size_t i = 0; i < turns_.size(); ++i) {
      // pairs: turn
      turns_[i] = lines_[i].turns.load(std::memory_order_acquire);
      // A target belongs to the turn only if the turn is still the same; if it is not, unmoved() says so,
      // behind its fence. pairs: target
      if (turns_[i] % 2 != 0 && &lines_[i] != &own_) {
        pending_.push_back(lines_[i].target.load(std::memory_order_relaxed));
      }
    }
  }
  // The targets of the turns that were open.
  const Values& pending() const noexcept { return pending_; }
  // Behind a fence, so that whatever was seen since the collect, a later turn has to be seen too.
  bool unmoved() const noexcept {
    P::read_fence();
    // A thread that came since may have opened a turn and closed it.
    if (lines_.bound() != turns_.size()) return false;
    for (std::size_t i = 0; i < turns_.size(); ++i) {
      // What did not move was acquired by the collect. pairs: turn
      if (lines_[i].turns.load(std::memory_order_relaxed) != turns_[i] && &lines_[i] != &own_) return false;
    }
    return true;
  }

 private:
  const Lines<P>& lines_;
  const Line<P>& own_;
  Values turns_;
  Values pending_;
};

}  // namespace clusterip::set
