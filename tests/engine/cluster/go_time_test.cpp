// The words were taken from Go's time.Parse.
#include "engine/cluster/go_time.hpp"

#include <gtest/gtest.h>

namespace clusterip::cluster {
namespace {

constexpr const char* kSeconds = R"( as "2006-01-02T15:04:05Z07:00": cannot parse )";
constexpr const char* kMicros = R"( as "2006-01-02T15:04:05.000000Z07:00": cannot parse )";

TEST(GoTime, SoundTextsHaveNoFault) {
  for (const char* text : {"2026-01-02T03:04:05Z", "2026-01-02T3:04:05Z", "2026-01-02T03:04:05.123456789Z",
                           "2026-01-02T03:04:05,5+24:60", "2024-02-29T00:00:00-08:00"}) {
    EXPECT_EQ(time_fault(text, TimeLayout::kSeconds), "") << text;
  }
  EXPECT_EQ(time_fault("2026-01-02T03:04:05.000006Z", TimeLayout::kMicros), "");
}

TEST(GoTime, TheFirstElementThatDoesNotFitIsNamed) {
  const std::pair<const char*, std::string> table[] = {
      {"", std::string(kSeconds) + R"("" as "2006")"},
      {"x", std::string(kSeconds) + R"("x" as "2006")"},
      {"2026", std::string(kSeconds) + R"("" as "-")"},
      {"2026-1-02T00:00:00Z", std::string(kSeconds) + R"("1-02T00:00:00Z" as "01")"},
      {"2026-01-02 00:00:00Z", std::string(kSeconds) + R"(" 00:00:00Z" as "T")"},
      {"2026-01-02T00:00:00", std::string(kSeconds) + R"("" as "Z07:00")"},
      {"2026-01-02T00:00:00.Z", std::string(kSeconds) + R"(".Z" as "Z07:00")"},
      {"2026-13-01T00:00:00Z", ": month out of range"},
      {"2026-02-30T00:00:00Z", ": day out of range"},
      {"2026-02-01T24:00:00Z", ": hour out of range"},
      {"2026-02-01T00:00:00+25:00", ": time zone offset hour out of range"},
      {"2026-02-01T00:00:00Zx", R"(: extra text: "x")"},
  };
  for (const auto& [text, rest] : table) {
    EXPECT_EQ(time_fault(text, TimeLayout::kSeconds), "parsing time \"" + std::string(text) + "\"" + rest);
  }
}

TEST(GoTime, MicrosecondsAreSixDigits) {
  EXPECT_EQ(time_fault("2026-01-02T03:04:05Z", TimeLayout::kMicros),
            R"(parsing time "2026-01-02T03:04:05Z")" + std::string(kMicros) + R"("Z" as ".000000")");
  EXPECT_EQ(time_fault("2026-01-02T03:04:05.1234567Z", TimeLayout::kMicros),
            R"(parsing time "2026-01-02T03:04:05.1234567Z")" + std::string(kMicros) + R"("7Z" as "Z07:00")");
}

TEST(GoTime, DurationsHaveUnits) {
  for (const char* text : {"0", "1s", "-1.5h", "+1h30m", "300ms", ".5s", "1.s"})
    EXPECT_EQ(duration_fault(text), "");
  EXPECT_EQ(duration_fault("x"), R"(time: invalid duration "x")");
  EXPECT_EQ(duration_fault("-"), R"(time: invalid duration "-")");
  EXPECT_EQ(duration_fault(".s"), R"(time: invalid duration ".s")");
  EXPECT_EQ(duration_fault("5"), R"(time: missing unit in duration "5")");
  EXPECT_EQ(duration_fault("5y"), R"(time: unknown unit "y" in duration "5y")");
}

}  // namespace
}  // namespace clusterip::cluster
