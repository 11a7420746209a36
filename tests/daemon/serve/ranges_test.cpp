// ServiceCIDRs and IPAddresses through the API: their lives, and the answers that upstream gives.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* kRanges = "/apis/networking.k8s.io/v1/servicecidrs";
constexpr const char* kAddresses = "/apis/networking.k8s.io/v1/ipaddresses";
constexpr const char* kFinalizer = "networking.k8s.io/service-cidr-finalizer";

Json range(const std::string& name, const std::vector<std::string>& cidrs) {
  return {{"metadata", {{"name", name}}}, {"spec", {{"cidrs", cidrs}}}};
}

Json address(const std::string& name, bool managed = true) {
  Json object{{"metadata", {{"name", name}}},
              {"spec", {{"parentRef", {{"resource", "things"}, {"name", "x"}}}}}};
  if (managed) {
    object["metadata"]["labels"] = {{"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"},
                                    {"ipaddress.kubernetes.io/ip-family", "IPv4"}};
  }
  return object;
}

class Ranges : public ::testing::Test {
 protected:
  Ranges()
      : daemon_({"--service-cluster-ip-range=10.96.0.0/16", "--in-memory", "--service-cidr-deletion-grace=0s",
                 "--controllers=service-cidr,default-service-cidr"}),
        client_(daemon_.port()) {}

  // The object once `wanted` holds for it; null when that does not happen.
  template <class Wanted>
  Json eventually(const std::string& path, Wanted wanted) {
    for (int attempt = 0; attempt < 500; ++attempt) {
      const Answer answer = client_.get(path);
      if (wanted(answer)) return answer.json();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return nullptr;
  }
  static bool is_ready(const Answer& answer) {
    const Json object = answer.json();
    return answer.status == 200 && object.contains("/status/conditions/0"_json_pointer) &&
           object["status"]["conditions"][0]["status"] == "True";
  }

  DaemonProcess daemon_;
  HttpClient client_;
};

TEST_F(Ranges, TheDefaultOneIsThereAndReady) {
  const Json object = eventually(std::string(kRanges) + "/kubernetes", is_ready);
  ASSERT_FALSE(object.is_null());
  EXPECT_EQ(object["spec"]["cidrs"], Json({"10.96.0.0/16"}));
  EXPECT_EQ(object["metadata"]["finalizers"], Json({kFinalizer}));
}

TEST_F(Ranges, LiveAndGo) {
  ASSERT_EQ(client_.post(kRanges, range("a", {"10.97.0.0/24"})).status, 201);
  const std::string path = std::string(kRanges) + "/a";
  ASSERT_FALSE(eventually(path, is_ready).is_null());
  ASSERT_EQ(client_.post(kAddresses, address("10.97.0.7")).status, 201);

  const Answer deleted = client_.erase(path);
  EXPECT_EQ(deleted.status, 200);
  EXPECT_TRUE(deleted.json()["metadata"].contains("deletionTimestamp"));
  const Json blocked = eventually(path, [](const Answer& answer) {
    return answer.json().value("/status/conditions/0/status"_json_pointer, "") == "False";
  });
  ASSERT_FALSE(blocked.is_null());
  EXPECT_EQ(blocked["status"]["conditions"][0]["reason"], "Terminating");
  EXPECT_EQ(client_.erase(path).json()["metadata"], client_.get(path).json()["metadata"]);
  const Answer again = client_.post(kRanges, range("a", {"10.97.0.0/24"}));
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.json()["message"].get<std::string>(), HasSubstr("object is being deleted: "));

  ASSERT_EQ(client_.erase(std::string(kAddresses) + "/10.97.0.7").status, 200);
  EXPECT_FALSE(eventually(path, [](const Answer& answer) { return answer.status == 404; }).is_null());
}

TEST_F(Ranges, EqualOnesThatGoTogetherWaitForTheirAddresses) {
  for (const char* name : {"a", "b"}) {
    ASSERT_EQ(client_.post(kRanges, range(name, {"10.97.0.0/24"})).status, 201);
    ASSERT_FALSE(eventually(std::string(kRanges) + "/" + name, is_ready).is_null());
  }
  ASSERT_EQ(client_.post(kAddresses, address("10.97.0.7")).status, 201);
  for (const char* name : {"a", "b"}) ASSERT_EQ(client_.erase(std::string(kRanges) + "/" + name).status, 200);
  // The first may go while the second still stands ready; one of the two stays while the address lives.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const int standing = static_cast<int>(client_.get(std::string(kRanges) + "/a").status == 200) +
                       static_cast<int>(client_.get(std::string(kRanges) + "/b").status == 200);
  EXPECT_GE(standing, 1);
  ASSERT_EQ(client_.erase(std::string(kAddresses) + "/10.97.0.7").status, 200);
  for (const char* name : {"a", "b"}) {
    EXPECT_FALSE(eventually(std::string(kRanges) + "/" + name, [](const Answer& answer) {
                   return answer.status == 404;
                 }).is_null());
  }
}

