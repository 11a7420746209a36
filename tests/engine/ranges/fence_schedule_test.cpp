// The terminate fence under the schedule explorer: once it has returned nothing comes out.
#include <gtest/gtest.h>

#include "tests/engine/ranges/fence_rig.hpp"

namespace clusterip::test {
namespace {

void expect_all(const ExploreOptions& options) {
  for (const Script& script : fence_scripts()) {
    const auto result = explore_script<FenceRig<kNoStep>>(script, options);
    EXPECT_TRUE(result.ok()) << script.name << " after " << result.runs << " runs: " << result.failure;
  }
}

TEST(FenceSchedule, FewPreemptions) {
  expect_all({.preemptions = 2});
}

TEST(FenceSchedule, RandomSchedules) {
  expect_all({.random_runs = 20'000});
}

TEST(FenceSchedule, StaleLoads) {
  expect_all({.weak = true, .preemptions = 2, .stale_loads = 2});
}

}  // namespace
}  // namespace clusterip::test
