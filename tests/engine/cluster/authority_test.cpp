#include "engine/cluster/authority.hpp"

#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Texts = std::vector<std::string>;

ServiceCidr range(std::string name, Texts cidrs) {
  ServiceCidr object;
  object.meta.name = std::move(name);
  object.cidrs = std::move(cidrs);
  return object;
}

Service request(std::string name) {
  Service service;
  service.meta.name = std::move(name);
  service.meta.name_space = "default";
  ServicePort port;
  port.port = 80;
  service.ports.push_back(port);
  return service;
}

// A server and its store: what is committed lands in the maps.
class Server {
 public:
  explicit Server(const Texts& flag, const char* version = "1.36")
      : authority(cidrs_of(flag), *version_profile(version)) {
    authority.put_service_cidr(range("kubernetes", flag));
  }

  std::variant<Service, ServiceRefusal> create(Service service, RequestOptions options = {}) {
    return store(authority.create(std::move(service), draws_, options), options);
  }
  std::variant<Service, ServiceRefusal> update(Service service, RequestOptions options = {}) {
    const Service stored = services.at(service.meta.name);
    return store(authority.update(std::move(service), stored, finder(), draws_, options), options);
  }
  void remove(const std::string& name) {
    Reservation reservation = authority.remove(services.at(name), finder());
    apply(reservation.write());
    services.erase(name);
    reservation.commit();
  }
  FindAddress finder() {
    return [this](std::string_view name) -> const IpAddress* {
      const auto found = addresses.find(name);
      return found == addresses.end() ? nullptr : &found->second;
    };
  }
  Texts names() const {
    Texts out;
    for (const auto& [name, object] : addresses) out.push_back(name);
    return out;
  }
  // Claimed are exactly the addresses with an object.
  void expect_in_step() const {
    std::size_t claimed = 0;
    for (const Span all :
         {Span{Address::v4(0), Address::v4(~0U)}, Span{Address::v6(0, 0), Address::v6(~0UL, ~0UL)}}) {
      authority.addresses().for_each(all, [&](const Address& address) {
        ++claimed;
        EXPECT_EQ(addresses.count(address.to_string()), 1U) << address.to_string();
      });
    }
    EXPECT_EQ(claimed, addresses.size());
  }

  void expect_services_to_own_their_addresses() const {
    std::size_t held = 0;
    for (const auto& [name, service] : services) {
      for (const std::string& text : service.addresses()) {
        ++held;
        const auto object = addresses.find(read_address_sloppy(text)->to_string());
        ASSERT_NE(object, addresses.end()) << name << " holds " << text;
        EXPECT_EQ(object->second.parent->name, name);
      }
    }
    EXPECT_EQ(held, addresses.size());
  }

  Authority authority;
  std::map<std::string, Service> services;
  std::map<std::string, IpAddress, std::less<>> addresses;

 private:
  static std::vector<Cidr> cidrs_of(const Texts& texts) {
    std::vector<Cidr> cidrs;
    for (const std::string& text : texts) cidrs.push_back(*read_cidr(text));
    return cidrs;
  }
  void apply(const ServiceWrite& write) {
    for (const IpAddress& object : write.created) addresses[object.meta.name] = object;
    for (const std::string& name : write.deleted) addresses.erase(name);
    services[write.service.meta.name] = write.service;
  }
  std::variant<Service, ServiceRefusal> store(ServiceDecision decision, const RequestOptions& options) {
    if (auto* refusal = std::get_if<ServiceRefusal>(&decision)) return std::move(*refusal);
    auto& reservation = std::get<Reservation>(decision);
    if (!options.dry_run) {
      apply(reservation.write());
      reservation.commit();
    }
    return reservation.write().service;
  }

  SeededDraws draws_{7};
};

std::string message(const std::variant<Service, ServiceRefusal>& outcome) {
  const auto* refusal = std::get_if<ServiceRefusal>(&outcome);
  if (refusal == nullptr) return "";
  return refusal->kind == ServiceRefusal::Kind::kInternal ? refusal->message
                                                          : aggregate_text(refusal->errors);
}

const Texts kDual{"10.96.0.0/28", "fd00:96::/124"};

