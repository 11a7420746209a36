#include "engine/net/address.hpp"

#include <gtest/gtest.h>

namespace clusterip {
namespace {

TEST(Address, PrintsCanonicalText) {
  EXPECT_EQ(Address::v4(0x0a000001).to_string(), "10.0.0.1");
  EXPECT_EQ(Address::v4(0xffffffff).to_string(), "255.255.255.255");
  EXPECT_EQ(Address::v6(0, 0).to_string(), "::");
  EXPECT_EQ(Address::v6(0, 1).to_string(), "::1");
  EXPECT_EQ(Address::v6(0x2001'0db8'0000'0000U, 0).to_string(), "2001:db8::");
  EXPECT_EQ(Address::v6(0x0001'0000'0000'0002U, 0x0000'0000'0000'0003U).to_string(), "1:0:0:2::3");
  EXPECT_EQ(Address::v6(0x0001'0000'0000'0002U, 0x0003'0000'0000'0004U).to_string(), "1::2:3:0:0:4");
  EXPECT_EQ(Address::v6(0x0001'0000'0002'0003U, 0x0004'0005'0006'0007U).to_string(), "1:0:2:3:4:5:6:7");
  EXPECT_EQ(Address::v6(0, 0x0000'ffff'0a00'0001U).to_string(), "::ffff:10.0.0.1");
}

TEST(Address, FamiliesNeverMix) {
  EXPECT_NE(Address::v4(1), Address::v6(0, 1));
  EXPECT_LT(Address::v4(0xffffffff), Address::v6(0, 0));
  EXPECT_EQ(Address::v6(0, 0x0000'ffff'0a00'0001U).unmapped(), Address::v4(0x0a000001));
  EXPECT_EQ(Address::v6(0, 0x0001'ffff'0a00'0001U).unmapped(), Address::v6(0, 0x0001'ffff'0a00'0001U));
}

TEST(Address, KnowsTheEndOfItsFamily) {
  EXPECT_TRUE(Address::v4(0xffffffff).is_last_of_family());
  EXPECT_FALSE(Address::v6(0, 0xffffffff).is_last_of_family());
  EXPECT_TRUE(Address(Family::kIPv6, kMaxUint128).is_last_of_family());
}

TEST(Uint128, PrintsDecimal) {
  EXPECT_EQ(to_decimal(0), "0");
  EXPECT_EQ(to_decimal(kMaxUint128), "340282366920938463463374607431768211455");
  EXPECT_EQ(to_decimal(power_of_two(64)), "18446744073709551616");
  EXPECT_EQ(power_of_two(128), Uint128{0});
  EXPECT_EQ(low_mask(128), kMaxUint128);
}

}  // namespace
}  // namespace clusterip
