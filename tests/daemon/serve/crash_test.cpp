// kill -9 under load, again and again: what was acknowledged is there, what is there is whole, nothing leaks.
#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";

Json service(const std::string& name, bool dual) {
  return {
      {"metadata", {{"name", name}}},
      {"spec", {{"ports", {{{"port", 80}}}}, {"ipFamilyPolicy", dual ? "RequireDualStack" : "SingleStack"}}}};
}

// What the clients were told: a Service is known to stand, known to be gone, or unknown after a cut answer.
struct Ledger {
  std::mutex mutex;
  std::map<std::string, Json> standing;  // name -> clusterIPs
  std::set<std::string> unknown;

  void forget(const std::string& name) {
    const std::lock_guard lock(mutex);
    standing.erase(name);
    unknown.insert(name);
  }
};

// Creates and deletes Services until the daemon is gone.
void load(int port, int client_number, int round, Ledger& ledger) {
  HttpClient client(port);
  std::mt19937 random(static_cast<unsigned>(round * 100 + client_number));
  std::vector<std::string> own;
  for (int i = 0;; ++i) {
    if (!own.empty() && random() % 3 == 0) {
      const std::string name = own.back();
      own.pop_back();
      ledger.forget(name);
      if (client.erase(std::string(kServices) + "/" + name).status != 200) return;
      const std::lock_guard lock(ledger.mutex);
      ledger.unknown.erase(name);
      continue;
    }
    const std::string name =
        "r" + std::to_string(round) + "c" + std::to_string(client_number) + "n" + std::to_string(i);
    ledger.forget(name);
    const Answer answer = client.post(kServices, service(name, random() % 2 == 0));
    if (answer.status != 201) return;
    const std::lock_guard lock(ledger.mutex);
    ledger.unknown.erase(name);
    ledger.standing[name] = answer.json()["spec"]["clusterIPs"];
    own.push_back(name);
  }
}

void check(int port, Ledger& ledger) {
  HttpClient client(port);
  std::map<std::string, std::string> owners;  // address -> Service
  std::map<std::string, Json> found;
  const Json services = client.get("/api/v1/services").json();
  for (const Json& item : services["items"]) {
    const std::string name = item["metadata"]["name"];
    found[name] = item["spec"]["clusterIPs"];
    for (const Json& address : item["spec"]["clusterIPs"]) {
      EXPECT_TRUE(owners.emplace(address, name).second) << address << " is held twice";
    }
  }
  for (const auto& [name, addresses] : ledger.standing) {
    ASSERT_TRUE(found.contains(name)) << name << " was acknowledged and is gone";
    EXPECT_EQ(found[name], addresses);
  }
  for (const auto& [name, addresses] : found) {
    EXPECT_TRUE(name == "kubernetes" || ledger.standing.contains(name) || ledger.unknown.contains(name))
        << name << " was acknowledged as deleted and is there";
  }
  std::size_t objects = 0;
  const Json address_objects = client.get("/apis/networking.k8s.io/v1/ipaddresses").json();
  for (const Json& item : address_objects["items"]) {
    ++objects;
    const auto owner = owners.find(item["metadata"]["name"]);
    ASSERT_NE(owner, owners.end()) << item["metadata"]["name"] << " has leaked";
    EXPECT_EQ(item["spec"]["parentRef"]["name"], owner->second);
  }
  EXPECT_EQ(objects, owners.size());
  ledger.unknown.clear();
  ledger.standing = std::move(found);
  ledger.standing.erase("kubernetes");
}

TEST(Crash, LosesNothingAcknowledgedAndLeaksNothing) {
  constexpr int kRounds = 50;
  constexpr int kClients = 6;
  const TemporaryDirectory directory;
  const std::vector<std::string> flags{"--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112",
                                       "--data-dir=" + directory.path()};
  Ledger ledger;
  std::mt19937 random(7);
  for (int round = 0; round < kRounds; ++round) {
    DaemonProcess daemon(flags);
    ASSERT_TRUE(daemon.serving()) << daemon.output();
    check(daemon.port(), ledger);
    if (HasFatalFailure()) return;
    std::vector<std::thread> clients;
    clients.reserve(kClients);
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&, i] { load(daemon.port(), i, round, ledger); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 60));
    EXPECT_EQ(daemon.end(SIGKILL), -SIGKILL);
    for (std::thread& client : clients) client.join();
  }
  EXPECT_GT(ledger.standing.size(), 100U);
}

}  // namespace
}  // namespace clusterip::testing
