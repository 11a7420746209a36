// Followers against an apiserver that misbehaves: whatever happens, they end with what the server holds.
#include "daemon/mirror/follower.hpp"

#include <array>
#include <random>
#include <set>

#include <gmock/gmock.h>

#include "tests/support/fake_apiserver.hpp"
#include "tests/support/object_sink.hpp"

namespace clusterip::daemon {
namespace {

using testing::FakeApiserver;
using testing::ServerFault;
using Kind = FakeApiserver::Kind;

constexpr std::chrono::seconds kPatience{30};

class Watcher : public FollowObserver {
 public:
  void status(const FollowStatus& status) override {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  void fault(const Fault& fault, std::chrono::milliseconds wait) override {
    const std::lock_guard lock(mutex_);
    faults_.insert(fault.kind);
    longest_wait_ = std::max(longest_wait_, wait);
  }
  FollowStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  std::multiset<FaultKind> faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
  }

 private:
  mutable std::mutex mutex_;
  FollowStatus status_;
  std::multiset<FaultKind> faults_;
  std::chrono::milliseconds longest_wait_{0};
};

ReflectorOptions quick(bool streamed) {
  ReflectorOptions options;
  options.page_limit = 7;
  options.first_wait = std::chrono::milliseconds(1);
  options.longest_wait = std::chrono::milliseconds(20);
  options.streamed_lists = streamed;
  return options;
}

// One follower of one kind.
class Following {
 public:
  Following(const FakeApiserver& server, api::ObjectKind kind, bool streamed,
            std::chrono::seconds silence = std::chrono::seconds(1))
      : credentials_(access(server)),
        follower_(kind, credentials_, {}, quick(streamed),
                  {.line_bytes = std::size_t{1} << 20U, .silence = silence}, sink, watcher) {
    follower_.start();
  }