TEST(Authority, WritesAServiceAndItsIpAddressesTogether) {
  Server server(kDual);
  Service dual = request("a");
  dual.ip_family_policy = "RequireDualStack";
  const auto outcome = server.create(dual);
  const Service& service = std::get<Service>(outcome);
  EXPECT_EQ(service.cluster_ip, service.cluster_ips.at(0));
  EXPECT_THAT(server.names(), ElementsAre(service.cluster_ips[0], service.cluster_ips[1]));
  const IpAddress& object = server.addresses.at(service.cluster_ips[1]);
  EXPECT_EQ(object.meta.labels.at(std::string(kFamilyLabel)), "IPv6");
  EXPECT_EQ(object.parent, (ParentRef{"", "services", "default", "a"}));
  server.expect_in_step();
  server.remove("a");
  EXPECT_THAT(server.names(), IsEmpty());
  server.expect_in_step();
}

TEST(Authority, GivesBackEverythingWhenTheWriteFails) {
  Server server(kDual);
  SeededDraws draws(1);
  {
    Service dual = request("a");
    dual.ip_family_policy = "RequireDualStack";
    auto decision = server.authority.create(dual, draws);
    ASSERT_TRUE(std::holds_alternative<Reservation>(decision));
    EXPECT_EQ(std::get<Reservation>(decision).write().created.size(), 2U);
  }
  server.expect_in_step();
}

TEST(Authority, LeaksNothingWhenTheSecondFamilyIsFull) {
  Server server({"10.96.0.0/28", "fd00:96::/127"});
  Service v6 = request("v6");
  v6.ip_families = {"IPv6"};
  ASSERT_EQ(message(server.create(v6)), "");
  Service dual = request("dual");
  dual.ip_family_policy = "RequireDualStack";
  EXPECT_EQ(message(server.create(dual)),
            "failed to allocate a serviceIP for Service \"dual\": range is full");
  server.expect_in_step();
  EXPECT_EQ(server.addresses.size(), 1U);
}

TEST(Authority, LeaksNothingWhenValidationRefuses) {
  Server server(kDual);
  Service bad = request("a");
  bad.ports[0].port = 0;
  bad.ports[0].target_port.number = 80;
  EXPECT_EQ(message(server.create(bad)),
            "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive");
  server.expect_in_step();
}

TEST(Authority, SaysWhyAnAddressCannotBeHad) {
  Server server(kDual);
  const auto with = [](std::string name, std::string ip) {
    Service service = request(std::move(name));
    service.cluster_ip = std::move(ip);
    return service;
  };
  ASSERT_EQ(message(server.create(with("a", "10.96.0.9"))), "");
  EXPECT_EQ(
      message(server.create(with("b", "10.96.0.9"))),
      "spec.clusterIPs: Invalid value: [\"10.96.0.9\"]: failed to allocate IP 10.96.0.9: provided IP is "
      "already allocated");
  for (const auto* ip : {"10.97.0.1", "10.96.0.0", "10.96.0.15"}) {
    EXPECT_EQ(message(server.create(with("b", ip))),
              "spec.clusterIPs: Invalid value: [\"" + std::string(ip) + "\"]: failed to allocate IP " + ip +
                  ": the provided network does not match the current range");
  }
  // Upstream finds out about the missing name when it writes the IPAddress.
  EXPECT_EQ(message(server.create(with("", "10.96.0.10"))),
            "spec.clusterIPs: Invalid value: [\"10.96.0.10\"]: failed to allocate IP 10.96.0.10: "
            "IPAddress.networking.k8s.io \"10.96.0.10\" is invalid: spec.parentRef.name: Required value");
  server.expect_in_step();
}

TEST(Authority, SpeaksAsTheVersionDoes) {
  Server old({"10.96.0.0/30"}, "1.35");
  ASSERT_EQ(message(old.create(request("a"))), "");
  ASSERT_EQ(message(old.create(request("b"))), "");
  EXPECT_EQ(message(old.create(request("c"))), "failed to allocate a serviceIP: range is full");
  Server older({"10.96.0.0/30"}, "1.33");
  EXPECT_EQ(message(older.create(request(""))), "failed to allocate a serviceIP: range is full");
}

