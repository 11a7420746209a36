// All objects of a cluster, read at once: page by page, from servers of every age, or a reason why not.
#include "daemon/mirror/start_reader.hpp"

#include <gmock/gmock.h>

#include "tests/support/fake_apiserver.hpp"

namespace clusterip::daemon {
namespace {

using testing::FakeApiserver;
using ::testing::HasSubstr;
using testing::ServerFault;
using Kind = FakeApiserver::Kind;

void fill(FakeApiserver& server) {
  server.put(Kind::kServiceCidrs, testing::fake_cidr("kubernetes", {"10.96.0.0/24"}));
  for (int i = 1; i <= 25; ++i) {
    const std::string address = "10.96.0." + std::to_string(i);
    server.put(Kind::kServices, testing::fake_service("d", "s" + std::to_string(i), {address}));
    server.put(Kind::kIpAddresses, testing::fake_ip_address(address, "d", "s" + std::to_string(i)));
  }
}

std::variant<verify::StartState, std::string> read(const FakeApiserver& server, std::size_t most = 1000) {
  ClusterAccess access;
  EXPECT_EQ(set_server(access, server.url()), "");
  Credentials credentials(access);
  return StartReader(credentials, {}, most, 10).read();
}

TEST(StartReader, ReadsAllPagesFromServersOfEveryAge) {
  for (const bool v1 : {true, false}) {
    FakeApiserver server(FakeApiserver::Options{.v1 = v1, .streamed_lists = false, .token = ""});
    fill(server);
    const auto start = std::get<verify::StartState>(read(server));
    EXPECT_EQ(start.services.size(), 25U);
    EXPECT_EQ(start.addresses.size(), 25U);
    ASSERT_EQ(start.cidrs.size(), 1U);
    EXPECT_EQ(start.cidrs.front().meta.name, "kubernetes");
    EXPECT_NE(start.services.front().facts.revision, 0U);
    EXPECT_FALSE(start.services.front().facts.cluster_ips.empty());
  }
}

TEST(StartReader, SaysWhyThereIsNone) {
  FakeApiserver server;
  fill(server);
  EXPECT_EQ(std::get<std::string>(read(server, 40)), "the cluster has more than 40 objects");
  server.plan_on_request(Kind::kServices, ServerFault::kInternal);
  EXPECT_THAT(std::get<std::string>(read(server)), HasSubstr("/api/v1/services: "));
  server.plan_on_request(Kind::kIpAddresses, ServerFault::kOtherKind);
  EXPECT_THAT(std::get<std::string>(read(server)), HasSubstr("/apis/networking.k8s.io/v1/ipaddresses: "));
  server.set_down(true);
  EXPECT_NE(std::get<std::string>(read(server)), "");
}

}  // namespace
}  // namespace clusterip::daemon
