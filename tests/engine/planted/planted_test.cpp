// The catalogue of planted faults: each step that makes the engine right is left out in turn, and the
// scenario named for it must fail. The same scenarios pass with every step kept (the schedule tests).
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/engine/alloc/marks_rig.hpp"
#include "tests/engine/ranges/fence_rig.hpp"
#include "tests/engine/set/flat_rig.hpp"
#include "tests/engine/set/sparse_rig.hpp"
#include "tests/support/proof_totals.hpp"

namespace clusterip::test {
namespace {

using set::Mode;
using set::Step;

const ExploreOptions kOrderly{.preemptions = 3};
const ExploreOptions kWeak{.weak = true, .preemptions = 2, .stale_loads = 2};
const ExploreOptions kWeakLonger{.weak = true, .preemptions = 3, .stale_loads = 1};
const ExploreOptions kRandom{.random_runs = 1'000'000};

template <class Rig>
void expect_caught_in(const std::vector<Script>& scripts, const std::string& name,
                      const ExploreOptions& options) {
  for (const Script& script : scripts) {
    if (script.name != name) continue;
    const auto result = explore_script<Rig>(script, options);
    EXPECT_NE(result.failure, "") << "can be left out unnoticed, in " << result.runs << " runs";
    std::printf("caught in run %lu of: %s\n", static_cast<unsigned long>(result.runs), name.c_str());
    const std::string step = testing::UnitTest::GetInstance()->current_test_info()->name();
    const std::string what = std::string("planted bugs caught: ").append(step).append(", by \"").append(name);
    if (!result.failure.empty()) add_to_total(what + "\"", 1);
    return;
  }
  FAIL() << "no scenario is called " << name;
}

template <Step kDropped>
void expect_caught(const std::string& name, const ExploreOptions& options, Mode mode = Mode::kCrowded) {
  if (mode == Mode::kCalm)
    return expect_caught_in<FlatRig<kDropped, Mode::kCalm>>(flat_scripts(), name, options);
  expect_caught_in<FlatRig<kDropped, Mode::kCrowded>>(flat_scripts(), name, options);
}

#define CLUSTERIP_PLANT(step, ...)          \
  TEST(Planted, step) {                     \
    expect_caught<Step::step>(__VA_ARGS__); \
  }

CLUSTERIP_PLANT(kClaimVerdict, "two claims of one address", kOrderly)
CLUSTERIP_PLANT(kAnnounceClaim, "full against a last address about to be found", kOrderly)
CLUSTERIP_PLANT(kClaimsLooked, "full against a last address about to be found", kOrderly)
CLUSTERIP_PLANT(kRelook, "last address searched against release", kOrderly)
CLUSTERIP_PLANT(kRelookFence, "a search that failed against a release, seen late", kWeakLonger)
CLUSTERIP_PLANT(kFailureTurn, "full while a failed claim moves on", kRandom)
CLUSTERIP_PLANT(kReleaseFence, "last bit of a block against release", kWeak)
CLUSTERIP_PLANT(kUnmarkWord, "last bit against release", kOrderly)
CLUSTERIP_PLANT(kUnmarkBlock, "last bit of a block against release", kOrderly)
CLUSTERIP_PLANT(kUnmarkSuper, "last bit of a superblock against release", kOrderly)
CLUSTERIP_PLANT(kMarksToldOf, "last address searched against release", kOrderly)
CLUSTERIP_PLANT(kLeafRecheck, "last bit of a block against release", kOrderly)
CLUSTERIP_PLANT(kBlockRecheck, "last bit of a block against release", kOrderly)
CLUSTERIP_PLANT(kTurnOpens, "search against a moving hole", kOrderly)
CLUSTERIP_PLANT(kTurnCloses, "search against a moving hole", kOrderly)
CLUSTERIP_PLANT(kTurnsCompared, "search against a moving hole", kOrderly)
CLUSTERIP_PLANT(kPendingLooked, "long full against releases", kOrderly)
CLUSTERIP_PLANT(kFirstEdge, "full of a part of words", kOrderly)
CLUSTERIP_PLANT(kLastEdge, "edges belong to others", kOrderly)
CLUSTERIP_PLANT(kWrapAround, "full against release", kOrderly)
CLUSTERIP_PLANT(kImageRepeated, "snapshot against two claims", kOrderly)
CLUSTERIP_PLANT(kImageTurns, "snapshot against a moving address", kRandom)

#define CLUSTERIP_PLANT_IN(rig, scripts, step, ...)          \
  TEST(Planted, step) {                                      \
    expect_caught_in<rig<Step::step>>(scripts, __VA_ARGS__); \
  }

CLUSTERIP_PLANT_IN(SparseRig, sparse_scripts(), kFrozenSeen, "claim while the table is replaced", kOrderly)
CLUSTERIP_PLANT_IN(SparseRig, sparse_scripts(), kWordsFrozen, "claim while the table is replaced", kOrderly)
CLUSTERIP_PLANT_IN(SparseRig, sparse_scripts(), kCopiedBeforeUse, "look-up while the table is replaced",
                   kOrderly)
CLUSTERIP_PLANT_IN(SparseRig, sparse_scripts(), kKeptWhileRead, "look-up while the table is replaced",
                   kOrderly)
CLUSTERIP_PLANT_IN(FenceRig, fence_scripts(), kFenceWaits, "terminate against allocate", kOrderly)
CLUSTERIP_PLANT_IN(FenceRig, fence_scripts(), kHeavyFence, "terminate against allocate", kWeak)
CLUSTERIP_PLANT_IN(FenceRig, fence_scripts(), kOldLeftAlone, "terminate against allocate", kOrderly)
CLUSTERIP_PLANT_IN(MarksRig, marks_scripts(), kMarkCounted, "the first full range against a release",
                   kOrderly)
CLUSTERIP_PLANT_IN(MarksRig, marks_scripts(), kMarksForgotten, "a range comes back with room", kOrderly)
CLUSTERIP_PLANT_IN(MarksRig, marks_scripts(), kHintRechecked, "a range becomes full against a release",
                   kOrderly)
CLUSTERIP_PLANT_IN(MarksRig, marks_scripts(), kHintTakenBack, "full ranges against a release", kOrderly)
CLUSTERIP_PLANT_IN(MarksRig, marks_scripts(), kHintsAround, "full ranges against a release inside two",
                   kOrderly)
CLUSTERIP_PLANT_IN(MarksRig, marks_scripts(), kReleaseTurn, "full against a release that was seen", kOrderly)
CLUSTERIP_PLANT_IN(MarksRig, marks_scripts(), kHintTurnsLooked, "full against a release that was seen",
                   kOrderly)
CLUSTERIP_PLANT_IN(MarksRig, marks_scripts(), kMarkTurn, "full while another marks", kOrderly)
CLUSTERIP_PLANT_IN(MarksRig, marks_scripts(), kHintTurnsCompared,
                   "full against a hole that moves to a marked range", kOrderly)

}  // namespace
}  // namespace clusterip::test
