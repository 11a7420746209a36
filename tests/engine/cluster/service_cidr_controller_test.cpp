// The cases of upstream's servicecidrs_controller_test.go (C rows of the specification).
#include "engine/cluster/service_cidr_controller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cluster/repair.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Instant kNow = *read_instant("2026-11-22T10:00:11Z");
const Instant kElevenSecondsAgo = *read_instant("2026-11-22T10:00:00Z");

ServiceCidr object(std::string name, std::vector<std::string> cidrs) {
  ServiceCidr result;
  result.meta.name = std::move(name);
  result.cidrs = std::move(cidrs);
  return result;
}

ServiceCidr deleted() {
  ServiceCidr result = object("deleted", {"192.168.0.0/24", "2001:db2::/64"});
  result.meta.finalizers = {std::string(kServiceCidrFinalizer)};
  result.meta.deletion = kElevenSecondsAgo;
  return result;
}

IpAddress managed(std::string_view text) {
  Service owner;
  owner.meta.name = "svc";
  owner.meta.name_space = "default";
  return ip_address_for(*read_address(text), owner);
}

// A cluster of ServiceCIDRs and IPAddresses.
class Cluster {
 public:
  Cluster(std::vector<ServiceCidr> objects, std::vector<IpAddress> addresses)
      : objects_(std::move(objects)), addresses_(std::move(addresses)) {
    for (const ServiceCidr& each : objects_) index_.put(each);
  }

  ServiceCidrView view() const {
    return {index_, [this](const Cidr&, const std::function<bool(const IpAddress&)>& visit) {
              for (const IpAddress& each : addresses_) {
                if (!visit(each)) return;
              }
            }};
  }
  const ServiceCidrIndex& index() const { return index_; }

  // What a visit to the first object does.
  std::vector<std::string> sync(const VersionProfile& version = default_version_profile()) const {
    std::vector<std::string> texts;
    for (const Effect& effect : sync_service_cidr(objects_.front(), view(), kNow, version)) {
      texts.push_back(to_text(effect));
    }
    return texts;
  }
  bool can_delete_first() const { return can_delete(objects_.front(), view()); }

 private:
  std::vector<ServiceCidr> objects_;
  std::vector<IpAddress> addresses_;
  ServiceCidrIndex index_;
};

const char* const kTerminating = "ApplyCondition deleted Ready=False Terminating";
const char* const kGone = "RemoveFinalizer deleted";

TEST(ServiceCidrSync, PreparesNewObjects) {
  for (const auto* name : {"kubernetes", "other"}) {
    EXPECT_THAT(Cluster({object(name, {"192.168.0.0/24"})}, {}).sync(),
                ElementsAre("AddFinalizer " + std::string(name),
                            "ApplyCondition " + std::string(name) + " Ready=True"));
  }
}

TEST(ServiceCidrSync, LeavesASettledObjectAlone) {
  ServiceCidr settled = object("a", {"192.168.0.0/24"});
  settled.meta.finalizers = {std::string(kServiceCidrFinalizer)};
  settled.conditions = {{"Ready", "True", "", "Kubernetes Service CIDR is ready", kNow, 0}};
  EXPECT_THAT(Cluster({settled}, {}).sync(), IsEmpty());
  EXPECT_THAT(Cluster({settled}, {}).sync(*version_profile("1.33")),
              ElementsAre("ApplyCondition a Ready=True"));
  settled.conditions.front().message = "Kubernetes default Service CIDR is ready";
  EXPECT_THAT(Cluster({settled}, {}).sync(), ElementsAre("ApplyCondition a Ready=True"));
}

TEST(ServiceCidrSync, ReportsAFailingReadyCondition) {
  const Cluster cluster({object("a", {"192.168.0.0/24"})}, {});
  const Effects effects =
      sync_service_cidr(object("a", {"192.168.0.0/24"}), cluster.view(), kNow, default_version_profile());
  const auto& apply = std::get<ApplyCondition>(effects.at(1));
  EXPECT_EQ(apply.field_manager, "service-cidr-controller");
  EXPECT_EQ(apply.condition.last_transition, kNow);
  ASSERT_TRUE(apply.on_failure.event);
  EXPECT_EQ(apply.on_failure.event->reason, "KubernetesServiceCIDRError");
  EXPECT_FALSE(apply.on_failure.forgiven);
}

