// What Prometheus is told: upstream's names for what upstream counts, and text that it can read.
#include <chrono>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";

Json service(const std::string& name, const Json& spec = Json::object()) {
  Json object{{"metadata", {{"name", name}}}, {"spec", {{"ports", {{{"port", 80}}}}}}};
  object["spec"].update(spec);
  return object;
}

class Metrics : public ::testing::Test {
 protected:
  Metrics()
      : daemon_({"--service-cluster-ip-range=10.96.0.0/28", "--in-memory",
                 "--controllers=default-service-cidr,service-cidr,repair"}),
        client_(daemon_.port()) {}

  // Samples by name and labels.
  std::map<std::string, double> samples() {
    std::map<std::string, double> found;
    std::istringstream lines(client_.get("/metrics").body);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t space = line.rfind(' ');
      if (line.rfind('#', 0) != 0) found[line.substr(0, space)] = std::stod(line.substr(space));
    }
    return found;
  }
  int create(const Json& object, const std::string& parameters = "") {
    return client_.post(kServices + parameters, object).status;
  }

  DaemonProcess daemon_;
  HttpClient client_;
};

const std::string kAllocator = "kube_apiserver_clusterip_allocator_";

TEST_F(Metrics, CountAllocationsAsUpstreamDoes) {
  const std::string range = "cidr=\"10.96.0.0/28\"";
  const std::string drawn = "{" + range + ",scope=\"dynamic\"}";
  const std::string asked = "{" + range + ",scope=\"static\"}";
  // The named one first: a drawn one could be it.
  ASSERT_EQ(create(service("b", {{"clusterIP", "10.96.0.3"}})), 201);
  ASSERT_EQ(create(service("a")), 201);
  // Refused: held already, then outside of every range (which no range is blamed for).
  ASSERT_EQ(create(service("c", {{"clusterIP", "10.96.0.3"}})), 422);
  ASSERT_EQ(create(service("c", {{"clusterIP", "10.97.0.3"}})), 422);
  ASSERT_EQ(create(service("c"), "?dryRun=All"), 201);
  auto now = samples();
  EXPECT_EQ(now[kAllocator + "allocation_total" + drawn], 1);
  EXPECT_EQ(now[kAllocator + "allocation_total" + asked], 1);
  EXPECT_EQ(now[kAllocator + "allocation_errors_total" + asked], 1);
  EXPECT_FALSE(now.contains(kAllocator + "allocation_errors_total" + drawn));
  EXPECT_EQ(now[kAllocator + "allocated_ips{" + range + "}"], 2);
  EXPECT_EQ(now[kAllocator + "allocation_duration_seconds_count{" + range + "}"], 2);
  EXPECT_EQ(now[kAllocator + "allocation_duration_seconds_bucket{" + range + ",le=\"+Inf\"}"], 2);
  EXPECT_GT(now[kAllocator + "allocation_duration_seconds_sum{" + range + "}"], 0);
  EXPECT_EQ(now[kAllocator + "available_ips{" + range + "}"], 12);
  for (int i = 0; i < 12; ++i) ASSERT_EQ(create(service("more" + std::to_string(i))), 201);
  ASSERT_NE(create(service("beyond")), 201);
  now = samples();
  EXPECT_EQ(now[kAllocator + "allocation_total" + drawn], 13);
  EXPECT_EQ(now[kAllocator + "allocation_errors_total" + drawn], 1);
  EXPECT_EQ(now[kAllocator + "available_ips{" + range + "}"], 0);
  EXPECT_EQ(now["clusterip_objects{resource=\"services\"}"], 14);
}

TEST_F(Metrics, CountRequestsAsUpstreamDoes) {
  ASSERT_EQ(create(service("a")), 201);
  ASSERT_EQ(create(service("a")), 409);
  ASSERT_EQ(client_.get("/api/v1/services").status, 200);
  auto now = samples();
  const std::string rest = "component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"services\",";
  const std::string post = rest + "scope=\"namespace\",subresource=\"\",verb=\"POST\",version=\"v1\"";
  EXPECT_EQ(now["apiserver_request_total{code=\"201\"," + post + "}"], 1);
  EXPECT_EQ(now["apiserver_request_total{code=\"409\"," + post + "}"], 1);
  EXPECT_EQ(now["apiserver_request_total{code=\"200\"," + rest +
                "scope=\"cluster\",subresource=\"\",verb=\"LIST\",version=\"v1\"}"],
            1);
  EXPECT_EQ(now["apiserver_request_duration_seconds_count{" + post + "}"], 2);
  EXPECT_EQ(now["apiserver_request_duration_seconds_bucket{" + post + ",le=\"+Inf\"}"], 2);
  EXPECT_GT(now["apiserver_request_duration_seconds_sum{" + post + "}"], 0);
}

TEST_F(Metrics, CountWhatTheRepairLoopFinds) {
  const std::string leak = "apiserver_clusterip_repair_ip_errors_total{type=\"leak\"}";
  EXPECT_EQ(samples()["apiserver_clusterip_repair_reconcile_errors_total"], 0);
  EXPECT_FALSE(samples().contains(leak));
  // It says that it is a Service's, and is not.
  const Json stray{
      {"metadata",
       {{"name", "10.96.0.9"},
        {"labels",
         {{"ipaddress.kubernetes.io/ip-family", "IPv4"},
          {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}}}}},
      {"spec", {{"parentRef", {{"resource", "pods"}, {"namespace", "default"}, {"name", "p"}}}}}};
  ASSERT_EQ(client_.post("/apis/networking.k8s.io/v1/ipaddresses", stray).status, 201);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!samples().contains(leak) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(samples()[leak], 1);
}

// Every sample belongs to the family that was announced last, histograms add up, and names end as Prometheus
// wants them to.
TEST_F(Metrics, AreTextThatPrometheusReads) {
  ASSERT_EQ(create(service("a")), 201);
  const std::regex sample(R"re(([a-z_]+)(\{([a-z_]+="[^"\\]*",?)*\})? [0-9.e+-]+)re");
  std::istringstream lines(client_.get("/metrics").body);
  std::string name;
  std::string type;
  double bucket = 0;
  std::set<std::string> families;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("# HELP ", 0) == 0) {
      name = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(name).second) << name << " comes twice";
      continue;
    }
    if (line.rfind("# TYPE ", 0) == 0) {
      EXPECT_EQ(line.substr(7, line.rfind(' ') - 7), name);
      type = line.substr(line.rfind(' ') + 1);
      EXPECT_EQ(type == "counter", name.ends_with("_total")) << line;
      continue;
    }
    std::smatch parts;
    ASSERT_TRUE(std::regex_match(line, parts, sample)) << line;
    EXPECT_EQ(parts[1].str().rfind(name, 0), 0U) << line;
    if (!parts[1].str().ends_with("_bucket")) continue;
    const double value = std::stod(line.substr(line.rfind(' ')));
    if (line.find("le=\"0.005\"") != std::string::npos) bucket = 0;
    EXPECT_GE(value, bucket) << line;
    bucket = value;
  }
}

}  // namespace
}  // namespace clusterip::testing
