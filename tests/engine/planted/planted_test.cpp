// The catalogue of planted faults: each step that makes the engine right is left out in turn, and a scenario
// must fail for it, by name. The same scenarios pass with every step kept (the schedule tests). A step that
// no scenario misses fails here.
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/engine/set/flat_rig.hpp"

namespace clusterip::test {
namespace {

using set::Mode;
using set::Step;

template <Step kDropped, Mode kMode>
bool caught_by(const ExploreOptions& options, std::string& where) {
  for (const Script& script : flat_scripts()) {
    const auto result =
        explore(options, [&] { return script_program<FlatRig<kDropped, kMode>>(script, options.weak); });
    if (result.failure.empty()) continue;
    where = script.name + (options.weak ? " (stale loads)" : "") + ", run " + std::to_string(result.runs);
    return true;
  }
  return false;
}

template <Step kDropped>
void expect_caught(const char* name) {
  std::string where;
  const ExploreOptions orderly{.preemptions = 3};
  const ExploreOptions weak{.weak = true, .preemptions = 2, .stale_loads = 2};
  const bool caught =
      caught_by<kDropped, Mode::kCrowded>(orderly, where) || caught_by<kDropped, Mode::kCalm>(weak, where);
  EXPECT_TRUE(caught) << name << " can be left out unnoticed";
  std::printf("%-20s caught by: %s\n", name, where.c_str());
}

#define CLUSTERIP_PLANT(step)         \
  TEST(Planted, step) {               \
    expect_caught<Step::step>(#step); \
  }

CLUSTERIP_PLANT(kClaimVerdict)
CLUSTERIP_PLANT(kAnnounceClaim)
CLUSTERIP_PLANT(kRelook)
CLUSTERIP_PLANT(kRelookFence)
CLUSTERIP_PLANT(kReleaseFence)
CLUSTERIP_PLANT(kUnmarkWord)
CLUSTERIP_PLANT(kUnmarkBlock)
CLUSTERIP_PLANT(kUnmarkSuper)
CLUSTERIP_PLANT(kLeafRecheck)
CLUSTERIP_PLANT(kBlockRecheck)
CLUSTERIP_PLANT(kTurnOpens)
CLUSTERIP_PLANT(kTurnCloses)
CLUSTERIP_PLANT(kTurnsCompared)
CLUSTERIP_PLANT(kPendingLooked)
CLUSTERIP_PLANT(kClaimsLooked)
CLUSTERIP_PLANT(kPendingRepeated)
CLUSTERIP_PLANT(kFirstEdge)
CLUSTERIP_PLANT(kLastEdge)
CLUSTERIP_PLANT(kWrapAround)
CLUSTERIP_PLANT(kImageRepeated)
CLUSTERIP_PLANT(kImageTurns)

}  // namespace
}  // namespace clusterip::test
