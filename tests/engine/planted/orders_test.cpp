// The orders of the views of ranges and tables, and the fences of the marks of full ranges: each is left out
// in turn, an acquire or a release made relaxed at one place in the source, a fence dropped. Then some
// scenario must fail in weak memory. Those that can be left out unnoticed are listed, with the reason.
//
// The places are found by running the scenarios, so none is forgotten when the source changes.
#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/alloc/marks_rig.hpp"
#include "tests/engine/planted/spare_orders.hpp"
#include "tests/engine/ranges/fence_rig.hpp"
#include "tests/engine/set/sparse_rig.hpp"
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

std::vector<Scenario> make_pool() {
  std::vector<Scenario> pool;
  add<SparseRig<kNoStep>>(pool, "sparse", sparse_scripts());
  add<FenceRig<kNoStep>>(pool, "fence", fence_scripts());
  add<MarksRig<kNoStep>>(pool, "marks", marks_scripts());
  add<OuterRig<kNoStep>>(pool, "outer", outer_scripts());
  for (Scenario& scenario : pool) {
    // Nothing fails while nothing is left out.
    for (const ExploreOptions& search :
         {ExploreOptions{.weak = true, .found = &scenario.passes, .random_runs = 2'000},
          ExploreOptions{.weak = true, .preemptions = 2, .stale_loads = 2, .most_runs = 5'000}}) {
      const auto result = scenario.run(search);
      EXPECT_EQ(result.failure, "") << scenario.name;
    }
  }
  return pool;
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
  struct Search {
    ExploreOptions options;
    std::size_t least_threads;
  };
  const Search searches[] = {
      {{.weak = true, .weaken = &weakening, .random_runs = 2'000}, 2},
      {{.weak = true, .weaken = &weakening, .preemptions = 2, .stale_loads = 2, .most_runs = 8'000}, 2},
      {{.weak = true, .weaken = &weakening, .random_runs = 60'000, .seed = 5}, 3}};
  for (const Search& search : searches) {
    for (Scenario& scenario : pool) {
      if (scenario.threads < search.least_threads || scenario.passes.count(weakening) == 0) continue;
      if (scenario.run(search.options).failure.empty()) continue;
      ++scenario.caught;
      return scenario.name;
    }
  }
  return "";
}

using Place = std::tuple<std::string, std::string, std::string>;  // file, function, what

Place place_of(const Weakening& weakening) {
  return {weakening.file, plain_function(weakening), name_of(weakening.what)};
}

void expect_each_needed(const std::set<std::string>& files) {
  std::vector<Scenario> pool = make_pool();
  std::set<Weakening> weakenings;
  for (const Scenario& scenario : pool) {
    for (const Weakening& weakening : scenario.passes) {
      if (files.count(weakening.file) != 0) weakenings.insert(weakening);
    }
  }
  // A template stands for as many places as it has instances; one scenario that notices is enough.
  std::map<Place, bool> noticed;
  for (const Weakening& weakening : weakenings) {
    const std::string catcher = find_catcher(pool, weakening);
    std::printf("%-60s %s\n", text_of(weakening).c_str(), catcher.empty() ? "not noticed" : catcher.c_str());
    std::fflush(stdout);
    noticed[place_of(weakening)] |= !catcher.empty();
  }
  std::map<Place, bool> spare;
  for (const SpareOrder& order : kSpareOrders) spare[{order.file, order.function, order.what}] = false;
  for (const auto& [place, is_noticed] : noticed) {
    const auto& [file, function, what] = place;
    const auto listed = spare.find(place);
    if (listed != spare.end()) listed->second = !is_noticed;
    if (is_noticed) {
      add_to_total("orders and fences needed", 1);
    } else {
      EXPECT_NE(listed, spare.end()) << file << ": " << what << " in " << function
                                     << " can be left out unnoticed";
      add_to_total("orders and fences that are spare, with a reason", 1);
    }
  }
  for (const auto& [place, is_spare] : spare) {
    EXPECT_TRUE(is_spare) << std::get<0>(place) << ": " << std::get<2>(place) << " in " << std::get<1>(place)
                          << " is listed as spare and is not";
  }
}

TEST(Orders, OfViewsAndMarksOfRanges) {
  expect_each_needed({"view_fence.hpp", "left_right.hpp", "full_marks.hpp"});
}

}  // namespace
}  // namespace clusterip::test
