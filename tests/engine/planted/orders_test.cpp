// The orders of the sets, of the views of ranges and tables, and of the marks of full ranges: each is left
// out in turn, an acquire or a release made relaxed at one place in the source, a fence dropped. Then some
// scenario must fail in weak memory.
//
// The places are found by running the scenarios, so none is forgotten when the source changes.
#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/alloc/marks_rig.hpp"
#include "tests/engine/ranges/fence_rig.hpp"
#include "tests/engine/set/flat_rig.hpp"
#include "tests/engine/set/sparse_rig.hpp"
#include "tests/engine/set/zones_rig.hpp"
#include "tests/support/proof_totals.hpp"

namespace clusterip::test {
namespace {

struct Scenario {
  std::string name;
  std::function<ExploreResult(const ExploreOptions&)> run;
  std::size_t threads;
  std::set<Weakening> passes;  // the orders that its runs come by
  unsigned caught = 0;
};

template <class Rig>
void add(std::vector<Scenario>& pool, const std::string& rig, const std::vector<Script>& scripts) {
  for (const Script& script : scripts) {
    pool.push_back(
        {.name = rig + ": " + script.name,
         .run = [script](const ExploreOptions& options) { return explore_script<Rig>(script, options); },
         .threads = script.threads.size(),
         .passes = {}});
  }
}

using Pool = std::vector<Scenario>;

Pool pool_of_ranges() {
  Pool pool;
  add<SparseRig<kNoStep>>(pool, "sparse", sparse_scripts());
  add<FenceRig<kNoStep>>(pool, "fence", fence_scripts());
  add<MarksRig<kNoStep>>(pool, "marks", marks_scripts());
  add<SparseMarksRig<kNoStep>>(pool, "sparse marks", marks_scripts());
  add<OuterRig<kNoStep>>(pool, "outer", outer_scripts());
  return pool;
}

Pool pool_of_sets() {
  Pool pool;
  add<FlatRig<kNoStep, set::Mode::kCrowded>>(pool, "crowded", flat_scripts());
  add<FlatRig<kNoStep, set::Mode::kBusy>>(pool, "busy", flat_scripts());
  add<FlatRig<kNoStep, set::Mode::kCalm>>(pool, "calm", flat_scripts());
  add<SparseRig<kNoStep>>(pool, "sparse", sparse_scripts());
  add<SparsePairsRig<kNoStep>>(pool, "pairs", flat_scripts());
  add<ZonesRig<kNoStep>>(pool, "zones", zones_scripts());
  return pool;
}

// Nothing fails while nothing is left out. Notes the orders that each scenario comes by.
void run_whole(Pool& pool) {
  for (Scenario& scenario : pool) {
    for (const ExploreOptions& search :
         {ExploreOptions{.weak = true, .found = &scenario.passes, .random_runs = 2'000},
          ExploreOptions{.weak = true, .preemptions = 2, .stale_loads = 2, .most_runs = 5'000}}) {
      const auto result = scenario.run(search);
      EXPECT_EQ(result.failure, "") << scenario.name;
    }
  }
}

const char* name_of(Weakening::What what) {
  constexpr std::array kNames{"acquire", "release", "fence"};
  return kNames[static_cast<std::size_t>(what)];
}

// Without template arguments.
std::string plain_function(const Weakening& weakening) {
  return weakening.function.substr(0, weakening.function.find('<'));
}

std::string text_of(const Weakening& weakening) {
  return weakening.file + ":" + std::to_string(weakening.line) + ": " + name_of(weakening.what) + " in " +
         plain_function(weakening);
}

// The scenario that fails without the order, or nothing. Those that caught most come first.
std::string find_catcher(std::vector<Scenario>& pool, const Weakening& weakening) {
  std::stable_sort(pool.begin(), pool.end(),
                   [](const Scenario& a, const Scenario& b) { return a.caught > b.caught; });
  const ExploreOptions searches[] = {
      {.weak = true, .weaken = &weakening, .random_runs = 2'000},
      {.weak = true, .weaken = &weakening, .preemptions = 2, .stale_loads = 2, .most_runs = 8'000},
      {.weak = true, .weaken = &weakening, .random_runs = 60'000, .seed = 5}};
  for (const ExploreOptions& search : searches) {
    for (Scenario& scenario : pool) {
      if (scenario.passes.count(weakening) == 0 || scenario.run(search).failure.empty()) continue;
      ++scenario.caught;
      return scenario.name;
    }
  }
  return "";
}

std::set<Weakening> orders_in(const Pool& pool, const std::set<std::string>& files) {
  std::set<Weakening> orders;
  for (const Scenario& scenario : pool) {
    for (const Weakening& order : scenario.passes) {
      if (files.count(order.file) != 0) orders.insert(order);
    }
  }
  return orders;
}

void expect_each_needed(Pool pool, const std::set<std::string>& files) {
  run_whole(pool);
  // A template stands for as many places as it has instances; one scenario that notices is enough.
  std::map<std::string, bool> noticed;
  for (const Weakening& order : orders_in(pool, files)) {
    const std::string catcher = find_catcher(pool, order);
    std::printf("%-60s %s\n", text_of(order).c_str(), catcher.empty() ? "not noticed" : catcher.c_str());
    std::fflush(stdout);
    noticed[text_of(order)] |= !catcher.empty();
  }
  for (const auto& [place, is_noticed] : noticed) {
    EXPECT_TRUE(is_noticed) << place << " can be left out unnoticed";
    if (is_noticed) add_to_total("orders and fences needed", 1);
  }
}

TEST(Orders, OfViewsAndMarksOfRanges) {
  expect_each_needed(pool_of_ranges(), {"view_fence.hpp", "left_right.hpp", "full_marks.hpp"});
}

TEST(Orders, OfSets) {
  expect_each_needed(pool_of_sets(), {"lines.hpp", "flat_set.hpp", "flat_search.hpp", "flat_store.hpp",
                                      "marks.hpp", "sparse_set.hpp", "sparse_table.hpp", "zones.hpp"});
}

}  // namespace
}  // namespace clusterip::test
