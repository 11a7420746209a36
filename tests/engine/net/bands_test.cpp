#include "engine/net/bands.hpp"

#include <gtest/gtest.h>

#include "engine/net/text.hpp"

namespace clusterip {
namespace {

Bands bands(std::string_view text) {
  return *bands_of(*read_cidr_sloppy(text));
}

struct Row {
  unsigned length;
  std::uint64_t size;
  std::uint64_t static_size;
};

TEST(Bands, IPv4AtEveryPrefixLength) {
  for (unsigned length = 2; length <= 20; ++length) {
    EXPECT_EQ(bands("10.0.0.0/" + std::to_string(length)).static_size, 256U) << length;
  }
  const Row rows[] = {{0, 4294967294, 0}, {1, 2147483646, 0}, {12, 1048574, 256}, {21, 2046, 128},
                      {22, 1022, 64},     {23, 510, 32},      {24, 254, 16},      {27, 30, 16},
                      {28, 14, 0},        {30, 2, 0},         {31, 0, 0},         {32, 0, 0}};
  for (const Row& row : rows) {
    const Bands made = bands("10.0.0.0/" + std::to_string(row.length));
    EXPECT_EQ(made.size, row.size) << row.length;
    EXPECT_EQ(made.static_size, row.static_size) << row.length;
  }
}

TEST(Bands, IPv6AtEveryPrefixLength) {
  for (unsigned length = 0; length < 64; ++length) {
    const auto made = make_bands(Cidr(Address::v6(0xfd00'0000'0000'0000U, 0), length));
    ASSERT_TRUE(std::holds_alternative<BandsRefusal>(made));
    EXPECT_EQ(std::get<BandsRefusal>(made).message,
              "shortest allowed prefix length for service CIDR is 64, got " + std::to_string(length));
  }
  const Row rows[] = {{64, ~std::uint64_t{0}, 256},
                      {65, (std::uint64_t{1} << 63) - 1, 256},
                      {108, 1048575, 256},
                      {117, 2047, 128},
                      {120, 255, 16},
                      {123, 31, 16},
                      {124, 15, 0},
                      {127, 1, 0},
                      {128, 0, 0}};
  for (const Row& row : rows) {
    const Bands made = bands("fd00::/" + std::to_string(row.length));
    EXPECT_EQ(made.size, row.size) << row.length;
    EXPECT_EQ(made.static_size, row.static_size) << row.length;
  }
}

TEST(Bands, SpansMeetWithoutGapOrOverlap) {
  for (unsigned length = 2; length <= 30; ++length) {
    const Bands made = bands("172.16.0.0/" + std::to_string(length));
    const auto usable = made.usable();
    const auto dynamic = made.dynamic_band();
    ASSERT_TRUE(usable && dynamic) << length;
    EXPECT_EQ(usable->size(), made.size);
    EXPECT_EQ(dynamic->last, usable->last);
    if (const auto fixed = made.static_band()) {
      EXPECT_EQ(fixed->first, usable->first);
      EXPECT_EQ(fixed->last.bits() + 1, dynamic->first.bits());
    } else {
      EXPECT_EQ(dynamic->first, usable->first);
    }
  }
}

TEST(Bands, EdgesOfTheAddressSpace) {
  EXPECT_FALSE(bands("0.0.0.0/32").last.has_value());
  EXPECT_EQ(bands("10.0.0.0/31").last, Address::v4(0x0a000000));
  EXPECT_EQ(std::get<BandsRefusal>(make_bands(*read_cidr("255.255.255.255/32"))).message,
            "invalid address []");
  EXPECT_FALSE(bands_of(Cidr(Address(Family::kIPv6, kMaxUint128), 128)).has_value());
  EXPECT_EQ(bands("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120").last, Address(Family::kIPv6, kMaxUint128));
}

}  // namespace
}  // namespace clusterip
