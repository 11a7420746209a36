#include "engine/cluster/upstream.hpp"

#include <algorithm>

#include "tests/engine/cluster/upstream_world.hpp"

namespace clusterip::cluster {
namespace {

bool has_fault(const std::vector<UpstreamRecord>& records, std::string_view name) {
  return std::any_of(records.begin(), records.end(), [&](const UpstreamRecord& record) {
    return record.kind == UpstreamRecord::Kind::kFault && record.reason == name;
  });
}

TEST(Upstream, StartsAServerAsTheRealOneDoes) {
  Upstream world = new_world();
  const std::size_t a =
      world.start_server("a", flag_of("10.96.0.0/24,fd00::/112"), default_version_profile());
  world.start_controller_manager(default_version_profile());
  world.run_for(Duration::seconds(2));
  const StoredObjects& objects = world.state().store.objects();
  const ServiceCidr* range = objects.find_service_cidr("kubernetes");
  ASSERT_NE(range, nullptr);
  EXPECT_EQ(range->cidrs, (std::vector<std::string>{"10.96.0.0/24", "fd00::/112"}));
  EXPECT_TRUE(range->meta.has_finalizer(kServiceCidrFinalizer));
  EXPECT_EQ(range->ready_condition()->message, "Kubernetes Service CIDR is ready");
  const Service* service = objects.find_service("default", "kubernetes");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(service->cluster_ips, std::vector<std::string>{"10.96.0.1"});
  EXPECT_TRUE(world.state().servers.at(a).repairs);
}

TEST(Upstream, IsTheSameForTheSameSeed) {
  const auto run = [](std::uint64_t seed) {
    Upstream world = new_world(seed);
    const std::size_t a = world.start_server("a", flag_of("10.96.0.0/16"), default_version_profile());
    world.run_for(Duration::seconds(2));
    std::vector<std::string> addresses;
    for (const char* name : {"x", "y", "z"}) {
      const ApiAnswer answer = ask(world, a, new_service(name));
      addresses.insert(addresses.end(), answer.addresses.begin(), answer.addresses.end());
    }
    return addresses;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(Upstream, ACopyIsAWorldOfItsOwn) {
  Upstream world = new_world();
  const std::size_t a = world.start_server("a", flag_of("10.96.0.0/24"), default_version_profile());
  world.run_for(Duration::seconds(2));
  Upstream copy = world;
  EXPECT_TRUE(ask(copy, a, new_service("only-there")).ok());
  EXPECT_EQ(world.state().store.objects().find_service("default", "only-there"), nullptr);
}

TEST(Upstream, AFrozenCacheStandsStillUntilItThaws) {
  Upstream world = new_world();
  const std::size_t a = world.start_server("a", flag_of("10.96.0.0/24"), default_version_profile());
  world.run_for(Duration::seconds(2));
  world.freeze(a, StoredKind::kServiceCidr);
  EXPECT_TRUE(ask(world, a, new_range("more", {"10.97.0.0/24"})).ok());
  world.run_for(Duration::seconds(5));
  EXPECT_EQ(ask(world, a, new_service("x", "10.97.0.5")).code, 422);
  world.thaw(a, StoredKind::kServiceCidr);
  world.run_for(Duration{});
  EXPECT_EQ(ask(world, a, new_service("x", "10.97.0.5")).code, 201);
}

TEST(Upstream, ALagDelaysOneServerAlone) {
  Upstream world = new_world();
  const std::size_t a = world.start_server("a", flag_of("10.96.0.0/24"), default_version_profile());
  const std::size_t b = world.start_server("b", flag_of("10.96.0.0/24"), default_version_profile());
  world.run_for(Duration::seconds(2));
  world.set_lag(b, StoredKind::kServiceCidr, Duration::seconds(4));
  EXPECT_TRUE(ask(world, a, new_range("more", {"10.97.0.0/24"})).ok());
  world.run_for(Duration::seconds(1));
  EXPECT_EQ(ask(world, b, new_service("x", "10.97.0.5")).code, 422);
  EXPECT_EQ(ask(world, a, new_service("y", "10.97.0.5")).code, 201);
  world.run_for(Duration::seconds(4));
  EXPECT_EQ(ask(world, b, new_service("x", "10.97.0.6")).code, 201);
}

TEST(Upstream, ARestartForgetsWhatWasUnderWay) {
  Upstream world = new_world();
  const std::size_t a = world.start_server("a", flag_of("10.96.0.0/24"), default_version_profile());
  world.run_for(Duration::seconds(2));
  const RequestId held = world.begin(request_to(a, new_service("x")), /*held=*/true);
  world.step(held);
  world.step(held);
  EXPECT_FALSE(world.request(held).answer);
  world.stop_server(a);
  EXPECT_EQ(world.finish(held).code, 503);
  world.start_server("a", flag_of("10.96.0.0/24"), default_version_profile());
  EXPECT_EQ(world.state().store.objects().ip_addresses.size(), 2U) << "the crash leaks what was written";
  world.run_for(Duration::seconds(65));
  EXPECT_EQ(world.state().store.objects().ip_addresses.size(), 1U) << "and the repair loop finds it";
}

TEST(Upstream, CreatesOfTheSameNameGiveTheirAddressBack) {
  Upstream world = new_world();
  const std::size_t a = world.start_server("a", flag_of("10.96.0.0/24"), default_version_profile());
  world.run_for(Duration::seconds(2));
  EXPECT_EQ(ask(world, a, new_service("x")).code, 201);
  const ApiAnswer again = ask(world, a, new_service("x"));
  EXPECT_EQ(again.message, "services \"x\" already exists");
  EXPECT_EQ(world.state().store.objects().ip_addresses.size(), 2U);
  world.run_for(Duration::seconds(1));
  EXPECT_EQ(ask(world, a, DeleteServiceRequest{"default", "x"}).code, 200);
  EXPECT_EQ(world.state().store.objects().ip_addresses.size(), 1U);
  EXPECT_EQ(ask(world, a, DeleteServiceRequest{"default", "x"}).message, "services \"x\" not found");
}

TEST(Upstream, ASecondFamilyThatFailsLeavesTheFirstBehind) {
  Upstream world = new_world();
  const std::size_t a =
      world.start_server("a", flag_of("10.96.0.0/24,fd00::/127"), default_version_profile());
  world.run_for(Duration::seconds(2));
  EXPECT_EQ(ask(world, a, new_service("x", "", "RequireDualStack"), drawn(0)).code, 201);
  const ApiAnswer refused = ask(world, a, new_service("y", "", "RequireDualStack"), drawn(0));
  EXPECT_EQ(refused.message,
            "Internal error occurred: failed to allocate a serviceIP for Service \"y\": range is full");
  EXPECT_TRUE(has_fault(world.take_records(), "leaked-address"));
}

TEST(Upstream, AnUpdateThatReleasesDoesSoBeforeItsWrite) {
  Upstream world = new_world();
  const std::size_t a =
      world.start_server("a", flag_of("10.96.0.0/24,fd00::/112"), default_version_profile());
  world.run_for(Duration::seconds(2));
  EXPECT_EQ(ask(world, a, new_service("x", "", "RequireDualStack"), drawn(0)).code, 201);
  world.run_for(Duration::seconds(10));
  const RequestId held = world.begin(request_to(a, new_policy("x", "SingleStack")), /*held=*/true);
  const auto& objects = world.state().store.objects();
  while (objects.find_ip_address("fd00::101") != nullptr) world.step(held);
  EXPECT_FALSE(world.request(held).answer);
  EXPECT_EQ(objects.find_service("default", "x")->cluster_ips.size(), 2U)
      << "the Service still shows the address";
  EXPECT_EQ(world.finish(held).code, 200);
  EXPECT_EQ(objects.find_service("default", "x")->cluster_ips.size(), 1U);
}

TEST(Upstream, OldVersionsAskTheBitmapFirst) {
  Upstream world = new_world();
  const std::size_t a = world.start_server("a", flag_of("10.96.0.0/28"), *version_profile("1.33"));
  world.start_controller_manager(*version_profile("1.33"));
  world.run_for(Duration::seconds(2));
  EXPECT_TRUE(ask(world, a, new_range("more", {"10.97.0.0/24"})).ok());
  world.run_for(Duration::seconds(1));
  for (int i = 0; i < 13; ++i) {
    const ApiAnswer answer = ask(world, a, new_service("s" + std::to_string(i)));
    ASSERT_TRUE(answer.ok());
    EXPECT_TRUE(answer.addresses.front().starts_with("10.96.0."))
        << "the added range waits for the first to be full";
  }
  EXPECT_TRUE(ask(world, a, new_service("over")).addresses.front().starts_with("10.97.0."));
  // While the default range is terminating, a bitmap with room makes requests fail.
  EXPECT_TRUE(ask(world, a, DeleteServiceRequest{"default", "s0"}).ok());
  EXPECT_TRUE(ask(world, a, DeleteServiceCidrRequest{"kubernetes"}).ok());
  world.run_for(Duration::seconds(1));
  EXPECT_EQ(ask(world, a, new_service("late")).message,
            "Internal error occurred: failed to allocate a serviceIP: the provided network does not match "
            "the current "
            "range");
}

}  // namespace
}  // namespace clusterip::cluster