TEST(Authority, ReusesAnAddressAfterDeletion) {
  Server server({"10.96.0.0/30"});
  ASSERT_EQ(message(server.create(request("a"))), "");
  ASSERT_EQ(message(server.create(request("b"))), "");
  const std::string freed = server.services.at("a").cluster_ip;
  server.remove("a");
  EXPECT_EQ(std::get<Service>(server.create(request("c"))).cluster_ip, freed);
}

TEST(Authority, GivesNothingToHeadlessAndExternalName) {
  Server server(kDual);
  Service headless = request("a");
  headless.cluster_ip = "None";
  EXPECT_EQ(std::get<Service>(server.create(headless)).cluster_ips, Texts{"None"});
  Service external = request("b");
  external.type = "ExternalName";
  external.external_name = "example.com";
  EXPECT_THAT(std::get<Service>(server.create(external)).cluster_ips, IsEmpty());
  external.meta.name = "c";
  external.cluster_ip = "10.96.0.5";
  EXPECT_EQ(message(server.create(external)),
            "spec.clusterIPs: Forbidden: may not be set for ExternalName services");
  EXPECT_THAT(server.names(), IsEmpty());
  server.remove("a");
  server.remove("b");
}

TEST(Authority, AddsAndReleasesTheSecondFamily) {
  Server server(kDual);
  ASSERT_EQ(message(server.create(request("a"))), "");
  const Service single = server.services.at("a");
  Service dual = single;
  dual.ip_family_policy = "PreferDualStack";
  ASSERT_EQ(message(server.update(dual)), "");
  const Service stored = server.services.at("a");
  EXPECT_EQ(stored.cluster_ips.at(0), single.cluster_ip);
  EXPECT_EQ(stored.ip_families, (Texts{"IPv4", "IPv6"}));
  EXPECT_EQ(server.addresses.size(), 2U);
  server.expect_in_step();

  Service back = stored;
  back.ip_family_policy = "SingleStack";
  ASSERT_EQ(message(server.update(back)), "");
  EXPECT_THAT(server.names(), ElementsAre(single.cluster_ip));
  server.expect_in_step();
}

TEST(Authority, ReleasesAndTakesAddressesWithTheType) {
  Server server(kDual);
  ASSERT_EQ(message(server.create(request("a"))), "");
  Service external = server.services.at("a");
  external.type = "ExternalName";
  external.external_name = "example.com";
  ASSERT_EQ(message(server.update(external)), "");
  EXPECT_THAT(server.names(), IsEmpty());
  EXPECT_EQ(server.services.at("a").cluster_ip, "");
  Service again = request("a");
  ASSERT_EQ(message(server.update(again)), "");
  EXPECT_THAT(server.names(), ElementsAre(server.services.at("a").cluster_ip));
  server.expect_in_step();
}

TEST(Authority, KeepsTheAddressesOfAnUpdateThatLeavesThemOut) {
  Server server(kDual);
  ASSERT_EQ(message(server.create(request("a"))), "");
  const std::string ip = server.services.at("a").cluster_ip;
  ASSERT_EQ(message(server.update(request("a"))), "");
  EXPECT_EQ(server.services.at("a").cluster_ip, ip);
  Service moved = request("a");
  moved.cluster_ip = ip == "10.96.0.7" ? "10.96.0.8" : "10.96.0.7";
  EXPECT_EQ(message(server.update(moved)),
            "spec.clusterIPs[0]: Invalid value: [\"" + moved.cluster_ip + "\"]: may not change once set");
  server.expect_in_step();
}

// Upstream's server drops the connection here: it takes an address of a family that it has not.
TEST(Authority, RefusesToBecomeHeadless) {
  Server server({"10.96.0.0/28"});
  Service service = request("a");
  service.ip_family_policy = "PreferDualStack";
  ASSERT_EQ(message(server.create(service)), "");
  Service headless = server.services.at("a");
  headless.cluster_ip = "None";
  EXPECT_THAT(message(server.update(headless)), ::testing::HasSubstr("may not change once set"));
  server.expect_in_step();
}

