// Histories of real threads that allocate from four ranges, two of them nested in a third, while ranges are
// terminated and made ready again: every answer checked for linearizability.
//
// "Full" over all ranges is exact at one instant as long as no range is being changed meanwhile. While a
// change waits for the views of the older table, who has one of these allocates by it and all others by the
// newer one; so of a call that overlaps with a change, "full" and "in no range" prove nothing.
#include <array>

#include <gtest/gtest.h>

#include "engine/alloc/family_allocator.hpp"
#include "engine/net/text.hpp"
#include "tests/support/history.hpp"
#include "tests/support/proof_totals.hpp"

namespace clusterip::test {
namespace {

constexpr std::uint32_t kBase = 0x0a000000;

struct RangeUnderTest {
  const char* text;
  std::uint64_t first;  // usable addresses, counted from 10.0.0.0
  std::uint64_t last;
  std::uint64_t bits() const { return (~std::uint64_t{0} >> (63 - last)) & (~std::uint64_t{0} << first); }
};
constexpr std::array<RangeUnderTest, 4> kRanges{{
    {"10.0.0.0/27", 1, 30},
    {"10.0.0.0/28", 1, 14},
    {"10.0.0.16/28", 17, 30},
    {"10.0.0.0/29", 1, 6},
}};

struct AllocatorCall {
  enum class Kind : std::uint8_t { kAny, kThis, kRelease, kSnapshot, kTerminate, kMakeReady };
  Kind kind = Kind::kAny;
  std::size_t thread = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t address = 0;  // asked for, or answered
  std::size_t range = 0;      // changed, or answered
  std::uint64_t seed = 0;
  std::optional<AllocateError> error = std::nullopt;
  std::uint64_t result = 0;
  bool disturbed = false;
};

struct AllocatorSpec {
  using Call = AllocatorCall;
  using Kind = Call::Kind;
  struct State {
    std::uint64_t held = 0;
    unsigned ready = 0;
    friend auto operator<=>(const State&, const State&) = default;
  };

  static std::uint64_t usable(const State& state) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kRanges.size(); ++i) {
      if (((state.ready >> i) & 1U) != 0) bits |= kRanges[i].bits();
    }
    return bits;
  }
  static bool disturbs(const Call& call) {
    return call.kind == Kind::kTerminate || call.kind == Kind::kMakeReady;
  }
  static bool take(const Call& call, State& state) {
    const std::uint64_t bit = std::uint64_t{1} << call.address;
    const bool through = ((state.ready >> call.range) & 1U) != 0 && (kRanges[call.range].bits() & bit) != 0;
    if (!through || (state.held & bit) != 0) return false;
    state.held |= bit;
    return true;
  }
  static bool applies(const Call& call, State& state) {
    const std::uint64_t bit = std::uint64_t{1} << call.address;
    switch (call.kind) {
      case Kind::kAny:
        if (!call.error) return take(call, state);
        return *call.error == AllocateError::kFull && (call.disturbed || (usable(state) & ~state.held) == 0);
      case Kind::kThis:
        if (!call.error) return take(call, state);
        if (*call.error == AllocateError::kAllocated) return (usable(state) & state.held & bit) != 0;
        return *call.error == AllocateError::kMismatchedNetwork &&
               (call.disturbed || (usable(state) & bit) == 0);
      case Kind::kRelease:
        if ((call.result != 0) != ((state.held & bit) != 0)) return false;
        state.held &= ~bit;
        return true;
      case Kind::kSnapshot:
        return call.result == state.held;
      case Kind::kTerminate:
        state.ready &= ~(1U << call.range);
        return true;
      case Kind::kMakeReady:
        state.ready |= 1U << call.range;
        return true;
    }
    return false;
  }
};

class AllocatorRig {
 public:
  using Spec = AllocatorSpec;
  using Kind = AllocatorCall::Kind;

  AllocatorRig() {
    for (std::size_t i = 0; i < kRanges.size(); ++i) make_ready(i);
  }

