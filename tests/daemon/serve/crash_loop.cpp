#include "tests/daemon/serve/crash_loop.hpp"

#include <chrono>
#include <csignal>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

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

// Compares what is there with what the clients were told, and goes on from what is there.
std::vector<std::string> look(int port, Ledger& ledger) {
  std::vector<std::string> faults;
  HttpClient client(port);
  std::map<std::string, std::string> owners;  // address -> Service
  std::map<std::string, Json> found;
  const Json services = client.get("/api/v1/services").json();
  for (const Json& item : services["items"]) {
    const std::string name = item["metadata"]["name"];
    found[name] = item["spec"]["clusterIPs"];
    for (const Json& address : item["spec"]["clusterIPs"]) {
      if (!owners.emplace(address, name).second) faults.push_back(address.dump() + " is held twice");
    }
  }
  for (const auto& [name, addresses] : ledger.standing) {
    if (!found.contains(name)) {
      faults.push_back(name + " was acknowledged and is gone");
    } else if (found[name] != addresses) {
      faults.push_back(name + " was acknowledged with other addresses");
    }
  }
  for (const auto& [name, addresses] : found) {
    if (name == "kubernetes" || ledger.standing.contains(name) || ledger.unknown.contains(name)) continue;
    faults.push_back(name + " was acknowledged as deleted and is there");
  }
  std::size_t objects = 0;
  const Json address_objects = client.get("/apis/networking.k8s.io/v1/ipaddresses").json();
  for (const Json& item : address_objects["items"]) {
    ++objects;
    const auto owner = owners.find(item["metadata"]["name"]);
    if (owner == owners.end()) {
      faults.push_back(item["metadata"]["name"].dump() + " has leaked");
    } else if (item["spec"]["parentRef"]["name"] != owner->second) {
      faults.push_back(item["metadata"]["name"].dump() + " belongs to another Service");
    }
  }
  if (objects != owners.size()) faults.push_back("a Service's address has no IPAddress");
  ledger.unknown.clear();
  ledger.standing = std::move(found);
  ledger.standing.erase("kubernetes");
  return faults;
}

}  // namespace

CrashReport run_crash_loop(const std::string& name, int rounds) {
  constexpr int kClients = 6;
  const TemporaryDirectory directory;
  const std::vector<std::string> flags{"--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112",
                                       "--data-dir=" + directory.path()};
  Ledger ledger;
  std::mt19937 random(7);
  for (int round = 0; round <= rounds; ++round) {
    DaemonProcess daemon(flags, name);
    if (!daemon.serving()) return {{"it did not start again: " + daemon.output()}, 0};
    CrashReport report{look(daemon.port(), ledger), ledger.standing.size()};
    if (!report.faults.empty() || round == rounds) return report;
    std::vector<std::thread> clients;
    clients.reserve(kClients);
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&, i] { load(daemon.port(), i, round, ledger); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 60));
    daemon.end(SIGKILL);
    for (std::thread& client : clients) client.join();
  }
  return {};
}

}  // namespace clusterip::testing
