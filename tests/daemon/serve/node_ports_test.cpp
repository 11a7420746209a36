// Node ports outlive a restart: they stand in the Services alone.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";

Json node_port_service(const std::string& name, int node_port) {
  return {{"metadata", {{"name", name}}},
          {"spec", {{"type", "NodePort"}, {"ports", {{{"port", 80}, {"nodePort", node_port}}}}}}};
}

TEST(NodePorts, AreStillTakenAfterARestart) {
  const TemporaryDirectory directory;
  const std::vector<std::string> flags{"--service-cluster-ip-range=10.96.0.0/24",
                                       "--data-dir=" + directory.path()};
  {
    DaemonProcess daemon(flags);
    ASSERT_TRUE(daemon.serving()) << daemon.output();
    HttpClient client(daemon.port());
    ASSERT_EQ(client.post(kServices, node_port_service("a", 30100)).status, 201);
    EXPECT_EQ(daemon.end(SIGTERM), 0);
  }
  DaemonProcess daemon(flags);
  HttpClient client(daemon.port());
  const Answer refused = client.post(kServices, node_port_service("b", 30100));
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body,
              HasSubstr("spec.ports[0].nodePort: Invalid value: 30100: provided port is already"));
  ASSERT_EQ(client.erase(std::string(kServices) + "/a").status, 200);
  EXPECT_EQ(client.post(kServices, node_port_service("b", 30100)).status, 201);
}

}  // namespace
}  // namespace clusterip::testing
