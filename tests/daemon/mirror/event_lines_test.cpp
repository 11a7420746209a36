#include "daemon/mirror/event_lines.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace clusterip::daemon {
namespace {

using ::testing::ElementsAre;

TEST(EventLines, LinesDoNotDependOnThePieces) {
  const std::string text = "one\n\ntwo two\nthree\nrest";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    EventLines lines(100);
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < text.size(); at += size) {
      const auto outcome = lines.feed(std::string_view(text).substr(at, size), [&](std::string_view line) {
        seen.emplace_back(line);
        return true;
      });
      ASSERT_EQ(outcome, EventLines::Outcome::kMore);
    }
    EXPECT_THAT(seen, ElementsAre("one", "two two", "three")) << "pieces of " << size;
    EXPECT_EQ(lines.pending(), 4U);
  }
}

TEST(EventLines, ALineAboveTheLimitEndsItWhereverThePiecesEnd) {
  for (std::size_t size = 1; size <= 12; ++size) {
    EventLines lines(8);
    const std::string text = "12345678\n123456789\n";
    std::vector<std::string> seen;
    auto outcome = EventLines::Outcome::kMore;
    for (std::size_t at = 0; at < text.size() && outcome == EventLines::Outcome::kMore; at += size) {
      outcome = lines.feed(std::string_view(text).substr(at, size), [&](std::string_view line) {
        seen.emplace_back(line);
        return true;
      });
    }
    EXPECT_EQ(outcome, EventLines::Outcome::kTooLong) << size;
    EXPECT_THAT(seen, ElementsAre("12345678")) << size;
    EXPECT_LE(lines.pending(), 8U);
  }
}

TEST(EventLines, StopsWhenTheReaderWantsNoMore) {
  EventLines lines(100);
  int count = 0;
  EXPECT_EQ(lines.feed("a\nb\nc\n", [&](std::string_view) { return ++count < 2; }),
            EventLines::Outcome::kStopped);
  EXPECT_EQ(count, 2);
}

}  // namespace
}  // namespace clusterip::daemon
