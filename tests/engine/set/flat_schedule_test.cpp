// FlatSet under the schedule explorer: every interleaving of small scenarios, in orderly memory; and a
// bounded number of preemptions with stale loads.
#include <gtest/gtest.h>

#include "tests/engine/set/flat_rig.hpp"

namespace clusterip::test {
namespace {

using set::Mode;

template <Mode kMode>
void expect_all(const ExploreOptions& options) {
  for (const Script& script : flat_scripts()) {
    const auto result =
        explore(options, [&] { return script_program<FlatRig<kNoStep, kMode>>(script, options.weak); });
    EXPECT_TRUE(result.ok()) << script.name << " after " << result.runs << " runs: " << result.failure;
    std::printf("%10lu  %s\n", result.runs, script.name.c_str());
  }
}

TEST(FlatSchedule, EveryFewPreemptionsOfTwoThreads) {
  expect_all<Mode::kCalm>({.preemptions = 3});
  expect_all<Mode::kCrowded>({.preemptions = 3});
}

TEST(FlatSchedule, StaleLoads) {
  expect_all<Mode::kCalm>({.weak = true, .preemptions = 2, .stale_loads = 2});
}

}  // namespace
}  // namespace clusterip::test
