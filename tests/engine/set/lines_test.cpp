// Collects of the threads' lines while threads come.
#include "engine/set/lines.hpp"

#include <gtest/gtest.h>

namespace clusterip::set {
namespace {

std::size_t g_in_use = 0;

TEST(Collect, DoesNotOverlookAThreadThatCame) {
  g_in_use = 1;
  Lines<Native> lines(2, []() noexcept { return g_in_use; });
  const Collect<Native> before(lines, lines[0]);
  EXPECT_TRUE(before.unmoved());

  // Its turn is over before anybody looks again.
  g_in_use = 2;
  lines[1].open_turn(7);
  lines[1].close_turn();
  EXPECT_FALSE(before.unmoved());
  EXPECT_TRUE((Collect<Native>(lines, lines[0]).unmoved()));
}

TEST(Collect, NamesOpenTurnsOfOthersAndNoticesWhenTheyEnd) {
  Lines<Native> lines(3, []() noexcept -> std::size_t { return 3; });
  lines[0].open_turn(1);
  lines[2].open_turn(9);
  const Collect<Native> collect(lines, lines[0]);
  ASSERT_EQ(collect.pending().size(), 1U);
  EXPECT_EQ(collect.pending()[0], 9U);
  lines[0].close_turn();
  EXPECT_TRUE(collect.unmoved());
  lines[2].close_turn();
  EXPECT_FALSE(collect.unmoved());
}

}  // namespace
}  // namespace clusterip::set
