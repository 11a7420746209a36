#include "daemon/mirror/reflector.hpp"

#include <gmock/gmock.h>

#include "tests/support/object_sink.hpp"

namespace clusterip::daemon {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using What = Reflector::Step::What;

MirroredObject address(const std::string& name, const std::string& version) {
  cluster::IpAddress object;
  object.meta.name = name;
  object.meta.resource_version = version;
  return object;
}

WatchEvent put(const std::string& name, const std::string& version) {
  return {WatchEvent::Type::kPut, version, address(name, version), false, {}};
}

WatchEvent bookmark(const std::string& version, bool end = false) {
  return {WatchEvent::Type::kBookmark, version, std::nullopt, end, {}};
}

WatchEvent error(int code) {
  return {WatchEvent::Type::kError, "", std::nullopt, false, {code, "Reason", "text"}};
}

ReflectorOptions paged() {
  ReflectorOptions options;
  options.streamed_lists = false;
  return options;
}

struct Machine {
  explicit Machine(const ReflectorOptions& options, api::ObjectKind kind = api::ObjectKind::kIpAddress)
      : reflector(kind, options, sink) {}

  // The next request, with the waits in between counted.
  Reflector::Step ask() {
    Reflector::Step step = reflector.next(0.5);
    waited = milliseconds(0);
    if (step.what == What::kWait) {
      waited = step.wait;
      step = reflector.next(0.5);
    }
    return step;
  }
  void fail(FaultKind kind, std::chrono::milliseconds lasted = milliseconds(0)) {
    reflector.failed({kind, ""}, std::nullopt, lasted);
  }
  void list(const std::string& version, std::vector<MirroredObject> items = {}) {
    EXPECT_EQ(ask().what, What::kList);
    EXPECT_FALSE(reflector.listed({version, "", std::move(items)}));
  }
  // In step at that version.
  void follow(const std::string& version, std::vector<MirroredObject> items = {}) {
    list(version, std::move(items));
    EXPECT_EQ(ask().what, What::kWatch);
    reflector.opened();
  }