TEST(Authority, LeavesTheIpAddressOfAnother) {
  Server server(kDual);
  ASSERT_EQ(message(server.create(request("a"))), "");
  const std::string ip = server.services.at("a").cluster_ip;
  server.addresses.at(ip).parent->name = "b";
  server.remove("a");
  EXPECT_THAT(server.names(), ElementsAre(ip));
  server.expect_in_step();
}

TEST(Authority, ReleasesOutsideOfEveryRange) {
  Server server(kDual);
  ASSERT_EQ(message(server.create(request("a"))), "");
  server.authority.remove_service_cidr("kubernetes");
  EXPECT_EQ(message(server.create(request("b"))),
            "failed to allocate a serviceIP for Service \"b\": range is full");
  server.remove("a");
  server.expect_in_step();
}

TEST(Authority, TakesNothingFromARangeThatIsGoing) {
  Server server({"10.96.0.0/28"});
  ServiceCidr going = range("kubernetes", {"10.96.0.0/28"});
  going.meta.deletion = Instant{};
  server.authority.put_service_cidr(going);
  Service named = request("a");
  named.cluster_ip = "10.96.0.5";
  EXPECT_THAT(message(server.create(named)), ::testing::HasSubstr("does not match the current range"));
  // An equal range that is ready serves; one that is going, too, does not.
  ServiceCidr twin = range("twin", {"10.96.0.0/28"});
  server.authority.put_service_cidr(twin);
  EXPECT_EQ(message(server.create(named)), "");
  twin.meta.deletion = Instant{};
  server.authority.put_service_cidr(twin);
  EXPECT_THAT(message(server.create(request("b"))), ::testing::HasSubstr("range is full"));
}

TEST(Authority, TakesTheSecondCidrOfAnObjectOnlyForAFamilyOfTheFlag) {
  Server server({"10.96.0.0/28"});
  server.authority.put_service_cidr(range("kubernetes", {"10.96.0.0/28", "fd00:96::/124"}));
  EXPECT_EQ(server.authority.allocator(Family::kIPv6), nullptr);
  Service v6 = request("a");
  v6.ip_families = {"IPv6"};
  EXPECT_EQ(message(server.create(v6)),
            "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster");
}

TEST(Authority, SharesAddressesWithOtherIpAddresses) {
  Server server({"10.96.0.0/30"});
  EXPECT_TRUE(server.authority.add_address("10.96.0.1"));
  EXPECT_FALSE(server.authority.add_address("10.96.0.1"));
  ASSERT_EQ(std::get<Service>(server.create(request("a"))).cluster_ip, "10.96.0.2");
  EXPECT_THAT(message(server.create(request("b"))), ::testing::HasSubstr("range is full"));
  server.authority.remove_address("10.96.0.1");
  EXPECT_EQ(std::get<Service>(server.create(request("b"))).cluster_ip, "10.96.0.1");
}

TEST(Authority, ClaimsNothingOnADryRun) {
  Server server({"10.96.0.0/30"});
  const RequestOptions dry{true};
  EXPECT_EQ(std::get<Service>(server.create(request("a"), dry)).cluster_ip, "10.96.0.0");
  Service named = request("a");
  named.cluster_ip = "10.96.0.2";
  EXPECT_EQ(std::get<Service>(server.create(named, dry)).cluster_ip, "10.96.0.2");
  server.expect_in_step();
  ASSERT_EQ(message(server.create(named)), "");
  named.meta.name = "b";
  EXPECT_THAT(message(server.create(named, dry)), ::testing::HasSubstr("already allocated"));
  ASSERT_EQ(message(server.create(request("c"))), "");
  EXPECT_THAT(message(server.create(request("d"), dry)), ::testing::HasSubstr("range is full"));
  Service external = server.services.at("a");
  external.type = "ExternalName";
  external.external_name = "example.com";
  EXPECT_EQ(message(server.update(external, dry)), "");
  server.expect_in_step();
}

