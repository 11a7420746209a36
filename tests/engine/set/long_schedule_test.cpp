// The long proof: the scenarios of set, fence and marks of full ranges with more preemptions, more stale
// loads, and random schedules of longer reach. Prints how many schedules were run.
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/engine/alloc/marks_rig.hpp"
#include "tests/engine/ranges/fence_rig.hpp"
#include "tests/engine/set/flat_rig.hpp"
#include "tests/engine/set/sparse_rig.hpp"

namespace clusterip::test {
namespace {

std::uint64_t g_runs = 0;

template <class Rig>
void expect_all(const std::vector<Script>& scripts, ExploreOptions options) {
  for (const Script& script : scripts) {
    const auto result = explore(options, [&] { return script_program<Rig>(script, options.weak); });
    EXPECT_EQ(result.failure, "") << script.name << " after " << result.runs << " runs";
    g_runs += result.runs;
    std::printf("%9lu %s %s\n", static_cast<unsigned long>(result.runs),
                result.complete ? "complete:" : "cut off: ", script.name.c_str());
  }
  std::printf("%9lu schedules in this program\n", static_cast<unsigned long>(g_runs));
}

template <class Rig>
void expect_long(const std::vector<Script>& scripts) {
  expect_all<Rig>(scripts, {.preemptions = 4, .most_runs = 150'000});
  expect_all<Rig>(scripts, {.random_runs = 200'000});
  expect_all<Rig>(scripts, {.weak = true, .preemptions = 3, .stale_loads = 3, .most_runs = 30'000});
  // Without limit of preemptions, equal orders once.
  expect_all<Rig>(scripts, {.most_runs = 50'000});
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
TEST(LongSchedule, Sparse) {
  expect_long<SparseRig<kNoStep>>(sparse_scripts());
}
TEST(LongSchedule, Marks) {
  expect_long<MarksRig<kNoStep>>(marks_scripts());
}
TEST(LongSchedule, Fence) {
  expect_long<FenceRig<kNoStep>>(fence_scripts());
}

}  // namespace
}  // namespace clusterip::test
