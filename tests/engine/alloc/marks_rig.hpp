// Allocation over three ranges with marks of full ones, for the schedule explorer: 0 to 3; 4 to 7; and 4 to 5
// inside that. Ranges that are full at the start are marked.
#pragma once

#include "engine/ranges/full_marks.hpp"
#include "tests/engine/set/flat_rig.hpp"

namespace clusterip::test {

template <set::Step kDropped>
class MarksRig {
 public:
  using P = Model<kDropped>;

  explicit MarksRig(std::uint64_t held) : set_(held) {
    for (std::uint64_t number = 0; number < 3; ++number) {
      const auto stop_after = [&](std::uint64_t at) { return at != number; };
      if (is_full(0, number)) {
        static_cast<void>(marks_.search(0, number, stop_after, [](std::uint64_t) { return true; }));
      }
    }
  }

  std::uint64_t answer(std::size_t thread, const Call& call) {
    if (call.kind == Call::Kind::kRelease) {
      const bool released = marks_.release(thread,
                                           call.first < 4   ? 0U
                                           : call.first < 6 ? 2U
                                                            : 1U,
                                           [&] { return set_.answer(thread, call) != 0; });
      return released ? 1 : 0;
    }
    if (call.kind != Call::Kind::kClaimNext) return set_.answer(thread, call);
    return allocate(thread, call.result % 3);
  }
  std::uint64_t bits() { return set_.bits(); }
  std::string at_rest() {
    for (std::uint64_t number = 0; number < 3; ++number) {
      if (marks_.has(number) && !is_full(0, number)) return "a range is marked full where an address is free";
    }
    return set_.at_rest();
  }

 private:
  static constexpr set::OffsetSpan kSpans[] = {{0, 3}, {4, 7}, {4, 5}};
  static std::size_t bound() noexcept { return 4; }

  // As FamilyAllocator does, with the first address of a range as the start.
  std::uint64_t allocate(std::size_t thread, std::uint64_t drawn) {
    std::uint64_t found = Call::kNone;
    const auto claim = [&](std::uint64_t number) {
      found = ask(thread, Call::Kind::kClaimNext, number);
      return found != Call::kNone;
    };
    const auto full = [&](std::uint64_t number) { return is_full(thread, number); };
    if (!marks_.has(drawn) && claim(drawn)) return found;
    const auto attempt = [&](std::uint64_t number) { return !full(number) && claim(number); };
    return marks_.search(thread, drawn, attempt, full) ? found : Call::kNone;
  }
  std::uint64_t ask(std::size_t thread, Call::Kind kind, std::uint64_t number) {
    const auto& span = kSpans[number];
    return set_.answer(thread, {.kind = kind, .first = span.first, .last = span.last, .result = span.first});
  }
  bool is_full(std::size_t thread, std::uint64_t number) {
    return ask(thread, Call::Kind::kFind, number) == Call::kNone;
  }

  FlatRig<kDropped> set_;
  MarkLines<P> lines_{4, bound};
  FullMarks<P, SmallShape> marks_{lines_, {{kNoRange, 0}, {kNoRange, 1}, {1, 2}}};
};

// Any address of the three ranges; the search begins in range `drawn`.
inline Call any(std::uint64_t drawn) {
  return claim_next(0, 7, drawn);
}

inline std::vector<Script> marks_scripts() {
  return {
      {"full ranges against a release", 0xff, {{any(0)}, {release(1)}}},
      {"full ranges against a release inside two", 0xff, {{any(1)}, {release(4)}}},
      {"a range becomes full against a release", 0xfe, {{claim(0), any(0)}, {release(1)}}},
      {"a range becomes full while its address comes back", 0xfd, {{any(0), any(0)}, {release(2)}}},
      {"two mark one range against a release", 0xfe, {{claim(0), any(0)}, {any(0)}, {release(2)}}},
      {"full against a hole that moves to a marked range", 0xef, {{any(0)}, {release(1), claim(4)}}},
      {"full against a hole moved by two", 0xef, {{any(1)}, {release(1)}, {claim(4)}}},
      {"full against a release that was seen", 0xff, {{contains(1), any(0)}, {release(1)}}},
      {"full while another marks", 0xfe, {{claim(0), any(0)}, {release(2), any(1), release(1)}}},
  };
}

}  // namespace clusterip::test