  bool agrees_with(const FakeApiserver& server, Kind kind) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      if (watcher.status().in_step && server.planned() == 0 && same(server, kind)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

  testing::ObjectSink sink;
  Watcher watcher;

 private:
  static ClusterAccess access(const FakeApiserver& server) {
    ClusterAccess access;
    EXPECT_EQ(set_server(access, server.url()), "");
    return access;
  }
  bool same(const FakeApiserver& server, Kind kind) {
    std::map<std::string, std::string> wanted;
    for (const auto& [key, object] : server.objects(kind))
      wanted[key] = object["metadata"]["resourceVersion"];
    return wanted == sink.versions();
  }

  Credentials credentials_;
  Follower follower_;
};

std::string address(unsigned i) {
  return "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
}

void fill(FakeApiserver& server, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    server.put(Kind::kIpAddresses, testing::fake_ip_address(address(i), "d", "a"));
}

TEST(Follower, ListsInPagesAndFollows) {
  for (const bool streamed : {false, true}) {
    FakeApiserver server;
    fill(server, 50);
    Following following(server, api::ObjectKind::kIpAddress, streamed);
    EXPECT_TRUE(following.agrees_with(server, Kind::kIpAddresses));
    server.put(Kind::kIpAddresses, testing::fake_ip_address("10.1.0.1", "d", "a"));
    server.erase(Kind::kIpAddresses, "10.0.0.3");
    server.bookmark();
    EXPECT_TRUE(following.agrees_with(server, Kind::kIpAddresses));
    EXPECT_THAT(following.watcher.faults(), ::testing::IsEmpty());
    EXPECT_EQ(following.watcher.status().counters.lists, 1U);
    EXPECT_EQ(server.writes(), 0U);
  }
}

TEST(Follower, UsesV1beta1AndPagesWhereTheServerHasNothingElse) {
  FakeApiserver server({.v1 = false, .streamed_lists = false, .token = "", .huge_line_bytes = 0});
  server.put(Kind::kServiceCidrs, testing::fake_cidr("kubernetes", {"10.0.0.0/16"}));
  Following following(server, api::ObjectKind::kServiceCidr, true);
  EXPECT_TRUE(following.agrees_with(server, Kind::kServiceCidrs));
}

struct Expected {
  ServerFault fault;
  FaultKind seen;
};

TEST(Follower, NamesWhatARequestSuffersAndGetsOverIt) {
  for (const bool streamed : {false, true}) {
    for (const Expected& expected : {
             Expected{ServerFault::kThrottle, FaultKind::kThrottled},
             Expected{ServerFault::kInternal, FaultKind::kServerError},
             Expected{ServerFault::kUnauthorized, FaultKind::kUnauthorized},
             Expected{ServerFault::kGoneStatus, FaultKind::kGone},
             Expected{ServerFault::kDrop, FaultKind::kCut},
             Expected{ServerFault::kHtml, FaultKind::kMalformed},
             Expected{ServerFault::kOtherKind, streamed ? FaultKind::kMalformed : FaultKind::kWrongKind},
             Expected{ServerFault::kNoVersion, streamed ? FaultKind::kMalformed : FaultKind::kNoVersion},
             Expected{ServerFault::kEmptyAnswer,
                      streamed ? FaultKind::kUnfinishedList : FaultKind::kMalformed},
             Expected{ServerFault::kCutBody, FaultKind::kCut},
             Expected{ServerFault::kBadField, FaultKind::kMalformed},
             Expected{ServerFault::kHugeLine, streamed ? FaultKind::kTooLarge : FaultKind::kWrongKind},
         }) {
      FakeApiserver server;
      fill(server, 20);
      server.plan_on_request(Kind::kIpAddresses, expected.fault);
      Following following(server, api::ObjectKind::kIpAddress, streamed);
      EXPECT_TRUE(following.agrees_with(server, Kind::kIpAddresses)) << static_cast<int>(expected.fault);
      EXPECT_THAT(following.watcher.faults(), ::testing::ElementsAre(expected.seen))
          << static_cast<int>(expected.fault);
    }
  }
}

TEST(Follower, NamesWhatAWatchSuffersAndGetsOverIt) {
  for (const Expected& expected : {
           Expected{ServerFault::kGoneEvent, FaultKind::kGone},
           Expected{ServerFault::kErrorEvent, FaultKind::kErrorEvent},
           Expected{ServerFault::kGarbageLine, FaultKind::kMalformed},
           Expected{ServerFault::kReset, FaultKind::kCut},
           Expected{ServerFault::kStall, FaultKind::kTimeout},
           Expected{ServerFault::kOtherKind, FaultKind::kWrongKind},
           Expected{ServerFault::kNoVersion, FaultKind::kNoVersion},
           Expected{ServerFault::kOldVersion, FaultKind::kVersionWentBack},
           Expected{ServerFault::kBadField, FaultKind::kMalformed},
           Expected{ServerFault::kCutBody, FaultKind::kCut},
           Expected{ServerFault::kHugeLine, FaultKind::kTooLarge},
       }) {
    FakeApiserver server;
    fill(server, 20);
    // Silence is a fault of its own: on a busy machine a short one would end other watches too.
    const auto silence = expected.fault == ServerFault::kStall ? std::chrono::seconds(1) : kPatience;
    Following following(server, api::ObjectKind::kIpAddress, false, silence);
    ASSERT_TRUE(following.agrees_with(server, Kind::kIpAddresses));
    server.plan_on_watch(Kind::kIpAddresses, expected.fault);
    while (server.planned() > 0) std::this_thread::yield();
    server.put(Kind::kIpAddresses, testing::fake_ip_address("10.1.0.1", "d", "a"));
    server.erase(Kind::kIpAddresses, "10.0.0.3");
    EXPECT_TRUE(following.agrees_with(server, Kind::kIpAddresses)) << static_cast<int>(expected.fault);
    // More than once where the changes above come between two pages of the new list, which then is gone too.
    EXPECT_GE(following.watcher.faults().count(expected.seen), 1U) << static_cast<int>(expected.fault);
    EXPECT_LE(following.watcher.status().counters.lists, 2U);
  }
}

TEST(Follower, AcceptsARestoredBackupAfterAskingTwice) {
  FakeApiserver server;
  fill(server, 20);
  Following following(server, api::ObjectKind::kIpAddress, false);
  ASSERT_TRUE(following.agrees_with(server, Kind::kIpAddresses));
  server.erase(Kind::kIpAddresses, "10.0.0.3");
  server.restart_with_history(40);
  EXPECT_TRUE(following.agrees_with(server, Kind::kIpAddresses));
  EXPECT_EQ(following.watcher.status().counters.histories, 1U);
  EXPECT_EQ(following.watcher.faults().count(FaultKind::kVersionWentBack), 1U);
}

// One random step of a server's life.
void live(FakeApiserver& server, std::mt19937& random, unsigned& next) {
  const auto roll = [&](unsigned sides) {
    return std::uniform_int_distribution<unsigned>(0, sides - 1)(random);
  };
  const auto fault = [&] {
    auto drawn = ServerFault{};
    do drawn = static_cast<ServerFault>(roll(testing::kServerFaults));
    while (drawn == ServerFault::kStall ||
           drawn == ServerFault::kHugeLine);  // slow; they have tests of their own
    return drawn;
  };
  switch (roll(12)) {
    case 0:
      return server.plan_on_request(Kind::kIpAddresses, fault());
    case 1:
    case 2:
      return server.plan_on_watch(Kind::kIpAddresses, fault());
    case 3:
      return server.bookmark();
    case 4:
      return server.compact();
    case 5:
      return server.drop_connections();
    case 6:
      return server.erase(Kind::kIpAddresses, address(roll(next + 1)));
    case 7:
      if (roll(8) == 0) return server.restart_with_history(roll(2) == 0 ? 500 : 1'000'000);
      [[fallthrough]];
    default:
      return server.put(Kind::kIpAddresses,
                        testing::fake_ip_address(address(roll(2) == 0 ? next++ : roll(next + 1)), "d", "a"));
  }
}

TEST(Follower, ConvergesThroughHundredsOfFaults) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    FakeApiserver server(
        {.v1 = seed % 3 != 0, .streamed_lists = seed % 4 != 0, .token = "", .huge_line_bytes = 0});
    unsigned next = 30;
    fill(server, next);
    Following following(server, api::ObjectKind::kIpAddress, seed % 2 == 0);
    for (int step = 0; step < 120; ++step) {
      live(server, random, next);
      if (step % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    // The last faults are suffered by requests that a clean end of each watch brings about.
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (server.planned() > 0 && std::chrono::steady_clock::now() < deadline) {
      server.drop_connections();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(following.agrees_with(server, Kind::kIpAddresses)) << "seed " << seed;
    EXPECT_GT(following.watcher.faults().size(), 5U);
  }
}

TEST(Follower, StopsAtOnceWhileItWaitsForTheServer) {
  FakeApiserver server;
  Following following(server, api::ObjectKind::kService, false);
  ASSERT_TRUE(following.agrees_with(server, Kind::kServices));
}

}  // namespace
}  // namespace clusterip::daemon
