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
#include "tests/support/model_platform.hpp"

namespace clusterip::test {

struct Script {
  std::string name;
  std::uint64_t held = 0;
  std::vector<std::vector<Call>> threads;
  // Of a FlatSet: full words have no marks at the start.
  bool marks_lost = false;
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
inline Call post() {
  return {.kind = Call::Kind::kPost};
}
inline Call peek() {
  return {.kind = Call::Kind::kPeek};
}
inline Call find(std::uint64_t first, std::uint64_t last, std::uint64_t start) {
  return {.kind = Call::Kind::kFind, .first = first, .last = last, .result = start};
}
inline Call snapshot(std::uint64_t first, std::uint64_t last) {
  return {.kind = Call::Kind::kSnapshot, .first = first, .last = last};
}

// Rig: built from the script; `std::uint64_t answer(thread, call)`; `std::uint64_t bits()` at rest;
// `std::string at_rest()`: what is wrong inside, or nothing.
// `verdicts` outlives the program.
template <class Rig>
Program script_program(const Script& script, Verdicts& verdicts, bool weak) {
  struct State {
    explicit State(const Script& script) : rig(script) {}
    std::uint64_t answer(std::size_t thread, const Call& call) {
      if (call.kind == Call::Kind::kPeek) return posted.load(std::memory_order_acquire);
      if (call.kind != Call::Kind::kPost) return rig.answer(thread, call);
      posted.store(1, std::memory_order_release);
      return 0;
    }
    Rig rig;
    ModelAtomic<std::uint64_t> posted{0};
    std::vector<Call> history;
  };
  auto state = std::make_shared<State>(script);
  Program program;
  program.state = state;
  for (std::size_t t = 0; t < script.threads.size(); ++t) {
    program.threads.emplace_back([state = state.get(), t, &script] {
      for (Call call : script.threads[t]) {
        explorer_begin_call();
        call.result = state->answer(t, call);
        call.begin = explorer_call_begin();
        call.end = explorer_now();
        call.thread = t;
        state->history.push_back(call);
      }
    });
  }
  program.check = [state = state.get(), &verdicts, weak]() -> std::string {
    std::vector<Call>& history = state->history;
    const std::uint64_t held = state->rig.bits();
    // With stale loads, what was seen when all had ended still comes last; see sequentially_consistent.
    bool explained = false;
    if (weak) {
      explained = verdicts.sequentially_consistent(history, held);
    } else {
      const std::uint64_t after = explorer_now() + 1;
      history.push_back({.kind = Call::Kind::kSnapshot,
                         .begin = after,
                         .end = after,
                         .first = 0,
                         .last = 63,
                         .result = held});
      explained = verdicts.linearizable(history);
    }
    return explained ? state->rig.at_rest() : "no order explains\n" + to_text(history);
  };
  return program;
}

// Runs a script under the explorer and checks each run.
template <class Rig>
ExploreResult explore_script(const Script& script, const ExploreOptions& options) {
  Verdicts verdicts(script.held);
  return explore(options, [&] { return script_program<Rig>(script, verdicts, options.weak); });
}

}  // namespace clusterip::test
