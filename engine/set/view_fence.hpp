// Who may still be looking: how a thing that others read without locks is taken away.
//
// A reader enters, reads what is published, and leaves: two plain stores. Whoever published something new
// calls wait(), which returns once every reader that may have seen the old has left; or notes who is inside
// and asks later. Readers never wait. Orders: the reader stores that it is inside before it loads what is
// published; the writer publishes before it loads who is inside; the pair of light and heavy fences lets not
// both miss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/set/platform.hpp"

namespace clusterip::set {

template <class P>
class ViewFence {
 public:
  using Bound = std::size_t (*)() noexcept;
  ViewFence(std::size_t most, Bound in_use) : lines_(new Line[most]), bound_(in_use) {}

  // Returns what leave() wants back. May be nested in one thread: then the outer one counts.
  [[nodiscard, gnu::always_inline]] std::uint64_t enter(std::size_t thread) noexcept {
    Line& line = lines_[thread];
    // Only the owner writes. The fence orders it before what is read; release, so that who sees this view and
    // not the end of the one before knows that it ended. pairs: inside
    const std::uint64_t turns = line.turns.load(std::memory_order_relaxed);
    if (turns % 2 == 0) [[likely]] {
      line.turns.store(turns + 1, std::memory_order_release);
      P::light_fence();
    }
    return turns;
  }
  [[gnu::always_inline]] void leave(std::size_t thread, std::uint64_t entered) noexcept {
    // Whatever was read is done with before. pairs: inside
    if (entered % 2 == 0) [[likely]]
      lines_[thread].turns.store(entered + 2, std::memory_order_release);
  }
  bool is_inside(std::size_t thread) const noexcept {
    // The owner's own. pairs: none
    return lines_[thread].turns.load(std::memory_order_relaxed) % 2 != 0;
  }

  // Readers that were inside at some time, and how to know that they left since.
  using Readers = std::vector<std::pair<std::size_t, std::uint64_t>>;
  Readers readers() const {
    if (P::keeps(Step::kHeavyFence)) P::heavy_fence();
    Readers inside;
    for (std::size_t i = 0; i < bound_(); ++i) {
      // pairs: inside
      const std::uint64_t turns = lines_[i].turns.load(std::memory_order_acquire);
      if (turns % 2 != 0) inside.emplace_back(i, turns);
    }
    return inside;
  }
  bool all_left(const Readers& readers) const noexcept {
    for (const auto& [thread, turns] : readers) {
      // pairs: inside
      if (lines_[thread].turns.load(std::memory_order_acquire) == turns) return false;
    }
    return true;
  }
  // Returns once all who are inside now have left. The caller must be outside.
  void wait() const {
    const Readers inside = readers();
    while (!all_left(inside) && P::keeps(Step::kFenceWaits)) P::pause();
  }

 private:
  struct alignas(64) Line {
    typename P::template Atomic<std::uint64_t> turns{0};  // odd inside
  };
  std::unique_ptr<Line[]> lines_;
  Bound bound_;
};

}  // namespace clusterip::set
