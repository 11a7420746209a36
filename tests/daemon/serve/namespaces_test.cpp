// Namespaces go with what is in them, and not before it.
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

const std::string kNamespaces = "/api/v1/namespaces";

Json service(const std::string& name) {
  return {{"metadata", {{"name", name}}}, {"spec", {{"ports", {{{"port", 80}}}}}}};
}

class Namespaces : public ::testing::Test {
 protected:
  explicit Namespaces(const std::string& controllers = "*", const std::string& grace = "0s")
      : daemon_({"--service-cluster-ip-range=10.96.0.0/24", "--in-memory", "--controllers=" + controllers,
                 "--namespace-deletion-grace=" + grace}),
        client_(daemon_.port()) {
    client_.post(kNamespaces, {{"metadata", {{"name", "n"}}}});
  }

  bool goes(const std::string& path) {
    for (int attempt = 0; attempt < 1000; ++attempt) {
      if (client_.get(path).status == 404) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  std::size_t addresses() {
    return client_.get("/apis/networking.k8s.io/v1/ipaddresses").json()["items"].size();
  }

  DaemonProcess daemon_;
  HttpClient client_;
};

TEST_F(Namespaces, TakeTheirServicesAlong) {
  for (const char* name : {"a", "b"}) {
    ASSERT_EQ(client_.post(kNamespaces + "/n/services", service(name)).status, 201);
  }
  const Json deleted = client_.erase(kNamespaces + "/n").json();
  EXPECT_EQ(deleted["kind"], "Namespace");
  EXPECT_EQ(deleted["status"]["phase"], "Terminating");
  EXPECT_TRUE(goes(kNamespaces + "/n"));
  EXPECT_EQ(client_.get(kNamespaces + "/n/services").json()["items"].size(), 0U);
  EXPECT_EQ(addresses(), 1U);
}

TEST_F(Namespaces, WaitForFinalizersInThem) {
  Json waiting = service("a");
  waiting["metadata"]["finalizers"] = {"example.com/wait"};
  ASSERT_EQ(client_.post(kNamespaces + "/n/services", waiting).status, 201);
  ASSERT_EQ(client_.erase(kNamespaces + "/n").status, 200);
  const Answer refused = client_.post(kNamespaces + "/n/services", service("b"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(client_.get(kNamespaces + "/n").json()["status"]["phase"], "Terminating");
  client_.patch(kNamespaces + "/n/services/a", {{"metadata", {{"finalizers", nullptr}}}},
                "application/merge-patch+json");
  EXPECT_TRUE(goes(kNamespaces + "/n"));
}

TEST_F(Namespaces, OfTheSystemStay) {
  const Answer refused = client_.erase(kNamespaces + "/default");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.json()["message"],
            "namespaces \"default\" is forbidden: this namespace may not be deleted");
}

class LastingNamespaces : public Namespaces {
 protected:
  LastingNamespaces() : Namespaces("*", "1h") {}
};

// As `kubectl delete -f` does with a file that holds a Namespace and what is in it.
TEST_F(LastingNamespaces, KeepTheirContentsForTheGrace) {
  for (const char* name : {"a", "b"}) {
    ASSERT_EQ(client_.post(kNamespaces + "/n/services", service(name)).status, 201);
  }
  ASSERT_EQ(client_.erase(kNamespaces + "/n").status, 200);
  for (const char* name : {"a", "b"}) {
    EXPECT_EQ(client_.erase(kNamespaces + "/n/services/" + name).status, 200);
  }
  EXPECT_EQ(client_.get(kNamespaces + "/n").status, 200);
}

class OthersNamespaces : public Namespaces {
 protected:
  OthersNamespaces() : Namespaces("-namespace") {}
};

TEST_F(OthersNamespaces, GoThroughTheFinalizeSubresource) {
  ASSERT_EQ(client_.erase(kNamespaces + "/n").status, 200);
  Json standing = client_.get(kNamespaces + "/n").json();
  standing["spec"]["finalizers"] = Json::array();
  EXPECT_EQ(client_.put(kNamespaces + "/n", standing).status, 200);
  standing = client_.get(kNamespaces + "/n").json();
  EXPECT_EQ(standing["spec"]["finalizers"], Json::array({"kubernetes"}));
  standing["spec"]["finalizers"] = Json::array();
  EXPECT_EQ(client_.put(kNamespaces + "/n/finalize", standing).status, 200);
  EXPECT_EQ(client_.get(kNamespaces + "/n").status, 404);
}

}  // namespace
}  // namespace clusterip::testing
