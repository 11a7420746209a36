// Every order of the steps of small upstream clusters: the known faults are reachable, and where upstream is
// sound no order leads to one.
#include <set>
#include <type_traits>
#include <unordered_set>

#include "tests/engine/cluster/upstream_world.hpp"

namespace clusterip::cluster {
namespace {

// What the next steps depend on, but for the times: the stored objects, what each cache has not seen, how far
// the requests are, and what is due.
class Fingerprint {
 public:
  explicit Fingerprint(const Upstream& world) {
    const UpstreamState& state = world.state();
    const StoredObjects& objects = state.store.objects();
    for (const auto& [key, object] : objects.services) add(key, object.cluster_ips);
    for (const auto& [key, object] : objects.service_cidrs) {
      add(key, object.meta.finalizers, object.meta.deletion.has_value());
      if (const Condition* ready = object.ready_condition()) add(ready->status);
    }
    for (const auto& [key, object] : objects.ip_addresses) add(key, object.parent->name);
    for (const UpstreamServer& server : state.servers) add_cache(server, state.store);
    add_cache(state.manager, state.store);
    for (const UpstreamRequest& request : state.requests) {
      add(request.wanted.has_value(), request.to_take.size(), request.taken.size(),
          request.answer.has_value());
    }
    for (const auto& [due, step] : state.steps)
      std::visit([this](const auto& what) { add_step(what); }, step.what);
  }

  const std::string& text() const { return text_; }

 private:
  void add_cache(const UpstreamWatcher& watcher, const UpstreamStore& store) {
    for (const StoredKind kind : {StoredKind::kService, StoredKind::kServiceCidr, StoredKind::kIpAddress}) {
      add(watcher.cache.behind(kind, store.history()));
    }
  }
  void add_step(const DeliverChange& step) { add("deliver", step.watcher, static_cast<int>(step.kind)); }
  void add_step(const VisitObject& step) {
    add("visit", step.watcher, static_cast<int>(step.controller), step.key);
  }
  void add_step(const CarryOut& step) {
    add("carry out", step.visit.key);
    for (const Effect& effect : step.effects) add(to_text(effect));
  }
  void add_step(const PeriodicVisit& step) { add("periodic", step.server, static_cast<int>(step.task)); }
  void add_step(const ContinueRequest& step) { add("continue", step.request); }

  template <class... Parts>
  void add(const Parts&... parts) {
    (add_part(parts), ...);
    text_.push_back('\n');
  }
  void add_part(const std::string& part) { text_.append(part).push_back(' '); }
  void add_part(const char* part) { text_.append(part).push_back(' '); }
  void add_part(const std::vector<std::string>& parts) {
    for (const std::string& part : parts) add_part(part);
  }
  template <class Number>
  requires std::is_integral_v<Number>
  void add_part(Number part) { text_.append(std::to_string(part)).push_back(' '); }

  std::string text_;
};

// Takes the steps that are due within the window in every order, until none is left. A state that was met
// before, but for the times, is not gone through again.
class Explorer {
 public:
  explicit Explorer(Duration window) : window_(window) {}

  void explore(const Upstream& world) {
    end_ = world.now() + window_;
    go_on(world);
  }

  const std::set<std::string>& faults() const { return faults_; }
  std::size_t states() const { return met_.size(); }

 private:
  void go_on(const Upstream& world) {
    ASSERT_LT(met_.size(), kMostStates);
    if (!met_.insert(Fingerprint(world).text()).second) return;
    for (std::size_t place = 0; place < world.waiting(); ++place) {
      if (world.due(place) > end_) break;
      Upstream next = world;
      next.take_step(place);
      for (const UpstreamRecord& record : next.take_records()) {
        if (record.kind == UpstreamRecord::Kind::kFault) faults_.insert(record.reason);
      }
      go_on(next);
    }
  }

