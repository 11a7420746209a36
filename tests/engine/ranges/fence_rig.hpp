// A range that is closed while others allocate through it, for the schedule explorer: the view fence around a
// FlatSet, as Ranges and FamilyAllocator use it.
#pragma once

#include "engine/set/view_fence.hpp"
#include "tests/engine/set/flat_rig.hpp"

namespace clusterip::test {

template <set::Step kDropped>
class FenceRig {
 public:
  using P = Model<kDropped>;

  explicit FenceRig(std::uint64_t held) : set_(held) {}
  std::uint64_t answer(std::size_t thread, const Call& call) {
    if (call.kind == Call::Kind::kClose) {
      open_.exchange(0, std::memory_order_acq_rel);
      fence_.wait();
      return 0;
    }
    if (call.kind != Call::Kind::kAllocate) return set_.answer(thread, call);
    fence_.enter(thread);
    std::uint64_t answer = Call::kNone;
    if (open_.load(std::memory_order_acquire) != 0) answer = set_.answer(thread, call);
    fence_.leave(thread);
    return answer;
  }
  std::uint64_t bits() { return set_.bits(); }
  std::string at_rest() const { return set_.at_rest(); }

 private:
  FlatRig<kDropped> set_;
  typename P::template Atomic<std::uint64_t> open_{1};
  set::ViewFence<P> fence_{4, []() noexcept -> std::size_t { return 4; }};
};

inline std::vector<Script> fence_scripts() {
  const Call allocate{.kind = Call::Kind::kAllocate, .first = 0, .last = 3, .result = 1};
  const Call close{.kind = Call::Kind::kClose, .last = 3};
  return {
      {"terminate against allocate", 0, {{allocate}, {close, contains(1)}}},
      {"terminate against two", 0, {{allocate}, {close, contains(1)}, {allocate}}},
  };
}

}  // namespace clusterip::test
