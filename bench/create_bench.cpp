// How many durable Service creates and reads a second clusteripd answers, with the delays that clients see.
//
//   create_bench [--connections=64] [--seconds=5] [--preload=0]
//
// Starts the clusteripd beside it on a free loopback port with a store in a temporary directory. The peer in
// the same run is SQLite itself: the same documents, one transaction for each, with the same synchronisation,
// from one thread.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sqlite3.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip {
namespace {

using Clock = std::chrono::steady_clock;
using testing::HttpClient;

struct Settings {
  int connections = 64;
  int seconds = 5;
  int preload = 0;
};

struct Figures {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  std::size_t failed = 0;
};

// Runs `request` on so many connections for so long; it says whether it was answered as it should.
template <class Request>
Figures drive(const Settings& settings, int port, Request request) {
  std::mutex mutex;
  std::vector<double> delays;
  std::atomic<std::size_t> failed{0};
  const auto end = Clock::now() + std::chrono::seconds(settings.seconds);
  const auto begin = Clock::now();
  std::vector<std::thread> clients;
  clients.reserve(static_cast<std::size_t>(settings.connections));
  for (int c = 0; c < settings.connections; ++c) {
    clients.emplace_back([&, c] {
      HttpClient client(port);
      std::vector<double> own;
      for (int i = 0; Clock::now() < end; ++i) {
        const auto sent = Clock::now();
        if (!request(client, c, i)) ++failed;
        own.push_back(std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
      }
      const std::lock_guard lock(mutex);
      delays.insert(delays.end(), own.begin(), own.end());
    });
  }
  for (std::thread& client : clients) client.join();
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  std::sort(delays.begin(), delays.end());
  const auto at = [&](double share) {
    return delays.empty() ? 0.0
                          : delays[static_cast<std::size_t>(share * static_cast<double>(delays.size() - 1))];
  };
  return {static_cast<double>(delays.size()) / took, at(0.5), at(0.99), failed};
}

void print(const char* what, const Figures& figures) {
  std::printf("%-44s %10.0f/s  p50 %7.2f ms  p99 %7.2f ms  failed %zu\n", what, figures.per_second,
              figures.p50_ms, figures.p99_ms, figures.failed);
}

std::string service_body(const std::string& name) {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"ports":[{"port":80}],"selector":{"app":"x"}}})";
}

bool create(HttpClient& client, const std::string& name) {
  return client.send("POST", "/api/v1/namespaces/default/services", service_body(name), "application/json")
             .status == 201;
}

// One transaction for each document, synchronised: what a store without group commit does at best.
double sqlite_inserts(int seconds) {
  const testing::TemporaryDirectory directory;
  sqlite3* database = nullptr;
  if (sqlite3_open((directory.path() + "/peer.db").c_str(), &database) != SQLITE_OK) return 0;
  sqlite3_exec(
      database,
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "CREATE TABLE objects(resource TEXT, namespace TEXT, name TEXT, revision INTEGER, document TEXT,"
      " PRIMARY KEY(resource, namespace, name));",
      nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO objects VALUES(?1, 'default', ?2, ?3, ?4)", -1, &insert, nullptr);
  const std::string document(900, 'x');
  int count = 0;
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  for (; Clock::now() < end; ++count) {
    sqlite3_exec(database, "BEGIN", nullptr, nullptr, nullptr);
    for (const char* resource : {"services", "ipaddresses"}) {
      const std::string name = "s" + std::to_string(count);
      sqlite3_bind_text(insert, 1, resource, -1, SQLITE_STATIC);
      sqlite3_bind_text(insert, 2, name.c_str(), -1, SQLITE_TRANSIENT);
      sqlite3_bind_int(insert, 3, count);
      sqlite3_bind_text(insert, 4, document.c_str(), -1, SQLITE_STATIC);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
  }
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return static_cast<double>(count) / seconds;
}

int number_after(const std::string& argument, const char* flag, int otherwise) {
  const std::string start = std::string("--") + flag + "=";
  return argument.rfind(start, 0) == 0 ? std::atoi(argument.c_str() + start.size()) : otherwise;
}

int run(const std::vector<std::string>& arguments) {
  Settings settings;
  for (const std::string& argument : arguments) {
    settings.connections = number_after(argument, "connections", settings.connections);
    settings.seconds = number_after(argument, "seconds", settings.seconds);
    settings.preload = number_after(argument, "preload", settings.preload);
  }
  const testing::TemporaryDirectory directory;
  const auto begin = Clock::now();
  testing::DaemonProcess daemon({"--service-cluster-ip-range=10.0.0.0/8", "--data-dir=" + directory.path()});
  if (!daemon.serving()) {
    std::fprintf(stderr, "clusteripd did not start: %s\n", daemon.output().c_str());
    return 1;
  }
  std::printf("start to ready, empty: %.0f ms\n",
              std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  std::atomic<int> preloaded{0};
  constexpr int kLoaders = 32;
  std::vector<std::thread> loaders;
  loaders.reserve(kLoaders);
  for (int c = 0; c < kLoaders; ++c) {
    loaders.emplace_back([&] {
      HttpClient client(daemon.port());
      for (int i = preloaded++; i < settings.preload; i = preloaded++)
        (void)create(client, "p" + std::to_string(i));
    });
  }
  for (std::thread& loader : loaders) loader.join();
  std::printf("%d Services, %d connections, %d s each\n", settings.preload, settings.connections,
              settings.seconds);
  print("durable Service create over HTTP",
        drive(settings, daemon.port(), [](HttpClient& client, int c, int i) {
          return create(client, "c" + std::to_string(c) + "n" + std::to_string(i));
        }));
  Settings readers = settings;
  readers.connections = std::min(16, settings.connections);
  print("get one Service over HTTP", drive(readers, daemon.port(), [](HttpClient& client, int, int) {
          return client.get("/api/v1/namespaces/default/services/kubernetes").status == 200;
        }));
  std::printf("%-44s %10.0f/s\n", "peer: SQLite, one transaction for each", sqlite_inserts(settings.seconds));
  return 0;
}

}  // namespace
}  // namespace clusterip

int main(int argc, char** argv) {
  return clusterip::run({argv + 1, argv + argc});
}
