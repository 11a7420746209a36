// FlatSet under the schedule explorer: every interleaving of small scenarios, in orderly memory; and a
// bounded number of preemptions with stale loads.
#include <gtest/gtest.h>

#include "tests/engine/set/flat_rig.hpp"

namespace clusterip::test {
namespace {

using set::Mode;

template <class Rig>
void expect_all_of(const ExploreOptions& options) {
  for (const Script& script : flat_scripts()) {
    const auto result = explore_script<Rig>(script, options);
    EXPECT_TRUE(result.ok()) << script.name << " after " << result.runs << " runs: " << result.failure;
  }
}
template <Mode kMode>
void expect_all(const ExploreOptions& options) {
  expect_all_of<FlatRig<kNoStep, kMode>>(options);
}

TEST(FlatSchedule, EveryFewPreemptionsOfTwoThreads) {
  expect_all<Mode::kCalm>({.preemptions = 2});
  expect_all<Mode::kBusy>({.preemptions = 2});
  expect_all<Mode::kCrowded>({.preemptions = 2});
  expect_all_of<WideRig>({.preemptions = 2});
}

TEST(FlatSchedule, RandomSchedules) {
  expect_all<Mode::kBusy>({.random_runs = 3000});
  expect_all<Mode::kCrowded>({.random_runs = 3000, .seed = 7});
}

// Wherever one thread stops for ever, the others finish.
TEST(FlatSchedule, AStalledThreadStopsNobody) {
  for (const Script& script : flat_scripts()) {
    for (std::size_t thread = 0; thread < script.threads.size(); ++thread) {
      for (std::uint64_t after = 1; after < 40; after += 2) {
        const ExploreOptions options{.frozen_thread = thread, .frozen_after = after, .random_runs = 20};
        const auto result = explore_script<FlatRig<kNoStep, Mode::kBusy>>(script, options);
        ASSERT_EQ(result.failure, "") << script.name << ", thread " << thread << " after " << after;
      }
    }
  }
}

TEST(FlatSchedule, StaleLoads) {
  expect_all<Mode::kCalm>({.weak = true, .preemptions = 2, .stale_loads = 1});
  expect_all<Mode::kBusy>({.weak = true, .preemptions = 2, .stale_loads = 1});
}

}  // namespace
}  // namespace clusterip::test