TEST(Authority, GivesNodePorts) {
  Server server({"10.96.0.0/24"});
  Service node = request("a");
  node.type = "NodePort";
  ASSERT_EQ(message(server.create(node)), "");
  const std::int64_t port = server.services.at("a").ports[0].node_port;
  EXPECT_GE(port, 30086);
  EXPECT_LE(port, 32767);
  Service same = request("b");
  same.type = "NodePort";
  same.ports[0].node_port = port;
  EXPECT_EQ(message(server.create(same)), "spec.ports[0].nodePort: Invalid value: " + std::to_string(port) +
                                              ": provided port is already allocated");
  same.ports[0].node_port = 80;
  EXPECT_EQ(message(server.create(same)),
            "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range "
            "of valid "
            "ports is 30000-32767");
  server.expect_in_step();
  Service balancer = request("a");
  balancer.type = "LoadBalancer";
  balancer.external_traffic_policy = "Local";
  ASSERT_EQ(message(server.update(balancer)), "");
  EXPECT_EQ(server.services.at("a").ports[0].node_port, port);
  EXPECT_NE(server.services.at("a").health_check_node_port, 0);
  server.remove("a");
  same.ports[0].node_port = port;
  EXPECT_EQ(message(server.create(same)), "");
}

// Random writes of every kind: at rest each claimed address has its object, each object its Service, and each
// Service its objects.
TEST(Authority, StaysInStepThroughRandomWrites) {
  Server server({"10.96.0.0/27", "fd00:96::/123"});
  std::mt19937 random(11);
  const auto pick = [&](std::size_t bound) { return static_cast<std::size_t>(random()) % bound; };
  const Texts policies{"SingleStack", "PreferDualStack", "RequireDualStack"};
  const Texts types{"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"};
  const auto mutate = [&](Service& service) {
    if (pick(2) == 0) service.ip_family_policy = policies[pick(policies.size())];
    if (pick(3) == 0) service.type = types[pick(types.size())];
    if (service.type == "ExternalName") service.external_name = "example.com";
    if (pick(4) == 0) service.cluster_ip = pick(2) == 0 ? "None" : "10.96.0." + std::to_string(pick(34));
    if (pick(8) == 0) service.cluster_ips.clear();
    if (pick(8) == 0) service.ip_families = {pick(2) == 0 ? "IPv4" : "IPv6"};
    if (pick(8) == 0) service.ports[0].port = 0;
  };
  std::size_t accepted = 0;
  for (int step = 0; step < 6000 && !HasFailure(); ++step) {
    const std::string name = "s" + std::to_string(pick(40));
    const RequestOptions options{pick(10) == 0};
    const bool exists = server.services.count(name) > 0;
    Service service = exists ? server.services.at(name) : request(name);
    mutate(service);
    if (exists && pick(3) == 0) {
      server.remove(name);
    } else if (message(exists ? server.update(service, options) : server.create(service, options)).empty()) {
      ++accepted;
    }
    if (pick(50) == 0) {
      ServiceCidr object = range("kubernetes", {"10.96.0.0/27", "fd00:96::/123"});
      if (pick(2) == 0) object.meta.deletion = Instant{};
      server.authority.put_service_cidr(object);
    }
    server.expect_services_to_own_their_addresses();
    // A walk over the whole of IPv4 takes its time.
    if (step % 60 == 0) server.expect_in_step();
  }
  EXPECT_GT(accepted, 1500U);
}

TEST(Authority, GivesEachAddressOnceToManyThreads) {
  Server server({"10.96.0.0/24", "fd00:96::/120"});
  std::vector<std::vector<Reservation>> kept(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kept.size(); ++t) {
    threads.emplace_back([&, t] {
      SeededDraws draws(t);
      for (int i = 0; i < 80; ++i) {
        Service service = request("s");
        service.ip_family_policy = "RequireDualStack";
        auto decision = server.authority.create(std::move(service), draws);
        auto* reservation = std::get_if<Reservation>(&decision);
        // Every third one is given up.
        if (reservation != nullptr && i % 3 != 0) kept[t].push_back(std::move(*reservation));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t count = 0;
  std::set<std::string> seen;
  for (auto& reservations : kept) {
    for (Reservation& reservation : reservations) {
      for (const IpAddress& object : reservation.write().created) {
        ++count;
        EXPECT_TRUE(seen.insert(object.meta.name).second) << object.meta.name;
        server.addresses[object.meta.name] = object;
      }
      reservation.commit();
    }
  }
  EXPECT_EQ(seen.size(), count);
  server.expect_in_step();
}

}  // namespace
}  // namespace clusterip::cluster
