// SparseSet under the schedule explorer, with its table being replaced in the middle of calls.
#include <gtest/gtest.h>

#include "tests/engine/set/sparse_rig.hpp"
#include "tests/engine/set/zones_rig.hpp"

namespace clusterip::test {
namespace {

void expect_all(const ExploreOptions& options) {
  for (const Script& script : sparse_scripts()) {
    const auto result = explore_script<SparseRig<kNoStep>>(script, options);
    EXPECT_TRUE(result.ok()) << script.name << " after " << result.runs << " runs: " << result.failure;
  }
}

TEST(SparseSchedule, FewPreemptions) {
  expect_all({.preemptions = 2});
}

TEST(SparseSchedule, RandomSchedules) {
  expect_all({.random_runs = 5000});
}

TEST(SparseSchedule, StaleLoads) {
  expect_all({.weak = true, .preemptions = 1, .stale_loads = 1});
  // Longer reach: a view is opened again while the table of the one before is being freed.
  expect_all({.weak = true, .random_runs = 3000});
}

TEST(SparseSchedule, AStalledThreadStopsNobody) {
  for (const Script& script : sparse_scripts()) {
    for (std::uint64_t after = 1; after < 60; after += 3) {
      const ExploreOptions options{.frozen_thread = 1, .frozen_after = after, .random_runs = 20};
      const auto result = explore_script<SparseRig<kNoStep>>(script, options);
      ASSERT_EQ(result.failure, "") << script.name << " after " << after;
    }
  }
}

TEST(ZonesSchedule, AZoneComesUpOnce) {
  for (const Script& script : zones_scripts()) {
    for (const ExploreOptions& options : {ExploreOptions{.preemptions = 2},
                                          ExploreOptions{.weak = true, .preemptions = 1, .stale_loads = 1}}) {
      const auto result = explore_script<ZonesRig<kNoStep>>(script, options);
      EXPECT_TRUE(result.ok()) << script.name << " after " << result.runs << " runs: " << result.failure;
    }
  }
}

}  // namespace
}  // namespace clusterip::test
