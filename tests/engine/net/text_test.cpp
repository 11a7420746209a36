#include "engine/net/text.hpp"

#include <gtest/gtest.h>

namespace clusterip {
namespace {

std::string sloppy_address(std::string_view text) {
  const auto read = read_address_sloppy(text);
  return read ? read->to_string() : "-";
}

std::string sloppy_cidr(std::string_view text) {
  const auto read = read_cidr_sloppy(text);
  return read ? read->to_string() : "-";
}

TEST(AddressText, LegacyReaderTakesOldForms) {
  EXPECT_EQ(sloppy_address("010.000.0.1"), "10.0.0.1");
  EXPECT_EQ(sloppy_address("::ffff:10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(sloppy_address("1:2:3:4:5:6:7:00008"), "1:2:3:4:5:6:7:8");
  EXPECT_EQ(sloppy_address("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"),
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST(AddressText, NobodyTakesThese) {
  for (const char* text : {"",
                           ".",
                           ":",
                           ":1",
                           "1:",
                           "1::2::3",
                           "::1.2.3.4.5",
                           "1:2:3:4:5:6:7:8:9",
                           "::1:2:3:4:5:6:7:8",
                           "10.0.0",
                           "10.0.0.256",
                           "10.0.0.1 ",
                           " 10.0.0.1",
                           "+10.0.0.1",
                           "10.0.0.1%eth0",
                           "fe80::1%1",
                           "12345::",
                           "10.0.0.16777215",
                           "fffffffff::",
                           "1.2.3.4:5"}) {
    EXPECT_EQ(examine_address(text).fault, TextFault::kUnreadable) << text;
    EXPECT_FALSE(examine_address(text).sloppy.has_value()) << text;
  }
}

TEST(AddressText, NamesTheFirstFault) {
  EXPECT_EQ(examine_address("10.0.0.1").fault, TextFault::kNone);
  EXPECT_EQ(examine_address("10.0.0.01").fault, TextFault::kLeadingZeros);
  EXPECT_EQ(examine_address("::ffff:10.0.0.01").fault, TextFault::kLeadingZeros);
  EXPECT_EQ(examine_address("::ffff:10.0.0.1").fault, TextFault::kIpv4Mapped);
  EXPECT_EQ(examine_address("FD00::1").fault, TextFault::kNotCanonical);
  EXPECT_EQ(examine_address("fd00:0::1").strict(), Address::v6(0xfd00'0000'0000'0000U, 1));
}

TEST(CidrText, LegacyReaderDropsHostBits) {
  EXPECT_EQ(sloppy_cidr("10.0.0.5/08"), "10.0.0.0/8");
  EXPECT_EQ(sloppy_cidr("::ffff:10.0.0.5/120"), "10.0.0.0/24");
  EXPECT_EQ(sloppy_cidr("::ffff:10.0.0.0/9"), "::/9");
  EXPECT_EQ(sloppy_cidr("10.0.0.0/33"), "-");
  EXPECT_EQ(sloppy_cidr("10.0.0.0"), "-");
  EXPECT_EQ(sloppy_cidr("10.0.0.0/"), "-");
  EXPECT_EQ(sloppy_cidr("10.0.0.0/-1"), "-");
  EXPECT_EQ(sloppy_cidr("10.0.0.0/8/8"), "-");
}

TEST(CidrText, NamesTheFirstFault) {
  EXPECT_EQ(examine_cidr("10.0.0.0/24").fault, TextFault::kNone);
  EXPECT_EQ(examine_cidr("10.0.0.1/024").fault, TextFault::kLeadingZeros);
  EXPECT_EQ(examine_cidr("::ffff:10.0.0.1/120").fault, TextFault::kIpv4Mapped);
  EXPECT_EQ(examine_cidr("10.0.0.1/24").fault, TextFault::kHostBits);
  EXPECT_EQ(examine_cidr("FD00::/64").fault, TextFault::kNotCanonical);
  EXPECT_EQ(examine_cidr("fd00::/129").fault, TextFault::kUnreadable);
}

}  // namespace
}  // namespace clusterip
