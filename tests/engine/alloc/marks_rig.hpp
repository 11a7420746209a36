// Allocation over three ranges with marks of full ones, for the schedule explorer: 0 to 3; 4 to 7; and 4 to 5
// inside that, which can be taken out and put back. Ranges that are full at the start are marked. The set
// below is FlatSet, as for IPv4, or SparseSet, as for IPv6.
#pragma once

#include <algorithm>

#include "engine/ranges/full_marks.hpp"
#include "engine/ranges/left_right.hpp"
#include "tests/engine/set/flat_rig.hpp"
#include "tests/engine/set/sparse_rig.hpp"

namespace clusterip::test {

// The marks refer to the lines, so they come behind them.
template <set::Step kDropped, class Set>
class MarksRigOver {  // NOLINT(clang-analyzer-optin.performance.Padding)
 public:
  using P = Model<kDropped>;

  explicit MarksRigOver(const Script& script) : set_(script) {
    const auto view = tables_.view(0);
    for (std::uint64_t number = 0; number < 3; ++number) {
      const auto stop_after = [&](std::uint64_t at) { return at != number; };
      if (is_full(0, number)) {
        static_cast<void>(marks_.search(0, view->places, view->count, number, stop_after,
                                        [](std::uint64_t) { return true; }));
      }
    }
  }

  std::uint64_t answer(std::size_t thread, const Call& call) {
    if (call.kind == Call::Kind::kClose) {
      change(thread, call.first != 0);
      return 0;
    }
    if (call.kind == Call::Kind::kRelease) {
      const auto view = tables_.view(thread);
      const std::uint32_t inner = view->count == 3 ? kInner : kOuter;
      const std::uint32_t smallest = call.first < 4 ? 0 : call.first < 6 ? inner : kOuter;
      const bool released =
          marks_.release(thread, view->places, smallest, [&] { return set_.answer(thread, call) != 0; });
      return released ? 1 : 0;
    }
    if (call.kind != Call::Kind::kClaimNext) return set_.answer(thread, call);
    return allocate(thread, call.result);
  }
  std::uint64_t bits() { return set_.bits(); }
  std::string at_rest() {
    if (lines_.turns.held()) return "somebody holds who ended";
    const auto view = tables_.view(0);
    for (std::uint64_t number = 0; number < view->count; ++number) {
      if (marks_.has(number) && !is_full(0, number)) return "a range is marked full where an address is free";
    }
    return set_.at_rest();
  }

 private:
  static constexpr std::uint32_t kOuter = 1;
  static constexpr std::uint32_t kInner = 2;
  static constexpr set::OffsetSpan kSpans[] = {{0, 3}, {4, 7}, {4, 5}};
  // The inner range is the last, so that its seat and number come and go with it.
  struct Table {
    RangePlaces places{{kNoRange, 0}, {kNoRange, kOuter}, {kOuter, kInner}};
    std::uint64_t count = 3;
  };
  static std::size_t bound() noexcept { return 4; }

  // Takes the inner range out, or puts it back.
  void change(std::size_t thread, bool back) {
    const auto apply = [&](Table& table) {
      table.count = back ? 3 : 2;
      table.places[kInner] = back ? RangePlace{kOuter, kInner} : RangePlace{};
    };
    tables_.change(apply, [&] { marks_.forget(thread, {kInner}); });
  }

  // As FamilyAllocator does, with the first address of a range as the start.
  std::uint64_t allocate(std::size_t thread, std::uint64_t drawn) {
    const auto view = tables_.view(thread);
    drawn %= view->count;
    std::uint64_t found = Call::kNone;
    const auto claim = [&](std::uint64_t number) {
      found = ask(thread, Call::Kind::kClaimNext, number);
      return found != Call::kNone;
    };
    const auto full = [&](std::uint64_t number) { return is_full(thread, number); };
    if (!marks_.has(drawn) && claim(drawn)) return found;
    const auto attempt = [&](std::uint64_t number) { return !full(number) && claim(number); };
    if (view.shown().is_settled()) {
      if (marks_.search(thread, view->places, view->count, drawn, attempt, full)) return found;
      if (view.shown().is_newest()) return Call::kNone;
    }
    for (std::uint64_t number = 0; number < view->count; ++number) {
      if (claim(number)) return found;
    }
    return Call::kNone;
  }
  std::uint64_t ask(std::size_t thread, Call::Kind kind, std::uint64_t number) {
    const auto& span = kSpans[number];
    return set_.answer(thread, {.kind = kind, .first = span.first, .last = span.last, .result = span.first});
  }
  bool is_full(std::size_t thread, std::uint64_t number) {
    return ask(thread, Call::Kind::kFind, number) == Call::kNone;
  }

  Set set_;
  MarkLines<P> lines_{4, bound};
  FullMarks<P, SmallShape> marks_{lines_};
  LeftRight<P, Table> tables_{4, bound};
};

template <set::Step kDropped>
using MarksRig = MarksRigOver<kDropped, FlatRig<kDropped>>;
template <set::Step kDropped>
using SparseMarksRig = MarksRigOver<kDropped, SparseRig<kDropped>>;

// Any address of the three ranges; the search begins in range `drawn`.
inline Call any(std::uint64_t drawn) {
  return claim_next(0, 7, drawn);
}

// The inner range is taken out; it is put back.
inline Call take_out() {
  return {.kind = Call::Kind::kClose, .first = 0};
}
inline Call put_back() {
  return {.kind = Call::Kind::kClose, .first = 1};
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
      {"the first full range against a release", 0x0e, {{claim(0), any(0)}, {release(1)}}},
      {"a range comes back with room", 0xff, {{take_out(), release(4), put_back()}, {contains(4)}}},
      {"full while a range comes", 0xff, {{take_out(), put_back()}, {any(2)}}},
      {"full while another marks", 0xfe, {{claim(0), any(0)}, {release(2), any(1), release(1)}}},
  };
}

// Those in which no ranges are changed: a change waits for the views of others.
inline std::vector<Script> marks_scripts_without_changes() {
  std::vector<Script> scripts = marks_scripts();
  std::erase_if(scripts, [](const Script& script) {
    return std::any_of(script.threads.begin(), script.threads.end(), [](const std::vector<Call>& calls) {
      return std::any_of(calls.begin(), calls.end(),
                         [](const Call& call) { return call.kind == Call::Kind::kClose; });
    });
  });
  return scripts;
}

// The same without the inner range at the start.
template <set::Step kDropped>
class OuterRig : public MarksRig<kDropped> {
 public:
  explicit OuterRig(const Script& script) : MarksRig<kDropped>(script) {
    static_cast<void>(this->answer(0, take_out()));
  }
};

inline std::vector<Script> outer_scripts() {
  return {
      {"a range comes while its address does", 0xff, {{put_back()}, {release(4)}, {any(2)}}},
      {"a range comes while it is asked for", 0xdf, {{put_back()}, {any(2), any(2)}}},
  };
}

}  // namespace clusterip::test
