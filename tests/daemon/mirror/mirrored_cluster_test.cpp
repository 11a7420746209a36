// Lists that go into the state many objects at once.
#include "daemon/mirror/mirrored_cluster.hpp"

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

constexpr auto kAddresses = api::ObjectKind::kIpAddress;
constexpr unsigned kMany = 5'000;

MirroredObject address(unsigned number) {
  cluster::IpAddress object;
  object.meta.name = "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250);
  return object;
}

std::size_t addresses_of(const MirroredCluster& cluster) {
  return cluster.look([](const verify::State& state) { return state.ip_address_count(); });
}

struct Mirrored {
  MirroredCluster cluster{std::chrono::seconds(60), {}};
  MirrorSink& sink = cluster.sink(kAddresses);
  void list(unsigned first, unsigned end) {
    sink.begin_snapshot();
    for (unsigned number = first; number < end; ++number) sink.put(address(number));
    sink.end_snapshot();
  }
};

TEST(MirroredCluster, AListIsWholeAtItsEnd) {
  for (const unsigned many : {0U, 1U, 63U, 64U, 65U, 1'023U, 1'024U, 1'025U, kMany}) {
    Mirrored mirrored;
    mirrored.list(0, many);
    EXPECT_EQ(addresses_of(mirrored.cluster), many);
  }
}

TEST(MirroredCluster, AListIsTakenInWhileSomebodyLooks) {
  Mirrored mirrored;
  mirrored.sink.begin_snapshot();
  mirrored.cluster.look([&](const verify::State&) {
    std::thread([&] {
      // As many as need not wait.
      for (unsigned number = 0; number < 1'000; ++number) mirrored.sink.put(address(number));
    }).join();
  });
  EXPECT_EQ(addresses_of(mirrored.cluster), 0U);
  mirrored.sink.end_snapshot();
  EXPECT_EQ(addresses_of(mirrored.cluster), 1'000U);
}

TEST(MirroredCluster, WhatIsErasedWithinAListStaysErased) {
  Mirrored mirrored;
  mirrored.sink.begin_snapshot();
  mirrored.sink.put(address(1));
  mirrored.sink.put(address(2));
  mirrored.sink.erase(address(1));
  mirrored.sink.end_snapshot();
  EXPECT_EQ(addresses_of(mirrored.cluster), 1U);
}

TEST(MirroredCluster, ALaterListSweepsWhatItDoesNotName) {
  Mirrored mirrored;
  mirrored.list(0, kMany);
  mirrored.list(100, 200);
  EXPECT_EQ(addresses_of(mirrored.cluster), 100U);
}

TEST(MirroredCluster, AListThatIsBegunAnewForgetsWhatWasNotPut) {
  Mirrored mirrored;
  mirrored.sink.begin_snapshot();
  mirrored.sink.put(address(7));
  mirrored.list(100, 110);
  EXPECT_EQ(addresses_of(mirrored.cluster), 10U);
}

}  // namespace
}  // namespace clusterip::daemon
