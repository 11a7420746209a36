// Cases named M… and A… are upstream's own tests (specification 12.1, 12.2).
#include "engine/cluster/upstream_allocator.hpp"

#include <set>

#include <gtest/gtest.h>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

ServiceCidr object(std::string name, std::vector<std::string> cidrs,
                   std::optional<std::string> ready = "True") {
  ServiceCidr made;
  made.meta.name = std::move(name);
  made.cidrs = std::move(cidrs);
  if (ready) made.conditions = {{std::string(kReadyCondition), *ready, "", "", {}}};
  return made;
}

// An apiserver with its cache of IPAddresses in step.
class Server {
 public:
  explicit Server(Family family = Family::kIPv4) : allocator_(family) {}

  void set(ServiceCidr object) {
    objects_[object.meta.name] = std::move(object);
    std::vector<const ServiceCidr*> all;
    for (const auto& [name, each] : objects_) all.push_back(&each);
    allocator_.resync(all);
  }
  void remove(const std::string& name) {
    allocator_.forget(objects_.at(name));
    objects_.erase(name);
  }
  std::optional<Address> any(Draws draws = {}) {
    const auto answer = allocator_.allocate(draws, allocator_.text_order(), claimed_, claimed_);
    if (const auto* address = std::get_if<Address>(&answer)) return *address;
    EXPECT_EQ(std::get<UpstreamRefusal>(answer).error, AllocateError::kFull);
    return std::nullopt;
  }
  std::set<std::string> fill() {
    std::set<std::string> given;
    std::uint64_t draw = 0;
    while (const auto address = any({draw += 17, draw}))
      EXPECT_TRUE(given.insert(address->to_string()).second);
    return given;
  }
  // The error of a request for this address; absent when it was given.
  std::optional<AllocateError> take(std::string_view text) {
    const auto answer = allocator_.allocate(*read_address(text), claimed_);
    if (const auto* refusal = std::get_if<UpstreamRefusal>(&answer)) return refusal->error;
    return std::nullopt;
  }
  void release(std::string_view text) {
    ASSERT_TRUE(allocator_.covers(*read_address(text)));
    ASSERT_TRUE(claimed_.release(*read_address(text)));
  }
  UpstreamAllocator::Usage usage(const std::string& cidr) const {
    return UpstreamAllocator::usage(allocator_.ranges().at(cidr), claimed_);
  }
  const UpstreamAllocator& allocator() const { return allocator_; }
  AddressSet& claimed() { return claimed_; }

 private:
  UpstreamAllocator allocator_;
  std::map<std::string, ServiceCidr> objects_;
  AddressSet claimed_;
};

TEST(UpstreamAllocator, FillsARangeOnceM1) {
  Server server;
  EXPECT_EQ(server.any(), std::nullopt);
  server.set(object("a", {"192.168.0.0/28"}));
  EXPECT_EQ(server.fill().size(), 14U);
  server.set(object("b", {"10.0.0.0/28"}));
  EXPECT_EQ(server.take("10.0.0.11"), std::nullopt);
  EXPECT_EQ(server.fill().size(), 13U);
}

TEST(UpstreamAllocator, ALargerRangeShadowsTheNetworkAddressM2) {
  Server server;
  server.set(object("a", {"192.168.1.0/24"}));
  EXPECT_EQ(server.take("192.168.1.0"), AllocateError::kMismatchedNetwork);
  server.set(object("b", {"192.168.0.0/16"}));
  EXPECT_EQ(server.take("192.168.1.0"), std::nullopt);
  EXPECT_EQ(server.usage("192.168.1.0/24").used, 1U);
  EXPECT_EQ(server.usage("192.168.1.0/24").free, 253U);
}

TEST(UpstreamAllocator, GrowsM3) {
  Server server;
  server.set(object("a", {"192.168.0.0/28"}));
  const auto first = server.fill();
  server.set(object("b", {"192.168.0.0/24"}));
  EXPECT_EQ(first.size() + server.fill().size(), 254U);
}

TEST(UpstreamAllocator, ShrinksM4) {
  Server server;
  server.set(object("a", {"192.168.0.0/24"}));
  for (const std::string& address : server.fill()) server.release(address);
  server.set(object("b", {"192.168.0.0/28"}));
  server.remove("a");
  EXPECT_EQ(server.take("192.168.0.253"), AllocateError::kMismatchedNetwork);
  EXPECT_EQ(server.fill().size(), 14U);
}

TEST(UpstreamAllocator, LooksAtItsFamilyAloneM6) {
  Server server(Family::kIPv6);
  server.set(object("a", {"192.168.0.0/24", "fd00:1:2:3::/120"}));
  EXPECT_EQ(server.take("192.168.0.1"), AllocateError::kMismatchedNetwork);
  EXPECT_EQ(server.any()->to_string(), "fd00:1:2:3::11");
}