TEST(ServiceCidrSync, LetsAnEmptyObjectGoAfterTheGrace) {
  EXPECT_THAT(Cluster({deleted()}, {}).sync(), ElementsAre(kGone));
  ServiceCidr fresh = deleted();
  fresh.meta.deletion = kNow;
  EXPECT_THAT(Cluster({fresh}, {}).sync(), ElementsAre("RequeueAfter 10000ms"));
  fresh.meta.deletion = kNow - Duration::seconds(10);
  EXPECT_THAT(Cluster({fresh}, {}).sync(), ElementsAre(kGone));
  fresh.meta.finalizers.clear();
  EXPECT_THAT(Cluster({fresh}, {}).sync(), IsEmpty());
}

TEST(ServiceCidrSync, KeepsAnObjectWithAnAddress) {
  const std::string v6 = "2001:db2::/64";
  EXPECT_THAT(Cluster({deleted()}, {managed("192.168.0.1")}).sync(), ElementsAre(kTerminating));
  EXPECT_THAT(Cluster({deleted(), object("b", {"192.168.0.0/24", v6})}, {managed("192.168.0.1")}).sync(),
              ElementsAre(kGone));
  EXPECT_THAT(Cluster({deleted(), object("b", {"192.168.0.0/16", v6})}, {managed("192.168.0.1")}).sync(),
              ElementsAre(kGone));
  EXPECT_THAT(Cluster({deleted(), object("b", {"192.168.255.0/26", v6})}, {managed("192.168.0.1")}).sync(),
              ElementsAre(kTerminating));
  EXPECT_THAT(Cluster({deleted()}, {managed("2001:db2::1")}).sync(), ElementsAre(kTerminating));
  EXPECT_THAT(Cluster({deleted(), object("b", {"192.168.0.0/24", v6})}, {managed("2001:db2::1")}).sync(),
              ElementsAre(kGone));
  EXPECT_THAT(
      Cluster({deleted(), object("b", {"192.168.0.0/16", "2001:db2::/48"})}, {managed("2001:db2::1")}).sync(),
      ElementsAre(kGone));
  EXPECT_THAT(
      Cluster({deleted(), object("b", {"192.168.255.0/26", "2001:db2:a:b::/64"})}, {managed("2001:db2::1")})
          .sync(),
      ElementsAre(kTerminating));
}

TEST(CanDelete, AsksWhoElseHasTheAddresses) {
  const ServiceCidr self = object("kubernetes", {"192.168.0.0/24", "2001:db2::/64"});
  const auto with = [&](std::vector<std::string> other, std::string_view address) {
    std::vector<ServiceCidr> objects{self};
    if (!other.empty()) objects.push_back(object("other", std::move(other)));
    std::vector<IpAddress> addresses;
    if (!address.empty()) addresses.push_back(managed(address));
    return Cluster(std::move(objects), std::move(addresses)).can_delete_first();
  };
  EXPECT_TRUE(with({}, ""));
  EXPECT_FALSE(with({}, "192.168.0.24"));
  EXPECT_TRUE(with({}, "192.168.1.24"));
  EXPECT_TRUE(with({}, "192.168.0.0"));
  EXPECT_TRUE(with({}, "192.168.0.255"));
  EXPECT_FALSE(with({}, "2001:db2::ffff:ffff:ffff:ffff"));
  EXPECT_TRUE(with({"192.168.0.0/24", "2001:db2::/64"}, "192.168.0.23"));
  EXPECT_TRUE(with({"192.168.0.0/26", "2001:db2::/64"}, "192.168.0.23"));
  EXPECT_FALSE(with({"192.168.0.0/28", "2001:db2::/64"}, "192.168.0.23"));
  EXPECT_TRUE(with({"192.168.0.0/16", "2001:db2::/64"}, "192.168.0.23"));
  // An empty cache.
  const Cluster empty({object("unrelated", {"10.0.0.0/24"})}, {});
  EXPECT_TRUE(can_delete(self, empty.view()));
}