  testing::ObjectSink sink;
  Reflector reflector;
  milliseconds waited{0};
};

TEST(Reflector, PagesThenWatchesFromTheListsVersion) {
  Machine machine(paged());
  EXPECT_EQ(machine.ask().target, "/apis/networking.k8s.io/v1/ipaddresses?limit=500");
  EXPECT_FALSE(machine.reflector.listed({"7", "to/ken=", {address("10.0.0.1", "5")}}));
  EXPECT_THAT(machine.sink.versions(), IsEmpty());
  EXPECT_EQ(machine.ask().target, "/apis/networking.k8s.io/v1/ipaddresses?limit=500&continue=to%2Fken%3D");
  EXPECT_FALSE(machine.reflector.listed({"7", "", {address("10.0.0.2", "6")}}));
  EXPECT_THAT(machine.sink.versions(), ElementsAre(Pair("10.0.0.1", "5"), Pair("10.0.0.2", "6")));
  EXPECT_FALSE(machine.reflector.in_step());
  EXPECT_THAT(machine.ask().target,
              HasSubstr("watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=7"));
  machine.reflector.opened();
  EXPECT_TRUE(machine.reflector.in_step());
  EXPECT_FALSE(machine.reflector.heard(put("10.0.0.3", "9")));
  EXPECT_FALSE(machine.reflector.heard(bookmark("12")));
  EXPECT_FALSE(machine.reflector.ended(milliseconds(290'000)));
  EXPECT_THAT(machine.ask().target, HasSubstr("resourceVersion=12"));
  EXPECT_EQ(machine.waited, milliseconds(0));
  EXPECT_TRUE(machine.reflector.in_step());
}

TEST(Reflector, StreamsTheListWhereTheServerAgrees) {
  Machine machine({}, api::ObjectKind::kService);
  EXPECT_EQ(machine.ask().target,
            "/api/v1/services?watch=1&allowWatchBookmarks=true&timeoutSeconds=60&sendInitialEvents=true&"
            "resourceVersionMatch=NotOlderThan");
  machine.reflector.opened();
  EXPECT_FALSE(machine.reflector.heard(put("b", "9")));
  EXPECT_FALSE(machine.reflector.heard(put("a", "3")));
  EXPECT_THAT(machine.sink.versions(), IsEmpty());
  EXPECT_FALSE(machine.reflector.in_step());
  EXPECT_FALSE(machine.reflector.heard(bookmark("11", true)));
  EXPECT_TRUE(machine.reflector.in_step());
  EXPECT_THAT(machine.sink.versions(), ElementsAre(Pair("a", "3"), Pair("b", "9")));
}

TEST(Reflector, FallsBackToPagesWhenStreamsAreRefusedOrNeverEnd) {
  Machine refused({});
  EXPECT_EQ(refused.ask().what, What::kWatch);
  refused.reflector.failed(refused.reflector.refused({422, "Invalid", ""}), std::nullopt, milliseconds(0));
  EXPECT_EQ(refused.ask().what, What::kList);
  EXPECT_EQ(refused.waited, milliseconds(0));

  Machine old({});
  EXPECT_EQ(old.ask().what, What::kWatch);
  old.reflector.opened();
  EXPECT_FALSE(old.reflector.heard(put("10.0.0.1", "4")));
  const auto fault = old.reflector.heard(bookmark("5"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::kUnfinishedList);
  old.reflector.failed(*fault, std::nullopt, milliseconds(0));
  EXPECT_EQ(old.ask().what, What::kList);

  Machine busy({});
  EXPECT_EQ(busy.ask().what, What::kWatch);
  busy.reflector.failed(busy.reflector.refused({429, "TooManyRequests", ""}), std::chrono::seconds(3),
                        milliseconds(0));
  EXPECT_EQ(busy.ask().what, What::kWatch);
  EXPECT_EQ(busy.waited, milliseconds(3000));
}

TEST(Reflector, GoneMeansANewListAtOnceAndLaterWithPatience) {
  for (const bool as_event : {true, false}) {
    Machine machine(paged());
    machine.follow("7", {address("10.0.0.1", "5")});
    if (as_event) {
      const auto fault = machine.reflector.heard(error(410));
      ASSERT_TRUE(fault);
      machine.reflector.failed(*fault, std::nullopt, milliseconds(0));
    } else {
      EXPECT_FALSE(machine.reflector.ended(milliseconds(0)));
      EXPECT_EQ(machine.ask().what, What::kWatch);
      machine.reflector.failed(machine.reflector.refused({410, "Expired", ""}), std::nullopt,
                               milliseconds(10'000));
    }
    EXPECT_FALSE(machine.reflector.in_step());
    EXPECT_EQ(machine.ask().what, What::kList);
    EXPECT_EQ(machine.waited, milliseconds(0));
    EXPECT_FALSE(machine.reflector.listed({"20", "", {}}));
    EXPECT_THAT(machine.sink.versions(), IsEmpty());
    EXPECT_EQ(machine.ask().what, What::kWatch);
    machine.fail(FaultKind::kGone);
    EXPECT_EQ(machine.ask().what, What::kList);
    EXPECT_GT(machine.waited, milliseconds(0));
  }
}

TEST(Reflector, PagesThatExpireTwiceAreAskedForAtOnce) {
  Machine machine(paged());
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(machine.ask().target, HasSubstr("?limit=500"));
    EXPECT_FALSE(machine.reflector.listed({"7", "token", {address("10.0.0.1", "5")}}));
    EXPECT_THAT(machine.ask().target, HasSubstr("continue=token"));
    machine.fail(FaultKind::kGone);
  }
  EXPECT_EQ(machine.ask().target, "/apis/networking.k8s.io/v1/ipaddresses");
}

TEST(Reflector, ALostConnectionIsTakenUpWhereItBroke) {
  for (const FaultKind kind : {FaultKind::kConnect, FaultKind::kCut, FaultKind::kTimeout,
                               FaultKind::kServerError, FaultKind::kThrottled, FaultKind::kUnauthorized}) {
    Machine machine(paged());
    machine.follow("7", {address("10.0.0.1", "5")});
    EXPECT_FALSE(machine.reflector.heard(put("10.0.0.2", "8")));
    machine.fail(kind);
    EXPECT_FALSE(machine.reflector.in_step());
    EXPECT_THAT(machine.ask().target, HasSubstr("resourceVersion=8"));
    EXPECT_EQ(machine.waited, milliseconds(500));
    EXPECT_EQ(machine.sink.versions().size(), 2U);
    machine.reflector.opened();
    EXPECT_TRUE(machine.reflector.in_step());
  }
}

TEST(Reflector, ContentThatCannotBeRightMeansANewList) {
  for (const FaultKind kind : {FaultKind::kMalformed, FaultKind::kWrongKind, FaultKind::kNoVersion,
                               FaultKind::kVersionWentBack, FaultKind::kTooLarge, FaultKind::kErrorEvent}) {
    Machine machine(paged());
    machine.follow("7");
    machine.fail(kind);
    EXPECT_EQ(machine.ask().what, What::kList) << fault_name(kind);
    EXPECT_EQ(machine.waited, milliseconds(500));
  }
}

TEST(Reflector, AnEventThatGoesBackIsNotBelieved) {
  Machine machine(paged());
  machine.follow("1000", {address("10.0.0.1", "5")});
  EXPECT_FALSE(machine.reflector.heard(put("10.0.0.1", "1001")));
  EXPECT_FALSE(machine.reflector.heard(put("10.0.0.1", "1001"))) << "a repetition is harmless";
  const auto fault = machine.reflector.heard(put("10.0.0.2", "999"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::kVersionWentBack);
  EXPECT_THAT(machine.sink.versions(), ElementsAre(Pair("10.0.0.1", "1001")));
}

TEST(Reflector, AnOlderHistoryIsBelievedWhenTheServerStaysWithIt) {
  Machine machine(paged());
  machine.follow("1000", {address("10.0.0.1", "900")});
  machine.fail(FaultKind::kGone);
  EXPECT_EQ(machine.ask().what, What::kList);
  const auto fault = machine.reflector.listed({"30", "", {}});
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::kVersionWentBack);
  EXPECT_THAT(fault->message, HasSubstr("version 30, though 1000"));
  machine.reflector.failed(*fault, std::nullopt, milliseconds(0));
  EXPECT_EQ(machine.sink.versions().size(), 1U);
  machine.follow("31", {});
  EXPECT_THAT(machine.sink.versions(), IsEmpty());
  EXPECT_EQ(machine.reflector.counters().histories, 1U);
}

TEST(Reflector, AListThatWasOldOnceOnlyIsForgotten) {
  Machine machine(paged());
  machine.follow("1000");
  machine.fail(FaultKind::kGone);
  EXPECT_EQ(machine.ask().what, What::kList);
  EXPECT_TRUE(machine.reflector.listed({"30", "", {}}));
  machine.fail(FaultKind::kVersionWentBack);
  machine.follow("1005");
  machine.fail(FaultKind::kGone);
  EXPECT_EQ(machine.ask().what, What::kList);
  EXPECT_TRUE(machine.reflector.listed({"30", "", {}})) << "the doubt starts anew";
  EXPECT_EQ(machine.reflector.counters().histories, 0U);
}

TEST(Reflector, PagesOfDifferentVersionsAreNoList) {
  Machine machine(paged());
  EXPECT_EQ(machine.ask().what, What::kList);
  EXPECT_FALSE(machine.reflector.listed({"7", "token", {address("10.0.0.1", "5")}}));
  EXPECT_TRUE(machine.reflector.listed({"8", "", {}}));
  EXPECT_THAT(machine.sink.versions(), IsEmpty());
}

TEST(Reflector, WaitsGrowJitterAndEnd) {
  Machine machine(paged());
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 9; ++i) {
    machine.fail(FaultKind::kConnect);
    machine.ask();
    waits.push_back(machine.waited.count());
  }
  EXPECT_THAT(waits, ElementsAre(500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000));
  machine.fail(FaultKind::kConnect);
  EXPECT_EQ(machine.reflector.next(0.0).wait, milliseconds(15'000));
  machine.fail(FaultKind::kConnect);
  EXPECT_EQ(machine.reflector.next(0.999).wait, milliseconds(44'970));
  machine.fail(FaultKind::kCut, milliseconds(60'000));
  machine.ask();
  EXPECT_EQ(machine.waited, milliseconds(500)) << "after a connection that held";
  machine.reflector.failed({FaultKind::kThrottled, ""}, std::chrono::hours(24), milliseconds(0));
  machine.ask();
  EXPECT_EQ(machine.waited, milliseconds(300'000)) << "however long the server asks for";
}

TEST(Reflector, AServerThatEndsEachWatchAtOnceIsNotAskedWithoutEnd) {
  Machine machine(paged());
  machine.follow("7");
  EXPECT_FALSE(machine.reflector.ended(milliseconds(1)));
  machine.ask();
  EXPECT_EQ(machine.waited, milliseconds(0));
  machine.reflector.opened();
  EXPECT_FALSE(machine.reflector.ended(milliseconds(1)));
  machine.ask();
  EXPECT_GT(machine.waited, milliseconds(0));
}

TEST(Reflector, TriesV1beta1WhereV1IsUnknown) {
  Machine machine(paged(), api::ObjectKind::kServiceCidr);
  EXPECT_THAT(machine.ask().target, HasSubstr("/v1/servicecidrs"));
  machine.fail(FaultKind::kNotFound);
  EXPECT_THAT(machine.ask().target, HasSubstr("/v1beta1/servicecidrs"));
  EXPECT_EQ(machine.waited, milliseconds(0));
  machine.fail(FaultKind::kNotFound);
  EXPECT_THAT(machine.ask().target, HasSubstr("/v1/servicecidrs"));
  EXPECT_GT(machine.waited, milliseconds(0));
}

TEST(Reflector, OpaqueVersionsAreNotCompared) {
  EXPECT_TRUE(is_older_version("9", "10"));
  EXPECT_TRUE(is_older_version("18446744073709551616", "18446744073709551617"));
  EXPECT_FALSE(is_older_version("10", "9"));
  EXPECT_FALSE(is_older_version("007", "7"));
  EXPECT_FALSE(is_older_version("abc", "7"));
  EXPECT_FALSE(is_older_version("7", ""));
}

}  // namespace
}  // namespace clusterip::daemon
