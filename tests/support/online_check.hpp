// Whether a history of any length is linearizable, found while it goes by: its begins and ends of calls, in
// order of time.
//
// Kept are all states in which the structure may be now, each with the open calls that have taken effect in
// it. When a call ends, it must have taken effect: every order of open calls that brings this about is tried.
// So the search is exhaustive, and its cost is that of the calls that are open at once.
//
// Spec: Call, with a result; State, with operator<=>; `bool applies(const Call&, State&)`: whether the call
// may take effect now with its result, and what it changes; `bool disturbs(const Call&)`: whether calls that
// overlap with this one are promised less, which then have `disturbed` set.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace clusterip::test {

template <class Spec>
class OnlineCheck {
 public:
  using Call = typename Spec::Call;
  using State = typename Spec::State;
  static constexpr std::size_t kMostThreads = 8;

  explicit OnlineCheck(const State& state) : now_{{state, 0}} {}

  void begin(std::size_t thread, Call& call) {
    const bool disturbs = Spec::disturbs(call);
    for (std::size_t other = 0; other < kMostThreads; ++other) {
      Call* open = open_[other];
      if (open == nullptr) continue;
      if (disturbs) open->disturbed = true;
      if (Spec::disturbs(*open)) call.disturbed = true;
    }
    open_[thread] = &call;
  }
  // False: no order explains what was answered so far.
  bool end(std::size_t thread) {
    next_.clear();
    for (const Possible& possible : now_) settle(possible, thread);
    std::sort(next_.begin(), next_.end());
    next_.erase(std::unique(next_.begin(), next_.end()), next_.end());
    std::swap(now_, next_);
    open_[thread] = nullptr;
    return !now_.empty();
  }
  // With no call open: whether this may be the state.
  bool may_be(const State& state) const {
    return std::any_of(now_.begin(), now_.end(), [&](const Possible& p) { return p.state == state; });
  }

 private:
  struct Possible {
    State state;
    unsigned done;  // open calls that took effect
    friend auto operator<=>(const Possible&, const Possible&) = default;
  };

  // Adds all that may be once the thread's call has taken effect.
  void settle(const Possible& from, std::size_t thread) {
    const unsigned bit = 1U << thread;
    if ((from.done & bit) != 0) {
      next_.push_back({from.state, from.done & ~bit});
      return;
    }
    for (std::size_t other = 0; other < kMostThreads; ++other) {
      if (open_[other] == nullptr || ((from.done >> other) & 1U) != 0) continue;
      Possible after = from;
      if (!Spec::applies(*open_[other], after.state)) continue;
      after.done |= 1U << other;
      settle(after, thread);
    }
  }

  std::array<Call*, kMostThreads> open_{};
  std::vector<Possible> now_;
  std::vector<Possible> next_;
};

}  // namespace clusterip::test
