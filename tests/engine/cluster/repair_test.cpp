// The cases of upstream's repairip_test.go (R rows of the specification).
#include "engine/cluster/repair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Instant kNow = *read_instant("2026-11-22T10:00:00Z");

Service service(std::string name, std::vector<std::string> addresses) {
  Service result;
  result.meta.name_space = "bar";
  result.meta.name = std::move(name);
  result.meta.creation = kNow;
  result.type = "ClusterIP";
  if (!addresses.empty()) result.cluster_ip = addresses.front();
  result.cluster_ips = std::move(addresses);
  return result;
}

IpAddress address(std::string_view text, const std::string& owner = "test-svc",
                  Duration age = Duration::seconds(0)) {
  IpAddress result = ip_address_for(*read_address(text), service(owner, {}));
  result.meta.creation = kNow - age;
  return result;
}

// The first pass of the loop: all Services, then all managed IPAddresses, each against the cache.
class Cluster {
 public:
  Cluster(std::vector<Service> services, std::vector<IpAddress> addresses)
      : services_(std::move(services)), addresses_(std::move(addresses)) {
    add_range("kubernetes", {"10.0.0.0/16", "2001:db8::/64"});
  }

  Cluster& add_range(std::string name, std::vector<std::string> cidrs) {
    ServiceCidr object;
    object.meta.name = std::move(name);
    object.cidrs = std::move(cidrs);
    index_.put(object);
    return *this;
  }

  std::vector<std::string> first_pass(const char* version = "1.36") const {
    std::vector<std::string> texts;
    const auto add = [&](const Effects& effects) {
      for (const Effect& effect : effects) {
        if (!std::holds_alternative<RequeueAfter>(effect)) texts.push_back(to_text(effect));
      }
    };
    for (const Service& each : services_) add(repair_service(each, view()));
    for (const IpAddress& each : addresses_) {
      add(repair_ip_address(each, view(), kNow, *version_profile(version)));
    }
    return texts;
  }

  RepairView view() const {
    return {index_,
            [this](std::string_view name_space, std::string_view name) -> const Service* {
              for (const Service& each : services_) {
                if (each.meta.name_space == name_space && each.meta.name == name) return &each;
              }
              return nullptr;
            },
            [this](std::string_view text) -> const IpAddress* {
              for (const IpAddress& each : addresses_) {
                if (each.meta.name == text) return &each;
              }
              return nullptr;
            }};
  }

 private:
  std::vector<Service> services_;
  std::vector<IpAddress> addresses_;
  ServiceCidrIndex index_;
};

std::string not_allocated(const std::string& where) {
  return "Event ClusterIPNotAllocated Service bar/test-svc: Cluster IP " + where +
         " is not allocated; repairing";
}
std::string wrong_reference(const std::string& where) {
  return "Event ClusterIPNotAllocated Service bar/test-svc: the ClusterIP " + where +
         " for Service bar/test-svc has a wrong reference; repairing";
}
std::string out_of_range(const std::string& where) {
  return "Event ClusterIPOutOfRange Service bar/test-svc: Cluster IP " + where +
         " is not within any configured Service CIDR; please recreate service";
}
std::string leaked(const std::string& text) {
  return "Event IPAddressNotAllocated IPAddress " + text + ": IPAddress: " + text +
         " for Service bar/test-svc appears to have leaked: cleaning up";
}
std::string wrong_address(const std::string& text) {
  return "Event IPAddressWrongReference IPAddress " + text + ": IPAddress: " + text +
         " for Service bar/test-svc has a wrong reference; cleaning up";
}

TEST(Repair, LeavesWhatAgrees) {
  EXPECT_THAT(Cluster({service("test-svc", {"10.0.1.1"})}, {address("10.0.1.1")}).first_pass(), IsEmpty());
  EXPECT_THAT(Cluster({service("test-svc", {"10.0.1.1", "2001:db8::10"})},
                      {address("10.0.1.1"), address("2001:db8::10")})
                  .first_pass(),
              IsEmpty());
  EXPECT_THAT(Cluster({service("test-svc", {"192.168.0.1", "2001:db8:a:b::10"})},
                      {address("192.168.0.1"), address("2001:db8:a:b::10")})
                  .add_range("custom", {"192.168.0.0/24", "2001:db8:a:b::/64"})
                  .first_pass(),
              IsEmpty());
  // All ones is a host of an IPv6 range.
  const std::string last = "2001:db8::ffff:ffff:ffff:ffff";
  EXPECT_THAT(Cluster({service("test-svc", {last})}, {address(last)}).first_pass(), IsEmpty());
}

