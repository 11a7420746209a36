#include "daemon/mirror/watch_skim.hpp"

#include <gmock/gmock.h>

namespace clusterip::daemon {
namespace {

using api::ObjectKind;

const std::string kService =
    R"({"metadata":{"name":"a","namespace":"shop","resourceVersion":"7","creationTimestamp":"2026-11-01T10:00:00Z",)"
    R"("managedFields":[{"fieldsV1":{"f:spec":{"k:{\"port\":80}":{}}}}]},"spec":{"clusterIP":"10.0.0.7",)"
    R"("clusterIPs":["10.0.0.7"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"},"status":{"loadBalancer":{}}})";
const std::string kAddress =
    R"({"kind":"IPAddress","apiVersion":"networking.k8s.io/v1","metadata":{"name":"10.0.0.7","resourceVersion":"6"},)"
    R"("spec":{"parentRef":{"resource":"services","namespace":"shop","name":"a"}}})";

std::string list_of(const std::string& item, const std::string& kind = "ServiceList") {
  return R"({"kind":")" + kind +
         R"(","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"abc"},"items":[)" + item +
         "]}\n";
}

std::string event_of(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}";
}

TEST(WatchSkim, TakesThePagesThatAnApiserverWrites) {
  const auto page = skim_list_page(list_of(kService), ObjectKind::kService);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->resource_version, "9");
  EXPECT_EQ(page->continue_token, "abc");
  ASSERT_EQ(page->items.size(), 1U);
  const auto& service = std::get<cluster::Service>(page->items[0]);
  EXPECT_EQ(service.meta.name, "a");
  EXPECT_EQ(service.meta.name_space, "shop");
  EXPECT_EQ(service.addresses(), std::vector<std::string>{"10.0.0.7"});
  EXPECT_TRUE(skim_list_page(list_of(""), ObjectKind::kService));
}

TEST(WatchSkim, TakesEventsOfObjects) {
  const auto put = skim_watch_event(event_of("ADDED", kAddress), ObjectKind::kIpAddress);
  ASSERT_TRUE(put);
  EXPECT_EQ(put->type, WatchEvent::Type::kPut);
  EXPECT_EQ(put->resource_version, "6");
  EXPECT_EQ(std::get<cluster::IpAddress>(*put->object).parent->name, "a");
  const auto erased = skim_watch_event(event_of("DELETED", kAddress), ObjectKind::kIpAddress);
  ASSERT_TRUE(erased);
  EXPECT_EQ(erased->type, WatchEvent::Type::kErased);
}

// Whatever is not surely right is left to the general way, which names the fault.
TEST(WatchSkim, LeavesTheRestToTheGeneralWay) {
  const std::string unnamed =
      R"({"kind":"IPAddress","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"6"}})";
  for (const std::string& line :
       {event_of(
            "BOOKMARK",
            R"({"kind":"IPAddress","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"6"}})"),
        event_of("ERROR", R"({"kind":"Status","code":410})"), event_of("ADDED", unnamed),
        event_of("ADDED", kService), event_of("ADDED", kAddress) + "x",
        event_of("ADDED", kAddress).substr(0, 100), event_of("OTHER", kAddress),
        std::string(R"({"type":"ADDED"})"), std::string("[]"), std::string()}) {
    EXPECT_FALSE(skim_watch_event(line, ObjectKind::kIpAddress)) << line;
  }
  EXPECT_FALSE(skim_watch_event(event_of("ADDED", kAddress), ObjectKind::kService));
  EXPECT_FALSE(skim_list_page(list_of(kService, "PodList"), ObjectKind::kService));
  EXPECT_FALSE(skim_list_page(list_of(kService), ObjectKind::kIpAddress));
  EXPECT_FALSE(skim_list_page(list_of(kService + "," + kAddress), ObjectKind::kService));
  EXPECT_FALSE(skim_list_page(R"({"kind":"ServiceList","apiVersion":"v1","metadata":{},"items":[]})",
                              ObjectKind::kService));
}

}  // namespace
}  // namespace clusterip::daemon
