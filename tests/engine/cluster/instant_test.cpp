// Times as Go's time.Parse takes them, found by comparison with the real decoder.
#include "engine/cluster/instant.hpp"

#include <gtest/gtest.h>

namespace clusterip::cluster {
namespace {

std::string round_trip(std::string_view text) {
  const auto instant = read_instant(text);
  return instant ? to_text_micro(*instant) : "refused";
}

TEST(Instant, ReadsWhatGoReads) {
  EXPECT_EQ(round_trip("2025-01-01T00:00:00Z"), "2025-01-01T00:00:00.000000Z");
  EXPECT_EQ(round_trip("2025-01-01T1:02:03Z"), "2025-01-01T01:02:03.000000Z");
  EXPECT_EQ(round_trip("2025-01-01T00:00:00,5Z"), "2025-01-01T00:00:00.500000Z");
  EXPECT_EQ(round_trip("2025-01-01T00:00:00.123456789123Z"), "2025-01-01T00:00:00.123456Z");
  EXPECT_EQ(round_trip("2025-01-02T00:00:00+24:60"), "2024-12-31T23:00:00.000000Z");
  EXPECT_EQ(round_trip("2024-02-29T23:59:59-01:30"), "2024-03-01T01:29:59.000000Z");
}

TEST(Instant, RefusesWhatGoRefuses) {
  for (const char* text :
       {"", "2025-01-01", "2025-01-01t00:00:00Z", "2025-01-01T00:00:00z", "2025-01-01 00:00:00Z",
        "2025-01-01T00:00:60Z", "2025-01-01T24:00:00Z", "2025-02-29T00:00:00Z", "2025-1-01T00:00:00Z",
        "2025-01-01T00:00:00", "2025-01-01T00:00:00.Z", "2025-01-01T00:00:00+25:00",
        "2025-01-01T00:00:00+01:61", "2025-01-01T00:00:00Z ", "10000-01-01T00:00:00Z"}) {
    EXPECT_EQ(round_trip(text), "refused") << text;
  }
}

TEST(Instant, KnowsGosZeroTime) {
  EXPECT_EQ(read_instant("0001-01-01T00:00:00Z"), kGoZeroTime);
}

TEST(Instant, WritesLeadingZerosAndYearsOfAnyLength) {
  const std::pair<const char*, const char*> table[] = {
      {"2026-01-02T03:04:05.000070Z", "2026-01-02T03:04:05.000070Z"},
      {"0007-12-31T23:59:59.9Z", "0007-12-31T23:59:59.900000Z"},
      {"0000-01-01T00:00:00+01:00", "-001-12-31T23:00:00.000000Z"},
      {"9999-12-31T23:30:00-01:00", "10000-01-01T00:30:00.000000Z"},
  };
  for (const auto& [read, written] : table) {
    const auto instant = read_instant(read);
    ASSERT_TRUE(instant) << read;
    EXPECT_EQ(to_text_micro(*instant), written);
  }
}

}  // namespace
}  // namespace clusterip::cluster
