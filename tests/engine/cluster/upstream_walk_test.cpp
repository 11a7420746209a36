#include "engine/cluster/upstream_walk.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::uint64_t kMaxDraw = std::numeric_limits<std::uint64_t>::max();

Bands bands(std::string_view cidr) {
  return *bands_of(*read_cidr(cidr));
}

std::vector<Address> walked(const WalkSpans& spans) {
  std::vector<Address> addresses;
  for (const Span& span : spans) {
    for (Uint128 bits = span.first.bits();; ++bits) {
      addresses.emplace_back(span.first.family(), bits);
      if (bits == span.last.bits()) break;
    }
  }
  return addresses;
}

// Upstream's iterator, one address after the other.
void iterate(const Span& band, std::uint64_t offset, std::vector<Address>& addresses) {
  const Family family = band.first.family();
  Address ip(family, band.first.bits() + offset);
  if (ip > band.last) ip = band.first;
  const Address start = ip;
  do {
    addresses.push_back(ip);
    if (ip.is_last_of_family()) return;
    ip = ip == band.last ? band.first : Address(family, ip.bits() + 1);
  } while (ip != start);
}

std::vector<std::string> texts(const WalkSpans& spans) {
  std::vector<std::string> texts;
  for (const Span& span : spans) texts.push_back(span.first.to_string() + "-" + span.last.to_string());
  return texts;
}
using Texts = std::vector<std::string>;

TEST(UpstreamWalk, VisitsWhatUpstreamVisitsInItsOrder) {
  for (const char* cidr : {"10.0.0.0/24", "10.0.0.0/27", "10.0.0.0/28", "10.0.0.0/30", "10.0.0.0/31",
                           "10.0.0.0/32", "0.0.0.0/26", "255.255.255.0/24", "fd00::/120", "fd00::/124",
                           "fd00::/127", "fd00::/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120"}) {
    const Bands range = bands(cidr);
    for (std::uint64_t draw = 0; draw < 260; draw += 3) {
      std::vector<Address> expected;
      if (const auto band = range.dynamic_band()) iterate(*band, draw % range.dynamic_size(), expected);
      if (const auto band = range.static_band()) iterate(*band, draw * 7 % range.static_size, expected);
      EXPECT_EQ(walked(walk_spans(range, {draw, draw * 7})), expected) << cidr << " " << draw;
    }
  }
}

TEST(UpstreamWalk, TakesTheDrawOfA64Whole) {
  const Bands range = bands("fd00::/64");
  EXPECT_EQ(texts(walk_spans(range, {0, 255})),
            (Texts{"fd00::101-fd00::ffff:ffff:ffff:ffff", "fd00::100-fd00::100", "fd00::1-fd00::ff"}));
  EXPECT_EQ(texts(walk_spans(range, {kMaxDraw - 257, 0})),
            (Texts{"fd00::ffff:ffff:ffff:ffff-fd00::ffff:ffff:ffff:ffff",
                   "fd00::101-fd00::ffff:ffff:ffff:fffe", "fd00::1-fd00::100"}));
  // One past the end, and what is lowered to it.
  const Texts from_the_start{"fd00::101-fd00::ffff:ffff:ffff:ffff", "fd00::1-fd00::100"};
  EXPECT_EQ(texts(walk_spans(range, {kMaxDraw - 256, 0})), from_the_start);
  EXPECT_EQ(texts(walk_spans(range, {kMaxDraw, 0})), from_the_start);
  EXPECT_EQ(texts(walk_spans(range, {kMaxDraw - 255, 0})),
            texts(walk_spans(range, {kMaxDraw - 255 - 256, 0})));
}

TEST(UpstreamWalk, ReducesTheDrawOfA65) {
  const Bands range = bands("fd00::/65");
  EXPECT_EQ(texts(walk_spans(range, {range.dynamic_size() + 5, 0})), texts(walk_spans(range, {5, 0})));
}

TEST(UpstreamWalk, EndsBehindTheLastIPv6Address) {
  const Bands range = bands("ffff:ffff:ffff:ffff::/64");
  EXPECT_EQ(texts(walk_spans(range, {5, 0})),
            (Texts{"ffff:ffff:ffff:ffff::106-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                   "ffff:ffff:ffff:ffff::1-ffff:ffff:ffff:ffff::100"}));
  // One past the end is no address here: the dynamic band counts as full without being looked at.
  EXPECT_EQ(texts(walk_spans(range, {kMaxDraw, 0})),
            Texts{"ffff:ffff:ffff:ffff::1-ffff:ffff:ffff:ffff::100"});
}

}  // namespace
}  // namespace clusterip::cluster