TEST(UpstreamAllocator, UsesTheStaticBandLastA7A8) {
  Server server;
  server.set(object("a", {"192.168.1.0/25"}));
  for (int i = 0; i < 110; ++i) ASSERT_GE(*server.any(), *read_address("192.168.1.17"));
  EXPECT_EQ(server.usage("192.168.1.0/25").free, 16U);
  for (int i = 1; i <= 16; ++i) EXPECT_EQ(server.take("192.168.1." + std::to_string(i)), std::nullopt);
  EXPECT_EQ(server.any(), std::nullopt);
  server.release("192.168.1.10");
  EXPECT_EQ(server.any()->to_string(), "192.168.1.10");
}

TEST(UpstreamAllocator, SkipsARangeThatIsNotReadyM10) {
  Server server;
  server.set(object("a", {"10.0.0.0/24"}, "False"));
  server.set(object("b", {"10.0.1.0/24"}));
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(read_cidr("10.0.1.0/24")->contains(*server.any()));
}

TEST(UpstreamAllocator, TakesAnObjectWithoutAConditionForReady) {
  Server server;
  server.set(object("a", {"10.0.0.0/24"}, std::nullopt));
  EXPECT_TRUE(server.any());
  server.set(object("a", {"10.0.0.0/24"}, "Unknown"));
  EXPECT_FALSE(server.any());
}

TEST(UpstreamAllocator, ATerminatingTwinKeepsTheRangeReady) {
  Server server;
  ServiceCidr a = object("a", {"10.0.0.0/24"});
  ServiceCidr b = object("b", {"10.0.0.0/24"});
  server.set(a);
  server.set(b);
  a.meta.deletion = b.meta.deletion = Instant{};
  server.set(a);
  server.set(b);
  EXPECT_TRUE(server.any()) << "nothing sets a CIDR of two objects to not ready";
  server.remove("b");
  EXPECT_TRUE(server.any()) << "a removal does not look at the state of the others";
  server.set(object("c", {"10.0.9.0/24"}, "False"));
  EXPECT_FALSE(server.any());
}

TEST(UpstreamAllocator, AStaleCacheCollidesAndGoesOnA23) {
  Server server;
  server.set(object("a", {"10.0.0.0/28"}));
  const AddressSet stale;
  ASSERT_EQ(server.take("10.0.0.6"), std::nullopt);
  const auto order = server.allocator().text_order();
  const auto answer = server.allocator().allocate({5, 0}, order, stale, server.claimed());
  EXPECT_EQ(std::get<Address>(answer).to_string(), "10.0.0.7");
}

TEST(UpstreamAllocator, ACacheThatShowsReleasedAddressesLooksFull) {
  Server server;
  server.set(object("a", {"10.0.0.0/30"}));
  AddressSet cache;
  ASSERT_TRUE(cache.claim(*read_address("10.0.0.1")));
  ASSERT_TRUE(cache.claim(*read_address("10.0.0.2")));
  const auto order = server.allocator().text_order();
  const auto answer = server.allocator().allocate({0, 0}, order, cache, server.claimed());
  EXPECT_EQ(std::get<UpstreamRefusal>(answer).error, AllocateError::kFull);
}

TEST(UpstreamAllocator, ADryRunAsksOneRangeAlone) {
  Server server;
  server.set(object("a", {"10.0.0.0/24"}));
  server.set(object("b", {"10.0.1.0/24"}, "False"));
  const std::vector<std::string> first{"unknown", "10.0.0.0/24", "10.0.1.0/24"};
  const std::vector<std::string> second{"10.0.1.0/24", "10.0.0.0/24"};
  EXPECT_EQ(std::get<Address>(server.allocator().dry_run(first)).to_string(), "10.0.0.0");
  EXPECT_EQ(std::get<UpstreamRefusal>(server.allocator().dry_run(second)).message, "allocator not ready");
  EXPECT_EQ(std::get<UpstreamRefusal>(server.allocator().dry_run({})).message, "allocator not ready");
  EXPECT_EQ(std::get<UpstreamRefusal>(server.allocator().dry_run(first, *read_address("10.0.0.255"))).message,
            "the provided IP (10.0.0.255) is not in the valid range. The range of valid IPs is 10.0.0.0/24");
  EXPECT_EQ(server.usage("10.0.0.0/24").used, 0U);
}

TEST(UpstreamAllocator, GivesNothingThroughWhatItCannotServe) {
  Server server(Family::kIPv6);
  server.set(object("a", {"fd00::/63"}));
  EXPECT_TRUE(server.allocator().ranges().empty());
  EXPECT_EQ(server.take("fd00::1"), AllocateError::kMismatchedNetwork);
}

}  // namespace
}  // namespace clusterip::cluster