  static AllocatorCall draw(SeededDraws& draws) {
    AllocatorCall call{
        .address = 1 + draws.below(30), .range = draws.below(kRanges.size()), .seed = draws.next()};
    const std::uint64_t kind = draws.below(2000);
    call.kind = kind == 0     ? Kind::kTerminate
                : kind <= 2   ? Kind::kMakeReady
                : kind < 100  ? Kind::kSnapshot
                : kind < 200  ? Kind::kThis
                : kind < 1000 ? Kind::kRelease
                              : Kind::kAny;
    return call;
  }
  void answer(std::size_t, AllocatorCall& call) {
    const Address address = Address::v4(static_cast<std::uint32_t>(kBase + call.address));
    SeededDraws draws(call.seed);
    switch (call.kind) {
      case Kind::kAny:
        return take(allocator_.allocate(draws), call);
      case Kind::kThis:
        return take(allocator_.allocate(address), call);
      case Kind::kRelease:
        call.result = allocator_.release(address) == FamilyAllocator::Release::kReleased ? 1 : 0;
        return;
      case Kind::kSnapshot:
        call.result = held();
        return;
      case Kind::kTerminate:
        static_cast<void>(allocator_.ranges().terminate(kRanges[call.range].text));
        return;
      case Kind::kMakeReady:
        make_ready(call.range);
    }
  }
  AllocatorSpec::State begin_round() { return {.held = held(), .ready = ready()}; }
  std::string settle(const OnlineCheck<AllocatorSpec>& online) {
    return online.may_be({.held = held(), .ready = ready()}) ? ""
                                                             : "at rest all is other than any order explains";
  }
  static std::string to_text(const AllocatorCall& call) {
    static const char* const kNames[] = {"any", "this", "release", "snapshot", "terminate", "make ready"};
    return "[" + std::to_string(call.begin) + ", " + std::to_string(call.end) + "] " +
           kNames[static_cast<int>(call.kind)] + ", address " + std::to_string(call.address) + ", range " +
           kRanges[call.range].text + " -> " + std::to_string(call.result) +
           (call.error ? ", error " + std::to_string(static_cast<int>(*call.error)) : "");
  }

 private:
  void make_ready(std::size_t range) {
    const char* text = kRanges[range].text;
    static_cast<void>(allocator_.ranges().put(text, *read_cidr(text), RangeState::kReady));
  }
  static void take(const AllocateOutcome& outcome, AllocatorCall& call) {
    if (const auto* error = std::get_if<AllocateError>(&outcome)) {
      call.error = *error;
      return;
    }
    const auto& got = std::get<Allocation>(outcome);
    call.address = low_half(got.address.bits()) - kBase;
    for (std::size_t i = 0; i < kRanges.size(); ++i) {
      if (*read_cidr(kRanges[i].text) == got.range) call.range = i;
    }
  }
  std::uint64_t held() const {
    std::uint64_t bits = 0;
    for (const Address& address : set_.snapshot({Address::v4(kBase), Address::v4(kBase + 31)})) {
      bits |= std::uint64_t{1} << (low_half(address.bits()) - kBase);
    }
    return bits;
  }
  unsigned ready() const {
    unsigned mask = 0;
    const Ranges::View view = allocator_.ranges().view();
    for (std::size_t i = 0; i < kRanges.size(); ++i) {
      if (view->find(*read_cidr(kRanges[i].text))->state == RangeState::kReady) mask |= 1U << i;
    }
    return mask;
  }

  AddressSet set_;
  FamilyAllocator allocator_{Family::kIPv4, set_};
};

TEST(History, AllocatorIsLinearizable) {
  for (const std::size_t threads : {2U, 3U, 4U}) {
    History<AllocatorRig> history(threads);
    EXPECT_EQ(history.run(history_calls(30'000) / 3, 1'000), "") << threads << " threads";
    add_to_total("calls of real threads checked, allocator", history.calls());
  }
}

}  // namespace
}  // namespace clusterip::test
