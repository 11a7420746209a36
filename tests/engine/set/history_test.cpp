// Histories of real threads: every answer of the sets, as it came, checked for linearizability. The long part
// asks for millions of calls.
#include "tests/support/history.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "engine/set/sparse_set.hpp"
#include "tests/engine/set/flat_rig.hpp"
#include "tests/support/linearize.hpp"
#include "tests/support/proof_totals.hpp"

namespace clusterip::test {
namespace {

using Kind = Call::Kind;
using State = SetSpec::State;

// Calls among a small part of the set, so that threads meet and it is often full.
Call draw_call(SeededDraws& draws, std::uint64_t base, std::uint64_t most) {
  constexpr Kind kKinds[] = {Kind::kClaim, Kind::kRelease,   Kind::kRelease,   Kind::kContains,
                             Kind::kFind,  Kind::kClaimNext, Kind::kClaimNext, Kind::kSnapshot};
  Call call{.kind = kKinds[draws.below(8)], .first = base + draws.below(3)};
  call.last = call.first + draws.below(most - 2);
  const std::uint64_t drawn = call.first + draws.below(call.last - call.first + 1);
  const bool names = call.kind == Kind::kClaim || call.kind == Kind::kRelease || call.kind == Kind::kContains;
  (names ? call.first : call.result) = drawn;
  return call;
}

// 64 addresses, 4 to a word, 4 words to a block: marks of each kind come and go. Threads begin in this mode.
template <set::Mode kMode>
class FlatHistoryRig {
 public:
  using Spec = SetSpec;
  static Call draw(SeededDraws& draws) { return draw_call(draws, 8, 9); }
  void answer(std::size_t thread, Call& call) { call.result = set_.answer(thread, call); }
  State begin_round() { return {.held = set_.bits()}; }
  std::string settle(const OnlineCheck<SetSpec>& online) {
    if (!online.may_be({.held = set_.bits()})) return "at rest the set holds what no order explains";
    return set_.at_rest();
  }
  static std::string to_text(const Call& call) { return test::to_text(call); }

 private:
  FlatSetRig<set::Native, set::FlatShape<6, 2, 2>, kMode> set_{Script{}};
};

// The addresses of one round lie in a part of the zone that was never used before, so tables fill up with
// dead words and are replaced while threads call. In every other round each address has a word of its own;
// then only calls that name an address are made.
class SparseHistoryRig {
 public:
  using Spec = SetSpec;
  Call draw(SeededDraws& draws) const {
    Call call = draw_call(draws, 28, 9);
    if (scattered() && call.kind != Kind::kClaim && call.kind != Kind::kContains) {
      call = {.kind = call.kind == Kind::kClaimNext ? Kind::kClaim : Kind::kRelease, .first = call.first};
    }
    return call;
  }
  void answer(std::size_t thread, Call& call) {
    const set::OffsetSpan span{offset(call.first), offset(call.last)};
    switch (call.kind) {
      case Kind::kClaim:
        call.result = set_.claim(thread, span.first) ? 1 : 0;
        break;
      case Kind::kRelease:
        call.result = set_.release(thread, span.first) ? 1 : 0;
        break;
      case Kind::kContains:
        call.result = set_.contains(thread, span.first) ? 1 : 0;
        break;
      case Kind::kFind:
        call.result = address(set_.find_free(thread, span, offset(call.result)));
        break;
      case Kind::kSnapshot:
        call.result = snapshot(thread, span);
        break;
      default:
        call.result = address(set_.claim_next(thread, span, offset(call.result)));
    }
  }
  State begin_round() {
    for (std::uint64_t a = 0; a < 64; ++a) static_cast<void>(set_.release(0, offset(a)));
    ++round_;
    // The addresses below those that are drawn, so that words become full.
    for (std::uint64_t a = 0; a < 28; ++a) static_cast<void>(set_.claim(0, offset(a)));
    return {.held = bits()};
  }
  std::string settle(const OnlineCheck<SetSpec>& online) {
    return online.may_be({.held = bits()}) ? "" : "at rest the set holds what no order explains";
  }
  static std::string to_text(const Call& call) { return test::to_text(call); }

