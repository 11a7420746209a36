#include "engine/net/cidr.hpp"

#include <gtest/gtest.h>

#include "engine/net/text.hpp"

namespace clusterip {
namespace {

Cidr cidr(std::string_view text) {
  return *read_cidr_sloppy(text);
}
Address address(std::string_view text) {
  return *read_address_sloppy(text);
}

TEST(Cidr, DropsHostBits) {
  EXPECT_EQ(Cidr(Address::v4(0x0a0000ff), 24).to_string(), "10.0.0.0/24");
  EXPECT_EQ(Cidr(Address::v4(0x0a0000ff), 0).to_string(), "0.0.0.0/0");
  EXPECT_EQ(Cidr(Address::v4(0x0a0000ff), 32).to_string(), "10.0.0.255/32");
  EXPECT_EQ(Cidr(Address::v6(1, 1), 0).to_string(), "::/0");
}

TEST(Cidr, ContainsAtEveryLength) {
  const Address inside = address("2001:db8::1:2:3");
  for (unsigned length = 0; length <= 128; ++length) {
    const Cidr range(inside, length);
    EXPECT_TRUE(range.contains(inside)) << length;
    EXPECT_TRUE(range.contains(range.network()) && range.contains(range.last())) << length;
    if (length == 0) continue;
    const Address outside(Family::kIPv6, inside.bits() ^ power_of_two(128 - length));
    EXPECT_FALSE(range.contains(outside)) << length;
  }
}

TEST(Cidr, NestsAndOverlaps) {
  EXPECT_TRUE(cidr("10.0.0.0/8").contains(cidr("10.1.0.0/16")));
  EXPECT_FALSE(cidr("10.1.0.0/16").contains(cidr("10.0.0.0/8")));
  EXPECT_TRUE(cidr("10.1.0.0/16").overlaps(cidr("10.0.0.0/8")));
  EXPECT_FALSE(cidr("10.1.0.0/16").overlaps(cidr("10.2.0.0/16")));
  EXPECT_FALSE(cidr("0.0.0.0/0").overlaps(cidr("::/0")));
}

TEST(Cidr, HostsLeaveOutNetworkAndBroadcast) {
  EXPECT_FALSE(cidr("10.0.0.0/24").has_host(address("10.0.0.0")));
  EXPECT_FALSE(cidr("10.0.0.0/24").has_host(address("10.0.0.255")));
  EXPECT_TRUE(cidr("10.0.0.0/16").has_host(address("10.0.0.255")));
  EXPECT_TRUE(cidr("fd00::/112").has_host(address("fd00::ffff")));
  EXPECT_FALSE(cidr("fd00::/112").has_host(address("fd00::")));
  EXPECT_FALSE(cidr("10.0.0.1/32").has_host(address("10.0.0.1")));
}

}  // namespace
}  // namespace clusterip