TEST(CanDelete, LooksAtManagedAddressesOfTheFamilyOnly) {
  const ServiceCidr self = object("a", {"192.168.0.0/24"});
  IpAddress unmanaged = managed("192.168.0.1");
  unmanaged.meta.labels.erase(std::string(kManagedByLabel));
  EXPECT_TRUE(Cluster({self}, {unmanaged}).can_delete_first());
  IpAddress mislabelled = managed("192.168.0.1");
  mislabelled.meta.labels[std::string(kFamilyLabel)] = "IPv6";
  EXPECT_TRUE(Cluster({self}, {mislabelled}).can_delete_first());
  EXPECT_FALSE(Cluster({object("a", {"192.168.0.0/24", "fd00::/64"})}, {mislabelled}).can_delete_first());
}

TEST(CanDelete, NamesWhoBlocks) {
  const Cluster cluster({object("a", {"192.168.0.0/24"})},
                        {managed("192.168.0.1"), managed("192.168.0.2"), managed("192.168.1.1")});
  EXPECT_THAT(deletion_blockers(object("a", {"192.168.0.0/24"}), cluster.view(), 10),
              ElementsAre("192.168.0.1", "192.168.0.2"));
  EXPECT_THAT(deletion_blockers(object("a", {"192.168.0.0/24"}), cluster.view(), 1),
              ElementsAre("192.168.0.1"));
}

// The hazard that upstream has: two equal objects that go together take each other for a cover.
TEST(CanDelete, TakesATerminatingCoverForACover) {
  ServiceCidr twin = deleted();
  twin.meta.name = "twin";
  EXPECT_TRUE(Cluster({deleted(), twin}, {managed("192.168.0.1")}).can_delete_first());
}

TEST(Visits, FollowAnAddress) {
  const ServiceCidr self = object("default", {"192.168.0.0/24", "2001:db2::/96"});
  const ServiceCidr equal = object("equal", {"192.168.0.0/24", "2001:db2::/64"});
  const ServiceCidr small = object("small", {"192.168.0.0/26"});
  const auto visits = [](const std::vector<ServiceCidr>& objects, std::string_view address) {
    return visits_after_address(managed(address), Cluster(objects, {}).index());
  };
  EXPECT_THAT(visits({}, "192.168.0.23"), IsEmpty());
  EXPECT_THAT(visits({self}, "192.168.0.23"), ElementsAre("default"));
  EXPECT_THAT(visits({self, equal}, "192.168.0.23"), ElementsAre("default", "equal"));
  EXPECT_THAT(visits({self, equal, small}, "192.168.0.23"), ElementsAre("default", "equal", "small"));
  EXPECT_THAT(visits({self, equal, small}, "192.168.0.0"), IsEmpty());
  EXPECT_THAT(visits({self, equal, small}, "2001:db2::"), IsEmpty());
  EXPECT_THAT(visits({self, equal, small}, "192.168.0.63"), ElementsAre("default", "equal"));
  EXPECT_THAT(visits({self, equal, small}, "2001:db2::ffff:ffff:ffff:ffff"), ElementsAre("equal"));
  IpAddress unmanaged = managed("192.168.0.23");
  unmanaged.meta.labels.clear();
  EXPECT_THAT(visits_after_address(unmanaged, Cluster({self}, {}).index()), IsEmpty());
}

TEST(Visits, FollowANewObject) {
  const ServiceCidr self = object("default", {"192.168.0.0/24", "2001:db2::/96"});
  const std::vector<ServiceCidr> others{self, object("equal", {"192.168.0.0/24"}),
                                        object("small", {"192.168.0.0/26"}), object("far", {"10.0.0.0/24"}),
                                        object("farther", {"10.0.0.0/16"})};
  EXPECT_THAT(visits_after_add(self, Cluster(others, {}).index()), ElementsAre("default", "equal", "small"));
  EXPECT_THAT(visits_after_add(self, Cluster({}, {}).index()), ElementsAre("default"));
}

}  // namespace
}  // namespace clusterip::cluster
