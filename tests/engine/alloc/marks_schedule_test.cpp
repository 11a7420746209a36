// Marks of full ranges under the schedule explorer: "full" over all ranges is exact, and a free address is
// never behind a mark at rest.
#include <gtest/gtest.h>

#include "tests/engine/alloc/marks_rig.hpp"

namespace clusterip::test {
namespace {

template <template <set::Step> class Rig>
void expect_each(const std::vector<Script>& scripts, const ExploreOptions& options) {
  for (const Script& script : scripts) {
    const auto result = explore_script<Rig<kNoStep>>(script, options);
    EXPECT_TRUE(result.ok()) << script.name << " after " << result.runs << " runs: " << result.failure;
  }
}

void expect_all(const ExploreOptions& options) {
  expect_each<MarksRig>(marks_scripts(), options);
  expect_each<SparseMarksRig>(marks_scripts(), options);
  expect_each<OuterRig>(outer_scripts(), options);
}

TEST(MarksSchedule, FewPreemptions) {
  expect_all({.preemptions = 2});
}

TEST(MarksSchedule, RandomSchedules) {
  expect_all({.random_runs = 4000});
}

TEST(MarksSchedule, StaleLoads) {
  expect_all({.weak = true, .stale_loads = 2, .random_runs = 2000});
}

TEST(MarksSchedule, AStalledThreadStopsNobodyButWhoChangesRanges) {
  for (const Script& script : marks_scripts_without_changes()) {
    for (std::size_t thread = 0; thread < script.threads.size(); ++thread) {
      for (std::uint64_t after = 1; after < 90; after += 4) {
        const ExploreOptions options{.frozen_thread = thread, .frozen_after = after, .random_runs = 10};
        const auto result = explore_script<MarksRig<kNoStep>>(script, options);
        ASSERT_EQ(result.failure, "") << script.name << ", thread " << thread << " after " << after;
      }
    }
  }
}

}  // namespace
}  // namespace clusterip::test
