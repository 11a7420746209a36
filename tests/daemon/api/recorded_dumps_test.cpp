// What is wrong with the recorded clusters, established by a look at the dumps apart from this code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/dump.hpp"

namespace clusterip::testing {
namespace {

using ::testing::IsEmpty;

// The lines that do not begin with "info held-by-terminating".
Lines findings_of(const std::string& name) {
  Lines lines = lines_of(verify::StateRules(load_recorded_dump(name).state(), {}).check_all());
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("info held-by-terminating"); });
  return lines;
}

std::size_t held_by_terminating(const std::string& name, const std::string& range) {
  const Lines lines = lines_of(verify::StateRules(load_recorded_dump(name).state(), {}).check_all());
  return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.starts_with("info held-by-terminating") && line.ends_with(", ServiceCIDR " + range);
  }));
}

TEST(RecordedDumps, SingleProceduresLeaveSoundClusters) {
  int count = 0;
  for (const std::string& name : recorded_dumps()) {
    if (name.starts_with("load-")) continue;
    EXPECT_THAT(findings_of(name), IsEmpty()) << name;
    ++count;
  }
  EXPECT_EQ(count, 7);
}

// The address that a real 1.36 gave to two Services, and what failed dual-stack creates left behind.
TEST(RecordedDumps, LoadOf136) {
  Lines expected{"error duplicate-address fd00:96::7e: Service default/w1-510, Service default/w1-597"};
  for (const char* address :
       {"10.96.0.118", "fd00:96::1a", "fd00:96::1d", "fd00:96::30", "fd00:96::36", "fd00:96::3b",
        "fd00:96::87", "fd00:96::a0", "fd00:96::b1", "fd00:96::ca", "fd00:96::f4", "fd01::5:2b"}) {
    expected.insert(std::string("info orphan-ipaddress ") + address + ": IPAddress " + address);
  }
  EXPECT_EQ(findings_of("load-two-servers-1.36"), expected);
  EXPECT_EQ(held_by_terminating("load-two-servers-1.36", "extra22"), 16U);
  EXPECT_EQ(held_by_terminating("load-two-servers-1.36", "extra26"), 7U);
}

TEST(RecordedDumps, LoadOf133) {
  Lines expected;
  for (const char* address :
       {"10.112.6.29", "fd00:96::1d", "fd00:96::26", "fd00:96::28", "fd00:96::2e", "fd00:96::30",
        "fd00:96::49", "fd00:96::50", "fd00:96::57", "fd00:96::60", "fd00:96::7",  "fd00:96::72",
        "fd00:96::79", "fd00:96::8a", "fd00:96::98", "fd00:96::9a", "fd00:96::b2", "fd00:96::b6",
        "fd00:96::bb", "fd00:96::d9", "fd00:96::e8", "fd00:96::f7", "fd00:96::ff"}) {
    expected.insert(std::string("info orphan-ipaddress ") + address + ": IPAddress " + address);
  }
  EXPECT_EQ(findings_of("load-two-servers-1.33"), expected);
  EXPECT_EQ(held_by_terminating("load-two-servers-1.33", "extra4"), 22U);
}

TEST(RecordedDumps, TheFlagsOfTheirServers) {
  const auto differs = [](const std::string& name, std::vector<Cidr> flag) {
    verify::StateOptions options;
    options.default_ranges = std::move(flag);
    return lines_of(verify::StateRules(load_recorded_dump(name).state(), options).check_all())
        .contains("warning default-differs: ServiceCIDR kubernetes");
  };
  const Cidr v4(Address::v4(0x0a600000), 24);
  const Cidr other(Address::v4(0x0a610000), 24);
  EXPECT_TRUE(differs("flags-mismatch-1.36", {other}));
  EXPECT_FALSE(differs("flags-mismatch-1.36", {v4}));
  EXPECT_TRUE(differs("flags-back-to-single-1.36", {v4}));
  EXPECT_FALSE(differs("replace-default-1.36", {other}));
}

}  // namespace
}  // namespace clusterip::testing