TEST(Repair, CreatesMissingIpAddresses) {
  EXPECT_THAT(Cluster({service("test-svc", {"10.0.1.1"})}, {}).first_pass(),
              ElementsAre(not_allocated("[IPv4]: 10.0.1.1"), "CreateIPAddress 10.0.1.1 for bar/test-svc"));
  EXPECT_THAT(
      Cluster({service("test-svc", {"10.0.1.1", "2001:db8::10"})}, {}).first_pass(),
      ElementsAre(not_allocated("[IPv4]: 10.0.1.1"), "CreateIPAddress 10.0.1.1 for bar/test-svc",
                  not_allocated("[IPv6]: 2001:db8::10"), "CreateIPAddress 2001:db8::10 for bar/test-svc"));
  EXPECT_THAT(
      Cluster({service("test-svc", {"192.168.1.1"})}, {}).add_range("b", {"192.168.1.0/24"}).first_pass(),
      ElementsAre(not_allocated("[IPv4]: 192.168.1.1"), "CreateIPAddress 192.168.1.1 for bar/test-svc"));
}

TEST(Repair, RecreatesIpAddressesOfAServiceThatIsGone) {
  EXPECT_THAT(Cluster({service("test-svc", {"10.0.1.1"})}, {address("10.0.1.1", "test-svc2")}).first_pass(),
              ElementsAre(wrong_reference("[IPv4]: 10.0.1.1"), "DeleteIPAddress 10.0.1.1",
                          "CreateIPAddress 10.0.1.1 for bar/test-svc"));
  EXPECT_THAT(
      Cluster({service("test-svc", {"10.0.1.1", "2001:db8::10"})},
              {address("10.0.1.1", "test-svc2"), address("2001:db8::10", "test-svc2")})
          .first_pass(),
      ElementsAre(wrong_reference("[IPv4]: 10.0.1.1"), "DeleteIPAddress 10.0.1.1",
                  "CreateIPAddress 10.0.1.1 for bar/test-svc", wrong_reference("[IPv6]: 2001:db8::10"),
                  "DeleteIPAddress 2001:db8::10", "CreateIPAddress 2001:db8::10 for bar/test-svc"));
}

TEST(Repair, ReportsAddressesOutsideOfEveryRange) {
  EXPECT_THAT(Cluster({service("test-svc", {"192.168.1.1", "2001:db8::10"})},
                      {address("192.168.1.1"), address("2001:db8::10")})
                  .first_pass(),
              ElementsAre(out_of_range("[IPv4]: 192.168.1.1")));
  for (const auto* text : {"10.0.0.0", "10.0.255.255"}) {
    EXPECT_THAT(Cluster({service("test-svc", {text})}, {address(text)}).first_pass(),
                ElementsAre(out_of_range("[IPv4]: " + std::string(text))));
  }
  EXPECT_THAT(Cluster({service("test-svc", {"2001:db8::"})}, {address("2001:db8::")}).first_pass(),
              ElementsAre(out_of_range("[IPv6]: 2001:db8::")));
}

TEST(Repair, DeletesOrphansAfterAMinute) {
  for (const auto* text : {"10.0.1.1", "10.0.255.255"}) {
    EXPECT_THAT(Cluster({}, {address(text)}).first_pass(), IsEmpty());
    EXPECT_THAT(Cluster({}, {address(text, "test-svc", Duration::seconds(60))}).first_pass(), IsEmpty());
    EXPECT_THAT(Cluster({}, {address(text, "test-svc", Duration::seconds(70))}).first_pass(),
                ElementsAre(leaked(text), "DeleteIPAddress " + std::string(text)));
  }
  const Cluster cluster({}, {});
  const Effects effects = repair_ip_address(address("10.0.1.1", "test-svc", Duration::seconds(20)),
                                            cluster.view(), kNow, default_version_profile());
  EXPECT_EQ(to_text(effects.at(0)), "RequeueAfter 40000ms");
}

TEST(Repair, DeletesASecondIpAddressOfAService) {
  const auto pass = [](Duration service_age, Duration address_age, const char* version) {
    Service owner = service("test-svc", {"10.0.1.1"});
    owner.meta.creation = kNow - service_age;
    return Cluster({owner}, {address("10.0.1.1"), address("10.0.1.2", "test-svc", address_age)})
        .first_pass(version);
  };
  const auto seconds = [](std::int64_t count) { return Duration::seconds(count); };
  const std::vector<std::string> deletion{wrong_address("10.0.1.2"), "DeleteIPAddress 10.0.1.2"};
  EXPECT_EQ(pass(seconds(0), seconds(1), "1.36"), deletion);  // older than the Service
  EXPECT_EQ(pass(seconds(1), seconds(1), "1.36"), deletion);  // of the same second
  EXPECT_THAT(pass(seconds(10), seconds(1), "1.36"), IsEmpty());
  EXPECT_EQ(pass(seconds(10), seconds(8), "1.36"), deletion);
  EXPECT_EQ(pass(seconds(10), seconds(1), "1.33.0"), deletion);
  EXPECT_THAT(pass(seconds(10), seconds(1), "1.33.13"), IsEmpty());
}

