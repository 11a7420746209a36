// The long proof: the scenarios of set, fence and marks of full ranges, each under several searches of its
// schedules. Schedules of the systematic ones are all different from each other.
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/engine/alloc/marks_rig.hpp"
#include "tests/engine/ranges/fence_rig.hpp"
#include "tests/engine/set/flat_rig.hpp"
#include "tests/engine/set/sparse_rig.hpp"
#include "tests/engine/set/zones_rig.hpp"
#include "tests/support/proof_totals.hpp"

namespace clusterip::test {
namespace {

template <class Rig>
void expect_all(const std::vector<Script>& scripts, const std::string& search,
                const ExploreOptions& options) {
  std::uint64_t runs = 0;
  std::uint64_t complete = 0;
  for (const Script& script : scripts) {
    const auto result = explore_script<Rig>(script, options);
    EXPECT_EQ(result.failure, "") << script.name << " after " << result.runs << " runs";
    runs += result.runs;
    complete += result.complete ? 1 : 0;
    std::printf("%9lu %s %s\n", static_cast<unsigned long>(result.runs),
                result.complete ? "complete:" : "cut off: ", script.name.c_str());
  }
  add_to_total("schedules, " + search, runs);
  std::printf("%lu of %lu scenarios complete\n", static_cast<unsigned long>(complete),
              static_cast<unsigned long>(scripts.size()));
}

// Wherever one thread stops, the others finish, and it does when it goes on.
template <class Rig>
void expect_progress(const std::vector<Script>& scripts) {
  std::uint64_t runs = 0;
  for (const Script& script : scripts) {
    for (std::size_t thread = 0; thread < script.threads.size(); ++thread) {
      for (std::uint64_t after = 1; after <= 60; ++after) {
        const auto result = explore_script<Rig>(
            script, {.preemptions = 1, .frozen_thread = thread, .frozen_after = after, .most_runs = 1'000});
        ASSERT_EQ(result.failure, "") << script.name << ", thread " << thread << " after " << after;
        runs += result.runs;
      }
    }
  }
  add_to_total("schedules, a thread frozen", runs);
}

// Searches that do not end before are cut off after `most` schedules, the costlier ones sooner.
template <class Rig>
void expect_long(const std::vector<Script>& scripts, std::uint64_t most = 200'000) {
  expect_all<Rig>(scripts, "four preemptions", {.preemptions = 4, .most_runs = most});
  expect_all<Rig>(scripts, "any preemptions, equal orders once", {.most_runs = most / 2});
  expect_all<Rig>(scripts, "stale loads",
                  {.weak = true, .preemptions = 3, .stale_loads = 3, .most_runs = most / 4});
  expect_all<Rig>(scripts, "random", {.random_runs = most / 4});
  expect_all<Rig>(scripts, "random, stale loads", {.weak = true, .random_runs = most / 8});
}

TEST(LongSchedule, FlatCalm) {
  expect_long<FlatRig<kNoStep, set::Mode::kCalm>>(flat_scripts());
}
TEST(LongSchedule, FlatBusy) {
  expect_long<FlatRig<kNoStep, set::Mode::kBusy>>(flat_scripts());
}
TEST(LongSchedule, FlatCrowded) {
  expect_long<FlatRig<kNoStep, set::Mode::kCrowded>>(flat_scripts());
}
TEST(LongSchedule, FlatWide) {
  expect_long<WideRig>(flat_scripts());
}
TEST(LongSchedule, Sparse) {
  expect_long<SparseRig<kNoStep>>(sparse_scripts());
}
TEST(LongSchedule, SparseMarks) {
  expect_long<SparsePairsRig<kNoStep>>(flat_scripts());
}
TEST(LongSchedule, Zones) {
  expect_long<ZonesRig<kNoStep>>(zones_scripts());
}
// Their schedules are many times longer than those of a set.
TEST(LongSchedule, Marks) {
  expect_long<MarksRig<kNoStep>>(marks_scripts(), 60'000);
  expect_long<OuterRig<kNoStep>>(outer_scripts(), 60'000);
}
TEST(LongSchedule, Fence) {
  expect_long<FenceRig<kNoStep>>(fence_scripts());
}
TEST(LongSchedule, AStalledThreadStopsNobody) {
  expect_progress<FlatRig<kNoStep, set::Mode::kBusy>>(flat_scripts());
  expect_progress<SparseRig<kNoStep>>(sparse_scripts());
  expect_progress<MarksRig<kNoStep>>(marks_scripts_without_changes());
}

}  // namespace
}  // namespace clusterip::test
