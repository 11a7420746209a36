// Real threads that call one structure without waiting for each other, and the check of all they were told.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "engine/alloc/draws.hpp"
#include "tests/support/online_check.hpp"

namespace clusterip::test {

// How many calls each history of this program has: what CLUSTERIP_HISTORY_CALLS says, or the default.
std::uint64_t history_calls(std::uint64_t otherwise);

// Rig: `Spec`; `Call draw(SeededDraws&)` chooses a call, `answer(thread, Call&)` makes it; between rounds,
// while nobody calls, `std::string settle(OnlineCheck<Spec>&)` says what is wrong, or nothing, and
// `State begin_round()` prepares the next and says what it starts with; `std::string to_text(const Call&)`.
template <class Rig>
class History {
 public:
  using Spec = typename Rig::Spec;
  using Call = typename Spec::Call;

  explicit History(std::size_t threads) : recorded_(threads) {}

  // Rounds of so many calls a thread, until all have been made. What is wrong, or nothing.
  std::string run(std::uint64_t calls, std::uint64_t calls_a_round) {
    const std::uint64_t rounds = calls / recorded_.size() / calls_a_round + 1;
    calls_ = rounds * recorded_.size() * calls_a_round;
    begin_round();
    std::vector<std::thread> workers;
    for (std::size_t t = 1; t < recorded_.size(); ++t) {
      workers.emplace_back([this, t, rounds, calls_a_round] { work(t, rounds, calls_a_round); });
    }
    work(0, rounds, calls_a_round);
    for (std::thread& worker : workers) worker.join();
    return failure_;
  }
  std::uint64_t calls() const { return calls_; }
  Rig& rig() { return rig_; }

 private:
  void work(std::size_t thread, std::uint64_t rounds, std::uint64_t calls) {
    SeededDraws draws(thread + 1);
    for (std::uint64_t round = 0; round < rounds; ++round) {
      meet();
      for (std::uint64_t i = 0; i < calls; ++i) {
        Call call = rig_.draw(draws);
        call.thread = thread;
        call.begin = clock_.fetch_add(1, std::memory_order_seq_cst);
        rig_.answer(thread, call);
        call.end = clock_.fetch_add(1, std::memory_order_seq_cst);
        recorded_[thread].push_back(call);
      }
      meet();
      if (thread == 0) end_round();
    }
  }
  void meet() {
    const std::uint64_t round = arrived_.fetch_add(1, std::memory_order_seq_cst) / recorded_.size();
    while (arrived_.load(std::memory_order_seq_cst) < (round + 1) * recorded_.size()) {
      std::this_thread::yield();
    }
  }

  void begin_round() {
    state_ = rig_.begin_round();
    for (auto& calls : recorded_) calls.clear();
  }
  void end_round() {
    if (failure_.empty()) failure_ = check();
    begin_round();
  }

  // Walks through all begins and ends in order of time.
  std::string check() {
    OnlineCheck<Spec> online(state_);
    std::vector<std::size_t> next(recorded_.size(), 0);  // event of each thread: two for each call
    for (;;) {
      std::size_t first = recorded_.size();
      std::uint64_t earliest = 0;
      for (std::size_t t = 0; t < recorded_.size(); ++t) {
        if (next[t] == 2 * recorded_[t].size()) continue;
        const Call& call = recorded_[t][next[t] / 2];
        const std::uint64_t at = next[t] % 2 == 0 ? call.begin : call.end;
        if (first == recorded_.size() || at < earliest) {
          first = t;
          earliest = at;
        }
      }
      if (first == recorded_.size()) break;
      Call& call = recorded_[first][next[first] / 2];
      if (next[first]++ % 2 == 0) {
        online.begin(first, call);
      } else if (!online.end(first)) {
        return "no order explains the last of these\n" + text_before(call.end);
      }
    }
    return rig_.settle(online);
  }

  std::string text_before(std::uint64_t end) const {
    constexpr std::size_t kShown = 40;
    std::vector<const Call*> calls;
    for (const auto& of_thread : recorded_) {
      for (const Call& call : of_thread) {
        if (call.end <= end) calls.push_back(&call);
      }
    }
    std::sort(calls.begin(), calls.end(), [](const Call* a, const Call* b) { return a->end < b->end; });
    std::string text;
    for (std::size_t i = calls.size() > kShown ? calls.size() - kShown : 0; i < calls.size(); ++i) {
      text += "thread " + std::to_string(calls[i]->thread) + " " + rig_.to_text(*calls[i]) + "\n";
    }
    return text;
  }

  Rig rig_;
  std::vector<std::vector<Call>> recorded_;
  std::atomic<std::uint64_t> arrived_{0};
  std::atomic<std::uint64_t> clock_{1};
  typename Spec::State state_{};
  std::uint64_t calls_ = 0;
  std::string failure_;
};

}  // namespace clusterip::test