TEST(Repair, ReportsAnAddressOfTwoServices) {
  EXPECT_THAT(
      Cluster({service("test-svc", {"10.0.1.1"}), service("test-svc2", {"10.0.1.1"})},
              {address("10.0.1.1", "test-svc2")})
          .first_pass(),
      ElementsAre("Event ClusterIPAlreadyAllocated Service bar/test-svc: Cluster IP [IPv4]:10.0.1.1 was "
                  "assigned to multiple services; please recreate service"));
}

TEST(Repair, WaitsForTheOtherSideWhereTheOtherServiceDoesNotListTheAddress) {
  EXPECT_THAT(repair_service(
                  service("test-svc", {"10.0.1.1"}),
                  Cluster({service("test-svc2", {"10.0.1.7"})}, {address("10.0.1.1", "test-svc2")}).view()),
              IsEmpty());
}

TEST(Repair, MendsLabelsSilently) {
  IpAddress damaged = address("10.0.1.1");
  damaged.meta.labels[std::string(kFamilyLabel)] = "IPv6";
  EXPECT_THAT(Cluster({service("test-svc", {"10.0.1.1"})}, {damaged}).first_pass(),
              ElementsAre("DeleteIPAddress 10.0.1.1", "CreateIPAddress 10.0.1.1 for bar/test-svc"));
}

TEST(Repair, LooksAtManagedIpAddressesOnly) {
  IpAddress foreign = address("10.0.1.1", "test-svc", Duration::seconds(90));
  foreign.meta.labels[std::string(kManagedByLabel)] = "controller-foo";
  EXPECT_THAT(Cluster({}, {foreign}).first_pass(), IsEmpty());
  // Outside of every range, but right.
  EXPECT_THAT(repair_ip_address(address("1.1.1.1"), Cluster({service("test-svc", {"1.1.1.1"})}, {}).view(),
                                kNow, default_version_profile()),
              IsEmpty());
}

TEST(Repair, DeletesWhatRefersToNoService) {
  IpAddress changed = address("10.0.1.1");
  changed.parent = ParentRef{"g", "gateways", "ns", "n"};
  EXPECT_THAT(
      Cluster({}, {changed}).first_pass(),
      ElementsAre("Event IPAddressNotAllocated IPAddress 10.0.1.1: IPAddress 10.0.1.1 appears to have been "
                  "modified, not referencing a Service "
                  "&ParentReference{Group:g,Resource:gateways,Namespace:ns,Name:n,}: cleaning up",
                  "DeleteIPAddress 10.0.1.1"));
  EXPECT_THAT(repair_service(service("test-svc", {"10.0.1.1"}), Cluster({}, {changed}).view()).size(), 3U);
}

TEST(Repair, WaitsForServicesThatWereExternalNames) {
  Service external = service("test-svc", {});
  external.type = "ExternalName";
  const auto pass = [&](std::int64_t age, const char* version) {
    return Cluster({external}, {address("10.0.1.1", "test-svc", Duration::seconds(age))}).first_pass(version);
  };
  EXPECT_THAT(pass(59, "1.36"), IsEmpty());
  EXPECT_THAT(pass(60, "1.36"), ElementsAre(wrong_address("10.0.1.1"), "DeleteIPAddress 10.0.1.1"));
  EXPECT_THAT(pass(59, "1.35"), ElementsAre(wrong_address("10.0.1.1"), "DeleteIPAddress 10.0.1.1"));
}

TEST(Repair, SkipsServicesWithoutAnAddress) {
  EXPECT_THAT(repair_service(service("test-svc", {"None"}), Cluster({}, {}).view()), IsEmpty());
  EXPECT_THAT(repair_service(service("test-svc", {}), Cluster({}, {}).view()), IsEmpty());
  EXPECT_THAT(
      Cluster({service("test-svc", {"1.2.3"})}, {}).first_pass(),
      ElementsAre("Event ClusterIPNotValid Service bar/test-svc: Cluster IP <nil> is not a valid IP; please "
                  "recreate Service"));
}

// Upstream's endless repair: each side undoes what the other did.
TEST(Repair, NeverMatchesAnotherSpelling) {
  Service spelt = service("test-svc", {"2001:DB8::10"});
  spelt.meta.creation = kNow - Duration::seconds(100);
  const IpAddress canonical = address("2001:db8::10", "test-svc", Duration::seconds(50));
  EXPECT_THAT(Cluster({spelt}, {canonical}).first_pass(),
              ElementsAre(wrong_address("2001:db8::10"), "DeleteIPAddress 2001:db8::10"));
  EXPECT_THAT(Cluster({spelt}, {}).first_pass().size(), 2U);
}

}  // namespace
}  // namespace clusterip::cluster
