// FlatSet in a small shape, for the schedule explorer: 16 addresses, 2 to a word, 2 words to a block, 2
// blocks to a superblock.
#pragma once

#include <vector>

#include "engine/set/flat_set.hpp"
#include "tests/support/model_platform.hpp"
#include "tests/support/script.hpp"

namespace clusterip::test {

using SmallShape = set::FlatShape<4, 1, 1>;
inline constexpr std::uint64_t kSmallLast = 15;

template <set::Step kDropped, set::Mode kMode = set::Mode::kCalm>
class FlatRig {
 public:
  using P = Model<kDropped>;

  explicit FlatRig(std::uint64_t held) {
    for (std::uint64_t a = 0; a <= kSmallLast; ++a) {
      if (((held >> a) & 1U) != 0) static_cast<void>(set_.claim(lines_[0], a));
    }
    for (std::size_t t = 0; t < 4; ++t) lines_[t].mode.store(kMode);
    lines_[0].claiming.store(set::kNoOffset);
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
    for (std::uint64_t a = 0; a <= kSmallLast; ++a) bits |= std::uint64_t{set_.contains(a)} << a;
    return bits;
  }
  std::string at_rest() const {
    return set_.marks_hold({0, kSmallLast}) ? "" : "a mark says full where an address is free";
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
    for (const Pair& pair : image) bits |= pair.bits << (pair.word * SmallShape::kBits);
    return bits;
  }

  set::Lines<P> lines_{4, []() noexcept -> std::size_t { return 4; }};
  set::FlatSet<P, SmallShape> set_{lines_};
};

// The scenarios of the set, small enough for every interleaving or a few preemptions.
std::vector<Script> flat_scripts();

}  // namespace clusterip::test