  static constexpr std::size_t kMostStates = 50'000;
  Duration window_;
  Instant end_;
  std::set<std::string> faults_;
  std::unordered_set<std::string> met_;
};

using Faults = std::set<std::string>;

TEST(UpstreamExplorer, FindsTheLostAddressOfAYoungDualStackService) {
  Upstream world = new_world();
  const std::size_t a =
      world.start_server("a", flag_of("10.96.0.0/29,fd00::/126"), default_version_profile());
  world.run_for(Duration::seconds(2));
  ASSERT_TRUE(ask(world, a, new_service("x")).ok());
  world.begin(request_to(a, new_policy("x", "RequireDualStack"), drawn(0)));
  Explorer explorer(Duration::milliseconds(50));
  explorer.explore(world);
  EXPECT_GT(explorer.states(), 10U);
  EXPECT_EQ(explorer.faults(), Faults{"unprotected-address"});
}

TEST(UpstreamExplorer, FindsNoneWhenTheServiceIsOlder) {
  Upstream world = new_world();
  const std::size_t a =
      world.start_server("a", flag_of("10.96.0.0/29,fd00::/126"), default_version_profile());
  world.run_for(Duration::seconds(2));
  ASSERT_TRUE(ask(world, a, new_service("x")).ok());
  world.run_for(Duration::seconds(2));
  world.begin(request_to(a, new_policy("x", "RequireDualStack"), drawn(0)));
  Explorer explorer(Duration::milliseconds(50));
  explorer.explore(world);
  EXPECT_GT(explorer.states(), 10U);
  EXPECT_EQ(explorer.faults(), Faults{});
}

TEST(UpstreamExplorer, FindsTheDuplicateAddress) {
  Upstream world = new_world();
  const std::size_t a =
      world.start_server("a", flag_of("10.96.0.0/29,fd00::/126"), default_version_profile());
  world.run_for(Duration::seconds(2));
  ASSERT_TRUE(ask(world, a, new_service("x")).ok());
  // The visits to the Services themselves have no part in it.
  world.run_for(Duration::milliseconds(20));
  world.freeze(a, StoredKind::kService);
  world.begin(request_to(a, new_policy("x", "RequireDualStack"), drawn(0)));
  CreateServiceRequest other = new_service("y");
  other.object.ip_families = {"IPv6"};
  world.begin(request_to(a, other, drawn(0)));
  Explorer explorer(Duration::milliseconds(50));
  explorer.explore(world);
  EXPECT_TRUE(explorer.faults().contains("duplicate-address"));
}

TEST(UpstreamExplorer, TwoServersNeverGiveOneAddressTwiceByThemselves) {
  Upstream world = new_world();
  const std::size_t a = world.start_server("a", flag_of("10.96.0.0/29"), default_version_profile());
  const std::size_t b = world.start_server("b", flag_of("10.96.0.0/29"), default_version_profile());
  world.run_for(Duration::seconds(2));
  world.freeze(a, std::nullopt);
  world.freeze(b, std::nullopt);
  for (const std::size_t server : {a, b}) {
    for (const char* name : {"x", "y"}) {
      world.begin(request_to(server, new_service(name + std::to_string(server)), drawn(0)));
    }
  }
  Explorer explorer(Duration::milliseconds(50));
  explorer.explore(world);
  EXPECT_EQ(explorer.faults(), Faults{});
}

TEST(UpstreamExplorer, FindsTheAllocationFromARangeThatIsAskedToGo) {
  Upstream world = new_world();
  const std::size_t a = world.start_server("a", flag_of("10.96.0.0/29"), default_version_profile());
  const std::size_t b = world.start_server("b", flag_of("10.96.0.0/29"), default_version_profile());
  world.start_controller_manager(default_version_profile());
  world.run_for(Duration::seconds(2));
  ASSERT_TRUE(ask(world, a, new_range("more", {"10.97.0.0/29"})).ok());
  world.run_for(Duration::seconds(1));
  // a and the repair loop of b have no part in it.
  world.freeze(a, std::nullopt);
  world.freeze(b, StoredKind::kService);
  world.freeze(b, StoredKind::kIpAddress);
  world.begin(request_to(a, DeleteServiceCidrRequest{"more"}));
  world.begin(request_to(b, new_service("x", "10.97.0.3")));
  Explorer explorer(Duration::milliseconds(50));
  explorer.explore(world);
  // Before the finalizer goes the controller sees the address, so the range is not lost.
  EXPECT_EQ(explorer.faults(), Faults{"allocated-from-terminating"});
}

TEST(UpstreamExplorer, FindsTheEqualRangesThatReleaseEachOther) {
  Upstream world = new_world();
  const std::size_t a = world.start_server("a", flag_of("10.96.0.0/29"), default_version_profile());
  world.start_controller_manager(default_version_profile());
  world.run_for(Duration::seconds(2));
  for (const char* name : {"twin1", "twin2"})
    ASSERT_TRUE(ask(world, a, new_range(name, {"10.97.0.0/29"})).ok());
  world.run_for(Duration::seconds(1));
  ASSERT_TRUE(ask(world, a, new_service("x", "10.97.0.3")).ok());
  for (const char* name : {"twin1", "twin2"}) ASSERT_TRUE(ask(world, a, DeleteServiceCidrRequest{name}).ok());
  world.run_for(Duration::milliseconds(9'900));
  Explorer explorer(Duration::milliseconds(500));
  explorer.explore(world);
  EXPECT_EQ(explorer.faults(), Faults{"range-removed-in-use"});
}

}  // namespace
}  // namespace clusterip::cluster
