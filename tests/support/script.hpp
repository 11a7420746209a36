// A scenario for the schedule explorer: addresses held at the start, and a few calls for each thread. The
// history of each run is checked for linearizability, with a look at everything once all threads have ended.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/explorer.hpp"
#include "tests/support/linearize.hpp"

namespace clusterip::test {

struct Script {
  std::string name;
  std::uint64_t held = 0;
  std::vector<std::vector<Call>> threads;
};

inline Call claim(std::uint64_t address) {
  return {.kind = Call::Kind::kClaim, .first = address};
}
inline Call release(std::uint64_t address) {
  return {.kind = Call::Kind::kRelease, .first = address};
}
inline Call contains(std::uint64_t address) {
  return {.kind = Call::Kind::kContains, .first = address};
}
// `start` travels in `result` until the call is made.
inline Call claim_next(std::uint64_t first, std::uint64_t last, std::uint64_t start) {
  return {.kind = Call::Kind::kClaimNext, .first = first, .last = last, .result = start};
}
inline Call find(std::uint64_t first, std::uint64_t last, std::uint64_t start) {
  return {.kind = Call::Kind::kFind, .first = first, .last = last, .result = start};
}
inline Call snapshot(std::uint64_t first, std::uint64_t last) {
  return {.kind = Call::Kind::kSnapshot, .first = first, .last = last};
}

// Rig: built from the held addresses; `std::uint64_t answer(thread, call)`; `std::uint64_t bits()` at rest;
// `std::string at_rest()`: what is wrong inside, or nothing.
template <class Rig>
Program script_program(const Script& script, bool weak = false) {
  struct State {
    explicit State(std::uint64_t held) : rig(held) {}
    Rig rig;
    std::vector<Call> history;
  };
  auto state = std::make_shared<State>(script.held);
  Program program;
  program.state = state;
  for (std::size_t t = 0; t < script.threads.size(); ++t) {
    program.threads.emplace_back([state = state.get(), t, &script] {
      for (Call call : script.threads[t]) {
        explorer_begin_call();
        call.result = state->rig.answer(t, call);
        call.begin = explorer_call_begin();
        call.end = explorer_now();
        call.thread = t;
        state->history.push_back(call);
      }
    });
  }
  program.check = [state = state.get(), &script, weak]() -> std::string {
    std::vector<Call> history = state->history;
    const std::uint64_t after = explorer_now() + 1;
    history.push_back({.kind = Call::Kind::kSnapshot,
                       .begin = after,
                       .end = after,
                       .first = 0,
                       .last = 63,
                       .result = state->rig.bits()});
    // With stale loads, what was seen when all had ended still comes last; see sequentially_consistent.
    if (weak ? !sequentially_consistent(state->history, script.held, state->rig.bits())
             : !linearizable(history, script.held)) {
      return "no order explains\n" + to_text(history);
    }
    return state->rig.at_rest();
  };
  return program;
}

}  // namespace clusterip::test
