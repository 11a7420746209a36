// FlatSet in a small shape, for the schedule explorer: 16 addresses, 2 to a word, 2 words to a block, 2
// blocks to a superblock. Real threads use the same rig in another shape.
#pragma once

#include <vector>

#include "engine/set/flat_set.hpp"
#include "tests/support/model_platform.hpp"
#include "tests/support/script.hpp"

namespace clusterip::test {

using SmallShape = set::FlatShape<4, 1, 1>;
// A crowded search looks at one more group of marks at first, and at two at a time behind them.
using WideShape = set::FlatShape<4, 1, 1, 3, 2, 1>;

template <class P, class Shape, set::Mode kMode>
class FlatSetRig {
 public:
  static constexpr std::uint64_t kLast = Shape::kWords * Shape::kBits - 1;

  explicit FlatSetRig(const Script& script) {
    for (std::uint64_t a = 0; a <= kLast; ++a) {
      if (((script.held >> a) & 1U) != 0) static_cast<void>(set_.claim(lines_[0], a));
    }
    for (std::size_t t = 0; t < 4; ++t) lines_[t].mode.store(kMode, std::memory_order_seq_cst);
    lines_[0].claiming.store(set::kNoOffset, std::memory_order_seq_cst);
    if (script.marks_lost) set_.lose_marks({0, kLast});
  }

  std::uint64_t answer(std::size_t thread, const Call& call) {
    set::Line<P>& line = lines_[thread];
    const set::OffsetSpan span{call.first, call.last};
    switch (call.kind) {
      case Call::Kind::kClaim:
        return set_.claim(line, call.first) ? 1 : 0;
      case Call::Kind::kRelease:
        return set_.release(line, call.first) ? 1 : 0;
      case Call::Kind::kContains:
        return set_.contains(call.first) ? 1 : 0;
      case Call::Kind::kFind:
        return set_.find_free(line, span, call.result);
      case Call::Kind::kSnapshot:
        return take_snapshot(line, span);
      default:
        return set_.claim_next(line, span, call.result);
    }
  }
  std::uint64_t bits() {
    std::uint64_t bits = 0;
    for (std::uint64_t a = 0; a <= kLast; ++a) bits |= std::uint64_t{set_.contains(a)} << a;
    return bits;
  }
  std::string at_rest() const {
    if (lines_.held()) return "somebody holds who ended";
    return set_.marks_hold({0, kLast}) ? "" : "a mark says full where an address is free";
  }

 private:
  struct Pair {
    std::uint64_t word;
    std::uint64_t bits;
    bool operator==(const Pair&) const = default;
  };
  std::uint64_t take_snapshot(set::Line<P>& line, const set::OffsetSpan& span) {
    std::vector<Pair> image;
    set_.snapshot(line, span, image);
    std::uint64_t bits = 0;
    for (const Pair& pair : image) bits |= pair.bits << (pair.word * Shape::kBits);
    return bits;
  }

  set::Lines<P> lines_{4, []() noexcept -> std::size_t { return 4; }};
  set::FlatSet<P, Shape> set_{lines_};
};

template <set::Step kDropped, set::Mode kMode = set::Mode::kCalm>
using FlatRig = FlatSetRig<Model<kDropped>, SmallShape, kMode>;

using WideRig = FlatSetRig<Model<kNoStep>, WideShape, set::Mode::kCrowded>;

// The scenarios of the set, small enough for every interleaving or a few preemptions.
std::vector<Script> flat_scripts();

}  // namespace clusterip::test
