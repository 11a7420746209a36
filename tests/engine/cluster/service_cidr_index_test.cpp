// The relations of upstream's servicecidr_test.go (H rows of the specification).
#include "engine/cluster/service_cidr_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ServiceCidr object(std::string name, std::vector<std::string> cidrs) {
  ServiceCidr result;
  result.meta.name = std::move(name);
  result.cidrs = std::move(cidrs);
  return result;
}

const ServiceCidr kDefault = object("kubernetes", {"10.0.0.0/24", "2001:db8::/96"});
const ServiceCidr kCopy = object("kubernetes2", {"10.0.0.0/24", "2001:db8::/96"});
const ServiceCidr kSecondary = object("secondary", {"10.0.0.0/16", "2001:db8::/64"});

ServiceCidrIndex index_of(const std::vector<ServiceCidr>& objects) {
  ServiceCidrIndex index;
  for (const ServiceCidr& each : objects) index.put(each);
  return index;
}

Cidr prefix(std::string_view text) {
  return *read_cidr(text);
}
Address address(std::string_view text) {
  return *read_address(text);
}

TEST(OverlapsPrefix, OfOneObject) {
  const auto index = index_of({kDefault});
  for (const auto* text :
       {"10.0.0.0/26", "10.0.0.0/24", "10.0.0.0/16", "2001:db8::/112", "2001:db8::/96", "2001:db8::/64"}) {
    EXPECT_THAT(index.overlapping(prefix(text)), ElementsAre("kubernetes")) << text;
  }
  for (const auto* text : {"192.168.0.0/24", "2001:db2::/112"}) {
    EXPECT_THAT(index.overlapping(prefix(text)), IsEmpty()) << text;
  }
}

TEST(OverlapsPrefix, OfSeveralObjects) {
  const auto two = index_of({kDefault, kSecondary});
  for (const auto* text :
       {"10.0.0.0/24", "10.0.0.0/18", "10.0.0.0/8", "2001:db8::/96", "2001:db8::/72", "2001:db8::/52"}) {
    EXPECT_THAT(two.overlapping(prefix(text)), ElementsAre("kubernetes", "secondary")) << text;
  }
  EXPECT_THAT(two.overlapping(prefix("192.168.0.0/24")), IsEmpty());
  EXPECT_THAT(two.overlapping(prefix("2001:db2::/64")), IsEmpty());
  const auto three = index_of({kDefault, kCopy, kSecondary});
  for (const auto* text : {"10.0.0.0/28", "10.0.0.0/8"}) {
    EXPECT_THAT(three.overlapping(prefix(text)), ElementsAre("kubernetes", "kubernetes2", "secondary"))
        << text;
  }
}

TEST(ContainsPrefix, OfOneObject) {
  const auto index = index_of({kDefault});
  for (const auto* text : {"10.0.0.0/26", "10.0.0.0/24", "2001:db8::/112", "2001:db8::/96"}) {
    EXPECT_THAT(index.containing(prefix(text)), ElementsAre("kubernetes")) << text;
  }
  for (const auto* text : {"10.0.0.0/16", "192.168.0.0/24", "2001:db8::/64", "2001:db2::/112"}) {
    EXPECT_THAT(index.containing(prefix(text)), IsEmpty()) << text;
  }
}

TEST(ContainsPrefix, OfSeveralObjects) {
  const auto two = index_of({kDefault, kSecondary});
  for (const auto* text : {"10.0.0.0/24", "2001:db8::/96"}) {
    EXPECT_THAT(two.containing(prefix(text)), ElementsAre("kubernetes", "secondary")) << text;
  }
  for (const auto* text : {"10.0.0.0/18", "2001:db8::/72"}) {
    EXPECT_THAT(two.containing(prefix(text)), ElementsAre("secondary")) << text;
  }
  for (const auto* text : {"10.0.0.0/8", "192.168.0.0/24", "2001:db8::/52", "2001:db2::/64"}) {
    EXPECT_THAT(two.containing(prefix(text)), IsEmpty()) << text;
  }
  EXPECT_THAT(index_of({kDefault, kCopy, kSecondary}).containing(prefix("10.0.0.0/28")),
              ElementsAre("kubernetes", "kubernetes2", "secondary"));
}

TEST(ContainsAddress, LeavesOutNetworkAndBroadcast) {
  const auto one = index_of({kDefault});
  for (const auto* text : {"10.0.0.1", "2001:db8::2:3", "2001:db8::ffff:ffff"}) {
    EXPECT_THAT(one.containing(address(text)), ElementsAre("kubernetes")) << text;
    EXPECT_TRUE(one.has(address(text))) << text;
  }
  for (const auto* text : {"10.0.0.255", "10.0.0.0", "192.0.0.1", "2001:db8::", "2002:1:2:3::2"}) {
    EXPECT_THAT(one.containing(address(text)), IsEmpty()) << text;
    EXPECT_FALSE(one.has(address(text))) << text;
  }
  const auto two = index_of({kDefault, kSecondary});
  for (const auto* text : {"10.0.0.1", "2001:db8::2:3", "2001:db8::ffff:ffff"}) {
    EXPECT_THAT(two.containing(address(text)), ElementsAre("kubernetes", "secondary")) << text;
  }
  EXPECT_THAT(two.containing(address("10.0.0.255")), ElementsAre("secondary"));
  EXPECT_THAT(two.containing(address("10.0.0.0")), IsEmpty());
  EXPECT_THAT(two.containing(address("2001:db8::")), IsEmpty());
  EXPECT_THAT(index_of({kDefault, kCopy, kSecondary}).containing(address("10.0.0.2")),
              ElementsAre("kubernetes", "kubernetes2", "secondary"));
}

TEST(ServiceCidrIndexChanges, ReplaceAndErase) {
  auto index = index_of({kDefault, kCopy});
  index.put(object("kubernetes", {"10.9.0.0/24"}));
  EXPECT_THAT(index.containing(address("10.0.0.2")), ElementsAre("kubernetes2"));
  EXPECT_THAT(index.containing(address("10.9.0.2")), ElementsAre("kubernetes"));
  index.erase("kubernetes2");
  index.erase("unknown");
  EXPECT_FALSE(index.has(address("10.0.0.2")));
  EXPECT_THAT(index.overlapping(prefix("0.0.0.0/0")), ElementsAre("kubernetes"));
}

TEST(ServiceCidrIndexChanges, SkipWhatCannotBeRead) {
  const auto index = index_of({object("a", {"10.0.0.0/024", "nonsense", "10.1.0.5/24"})});
  EXPECT_FALSE(index.has(address("10.0.0.1")));
  EXPECT_TRUE(index.has(address("10.1.0.1")));
}

}  // namespace
}  // namespace clusterip::cluster