 private:
  bool scattered() const { return round_ % 2 == 0; }
  std::uint64_t offset(std::uint64_t address) const {
    return round_ * 4096 + (scattered() ? address * set::SparseSet<set::Native>::kBits : address);
  }
  std::uint64_t address(const std::optional<std::uint64_t>& found) const {
    return found ? *found - round_ * 4096 : Call::kNone;
  }
  std::uint64_t bits() {
    std::uint64_t bits = 0;
    for (std::uint64_t a = 0; a < 64; ++a) bits |= std::uint64_t{set_.contains(0, offset(a))} << a;
    return bits;
  }
  std::uint64_t snapshot(std::size_t thread, const set::OffsetSpan& span) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> image;
    set_.snapshot(thread, span, image);
    std::uint64_t bits = 0;
    for (const auto& [word, held] : image) {
      bits |= held << (word * set::SparseSet<set::Native>::kBits - round_ * 4096);
    }
    return bits;
  }

  static std::size_t bound() noexcept { return 4; }
  set::Lines<set::Native> lines_{4, bound};
  set::ViewFence<set::Native> fence_{4, bound};
  set::SparseSet<set::Native> set_{lines_, fence_, 1};
  std::uint64_t round_ = 0;
};

template <class Rig>
void expect_linearizable(const std::string& name, std::uint64_t calls_a_round) {
  for (const std::size_t threads : {2U, 3U, 4U}) {
    History<Rig> history(threads);
    EXPECT_EQ(history.run(history_calls(60'000) / 3, calls_a_round), "") << threads << " threads";
    add_to_total("calls of real threads checked, " + name, history.calls());
  }
}

TEST(History, FlatSetIsLinearizable) {
  expect_linearizable<FlatHistoryRig<set::Mode::kCalm>>("flat set", 5'000);
  expect_linearizable<FlatHistoryRig<set::Mode::kCrowded>>("crowded flat set", 5'000);
}

TEST(History, SparseSetIsLinearizable) {
  expect_linearizable<SparseHistoryRig>("sparse set", 500);
}

// The checkers themselves refuse what cannot be.
TEST(History, WrongAnswersAreRefused) {
  const Call taken{.kind = Kind::kClaim, .begin = 1, .end = 2, .first = 3, .result = 1};
  Call again = taken;
  again.begin = 3;
  again.end = 4;
  EXPECT_TRUE(linearizable({taken}, 0));
  EXPECT_FALSE(linearizable({taken, again}, 0));
  const Call full{
      .kind = Kind::kClaimNext, .begin = 1, .end = 4, .first = 2, .last = 3, .result = Call::kNone};
  EXPECT_FALSE(linearizable({taken, full}, 0));
  EXPECT_TRUE(linearizable({taken, full}, 0b100));
}

TEST(History, WrongAnswersAreRefusedOnline) {
  Call taken{.kind = Kind::kClaim, .first = 3, .result = 1};
  Call full{.kind = Kind::kClaimNext, .first = 2, .last = 3, .result = Call::kNone};
  for (const std::uint64_t held : {0b000U, 0b100U}) {
    OnlineCheck<SetSpec> online(State{.held = held});
    online.begin(0, full);
    online.begin(1, taken);
    EXPECT_TRUE(online.end(1));
    EXPECT_EQ(online.end(0), held != 0) << "both calls overlap, and 2 is free or not";
    EXPECT_EQ(online.may_be(State{.held = held | 0b1000}), held != 0);
  }
  OnlineCheck<SetSpec> apart(State{.held = 0b100});
  apart.begin(0, full);
  EXPECT_FALSE(apart.end(0)) << "full before the claim of the last address";
}

}  // namespace
}  // namespace clusterip::test
