// A range that is closed while others allocate through it, for the schedule explorer: the two copies of a
// table and the view fence around a FlatSet, as Ranges and FamilyAllocator use them.
#pragma once

#include "engine/ranges/left_right.hpp"
#include "tests/engine/set/flat_rig.hpp"

namespace clusterip::test {

template <set::Step kDropped>
class FenceRig {
 public:
  using P = Model<kDropped>;

  explicit FenceRig(const Script& script) : set_(script) {}
  std::uint64_t answer(std::size_t thread, const Call& call) {
    if (call.kind == Call::Kind::kClose) {
      tables_.change([](Table& table) { table.open.store(0, std::memory_order_relaxed); }, [] {});
      return 0;
    }
    if (call.kind != Call::Kind::kAllocate) return set_.answer(thread, call);
    const auto view = tables_.view(thread);
    const auto open = view->open.load(std::memory_order_relaxed);
    const std::uint64_t answer = open != 0 ? set_.answer(thread, call) : Call::kNone;
    // A table that moved in an open view: an answer that nothing explains.
    return view->open.load(std::memory_order_relaxed) == open ? answer : kTorn;
  }
  std::uint64_t bits() { return set_.bits(); }
  std::string at_rest() const { return set_.at_rest(); }

 private:
  static constexpr std::uint64_t kTorn = 63;
  // In the engine a table is plain; here the explorer is to see it being read and changed.
  struct Table {
    typename P::template Atomic<std::uint8_t> open{1};
  };
  FlatRig<kDropped> set_;
  LeftRight<P, Table> tables_{4, []() noexcept -> std::size_t { return 4; }};
};

inline std::vector<Script> fence_scripts() {
  const Call allocate{.kind = Call::Kind::kAllocate, .first = 0, .last = 3, .result = 1};
  const Call close{.kind = Call::Kind::kClose, .last = 3};
  return {
      {"terminate against allocate", 0, {{allocate}, {close, contains(1)}}},
      {"terminate against two", 0, {{allocate}, {close, contains(1)}, {allocate}}},
      {"terminate twice against allocate", 0, {{allocate}, {close, close, contains(1)}}},
  };
}

}  // namespace clusterip::test