TEST_F(Ranges, MayGrowASecondFamilyAndNothingElse) {
  ASSERT_EQ(client_.post(kRanges, range("a", {"10.97.0.0/24"})).status, 201);
  const std::string path = std::string(kRanges) + "/a";
  const Answer changed = client_.put(path, range("a", {"10.98.0.0/24"}));
  EXPECT_EQ(changed.status, 422);
  EXPECT_EQ(
      changed.json()["message"],
      "ServiceCIDR.networking.k8s.io \"a\" is invalid: spec.cidrs[0]: Invalid value: \"10.98.0.0/24\": field "
      "is immutable");
  EXPECT_EQ(client_.put(path, range("a", {"10.97.0.0/24", "fd00:97::/112"})).status, 200);
  EXPECT_EQ(client_.put(path, range("a", {"10.97.0.0/24"})).status, 422);
  EXPECT_EQ(client_.put(std::string(kRanges) + "/none", range("none", {"10.9.0.0/24"})).status, 404);
  EXPECT_EQ(client_.put(path, range("b", {"10.97.0.0/24"})).json()["message"],
            "the name of the object (b) does not match the name on the URL (a)");
}

TEST_F(Ranges, AnOldResourceVersionIsAConflict) {
  const Json first = client_.post(kRanges, range("a", {"10.97.0.0/24"})).json();
  const std::string path = std::string(kRanges) + "/a";
  ASSERT_FALSE(eventually(path, is_ready).is_null());
  Json stale = first;
  stale["metadata"]["labels"] = {{"x", "y"}};
  const Answer answer = client_.put(path, stale);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.json()["reason"], "Conflict");
  Json fresh = client_.get(path).json();
  fresh["metadata"]["labels"] = {{"x", "y"}};
  const Answer updated = client_.put(path, fresh);
  EXPECT_EQ(updated.status, 200);
  EXPECT_NE(updated.json()["metadata"]["resourceVersion"], fresh["metadata"]["resourceVersion"]);
  // A write that changes nothing is none.
  EXPECT_EQ(client_.put(path, updated.json()).json(), updated.json());
}

TEST_F(Ranges, DeleteMindsItsPreconditions) {
  ASSERT_EQ(client_.post(kAddresses, address("10.97.0.7", false)).status, 201);
  const std::string path = std::string(kAddresses) + "/10.97.0.7";
  const Answer refused = client_.erase(path, {{"preconditions", {{"uid", "other"}}}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.json()["message"].get<std::string>(), HasSubstr("the UID in the precondition (other)"));
  EXPECT_EQ(client_.erase(path + "?dryRun=All").status, 200);
  EXPECT_EQ(client_.get(path).status, 200);
  const Answer deleted = client_.erase(path);
  EXPECT_EQ(deleted.json()["status"], "Success");
  EXPECT_EQ(deleted.json()["details"]["kind"], "ipaddresses");
  const Answer missing = client_.get(path);
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.json()["message"], "ipaddresses.networking.k8s.io \"10.97.0.7\" not found");
}

TEST_F(Ranges, IpAddressesAreValidatedAndUnique) {
  EXPECT_EQ(client_.post(kAddresses, address("not-an-ip")).status, 422);
  EXPECT_EQ(client_.post(kAddresses, address("FD00::1")).status, 422);
  EXPECT_EQ(client_.post(kAddresses, address("fd00::1", false)).status, 201);
  const Answer twice = client_.post(kAddresses, address("fd00::1", false));
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(twice.json()["message"], "ipaddresses.networking.k8s.io \"fd00::1\" already exists");
  EXPECT_EQ(client_.get(kAddresses).json()["items"].size(), 1U);
}

TEST_F(Ranges, BothVersionsAreServed) {
  ASSERT_EQ(client_.post(kRanges, range("a", {"10.97.0.0/24"})).status, 201);
  const Json beta = client_.get("/apis/networking.k8s.io/v1beta1/servicecidrs/a").json();
  EXPECT_EQ(beta["apiVersion"], "networking.k8s.io/v1beta1");
  EXPECT_EQ(beta["kind"], "ServiceCIDR");
  EXPECT_EQ(client_.get("/apis/networking.k8s.io/v2/servicecidrs/a").status, 404);
}

TEST_F(Ranges, NamesCanBeGenerated) {
  Json object = range("", {"10.97.0.0/24"});
  object["metadata"] = {{"generateName", "more-"}};
  const Json created = client_.post(kRanges, object).json();
  EXPECT_EQ(created["metadata"]["name"].get<std::string>().size(), 10U);
  const Answer nameless = client_.post(kRanges, {{"spec", {{"cidrs", {"10.97.0.0/24"}}}}});
  EXPECT_EQ(nameless.status, 422);
  EXPECT_THAT(nameless.json()["message"].get<std::string>(),
              HasSubstr("metadata.name: Required value: name or generateName is required"));
}

}  // namespace
}  // namespace clusterip::testing
