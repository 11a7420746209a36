// What a clusteripd in a process of its own answers, durably, and how fast: the rows of one table.
//
//   serve_bench [--connections=64] [--seconds=5] [--services=100000] [--rows=WORD[,WORD]]
//               [--apiserver=PORT,TOKEN]
//
// Starts the clusteripd beside it on a free loopback port with a store in a temporary directory below
// $CLUSTERIP_TMP or /tmp. The peers in the same run are the disk itself, and SQLite itself: the same
// documents, one transaction for each, with the same synchronisation, from one thread. --rows=create,audit
// measures those groups alone (create, watch, audit, tls). With --apiserver, the group tls asks the same of
// the kube-apiserver on that loopback port.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <sqlite3.h>

#include "bench/http_load.hpp"
#include "bench/tls_load.hpp"
#include "tests/support/daemon_process.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::bench {
namespace {

using Clock = std::chrono::steady_clock;
using testing::DaemonProcess;
using testing::TemporaryDirectory;

constexpr const char* kServices = "/api/v1/namespaces/default/services";
// Services that a list has, as the figures of kube-apiserver are given for.
constexpr std::size_t kListed = 6500;

struct Settings {
  int connections = 64;
  int seconds = 5;
  int services = 100'000;
  std::string rows;
  int apiserver_port = 0;
  std::string apiserver_token;

  bool wants(const std::string& group) const {
    return rows.empty() || ("," + rows + ",").find("," + group + ",") != std::string::npos;
  }
};

void print_row(const std::string& what, const std::string& figure) {
  std::printf("%-56s %s\n", what.c_str(), figure.c_str());
  std::fflush(stdout);
}

template <class... Values>
std::string text(const char* format, Values... values) {
  char line[160];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}

void print_row(const std::string& what, const LoadFigures& figures) {
  print_row(what,
            text("%8.0f/s  p50 %6.2f ms  p99 %6.2f ms", figures.per_second, figures.p50_ms, figures.p99_ms) +
                (figures.failed == 0 ? "" : text("  FAILED %zu", figures.failed)));
}

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// A daemon, and how long it took to be ready.
struct Started {
  std::unique_ptr<DaemonProcess> daemon;
  double ready_ms = 0;
};

Started start(const std::string& directory, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--service-cluster-ip-range=10.0.0.0/8", "--data-dir=" + directory});
  const auto begin = Clock::now();
  Started started{std::make_unique<DaemonProcess>(more), 0};
  if (!started.daemon->serving()) {
    std::fprintf(stderr, "clusteripd did not start: %s\n", started.daemon->output().c_str());
    std::exit(1);
  }
  started.ready_ms = milliseconds_since(begin);
  return started;
}

std::string service_body(const std::string& name) {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"ports":[{"port":80}],"selector":{"app":"x"}}})";
}

HttpLoad creates(const Settings& settings, int port, const std::string& prefix) {
  HttpLoad load;
  load.port = port;
  load.connections = settings.connections;
  load.seconds = settings.seconds;
  load.expected_status = 201;
  load.request = [prefix](std::size_t number) {
    return post_request(kServices, service_body(prefix + std::to_string(number)));
  };
  return load;
}

// Creates so many Services, as fast as it goes.
void fill(const Settings& settings, int port, const std::string& prefix, std::size_t count) {
  HttpLoad load = creates(settings, port, prefix);
  load.seconds = 600;
  load.requests = count;
  const LoadFigures figures = run_load(load);
  if (figures.failed != 0) std::printf("FAILED to create %zu Services\n", figures.failed);
}

HttpLoad gets(const Settings& settings, int port, const std::string& path, int connections) {
  HttpLoad load;
  load.port = port;
  load.connections = connections;
  load.seconds = settings.seconds;
  load.request = [request = get_request(path)](std::size_t) { return request; };
  return load;
}

std::size_t megabytes_of(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind("VmRSS:", 0) == 0) return std::strtoull(line.c_str() + 6, nullptr, 10) / 1024;
  }
  return 0;
}

// What the disk itself takes to keep a page, one after the other: no answer can come sooner.
LoadFigures disk_syncs(int seconds) {
  const TemporaryDirectory directory;
  const int file = ::open((directory.path() + "/peer").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  std::vector<double> delays;
  const auto begin = Clock::now();
  while (Clock::now() < begin + std::chrono::seconds(seconds)) {
    const auto at = Clock::now();
    if (::write(file, page.data(), page.size()) < 0 || ::fdatasync(file) != 0) break;
    delays.push_back(milliseconds_since(at));
  }
  ::close(file);
  return summarize(delays, 0, milliseconds_since(begin) / 1000);
}

// One transaction for each Service with its IPAddress, synchronised: what a store without group commit does
// at best.
double sqlite_inserts(int seconds) {
  const TemporaryDirectory directory;
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

// Watches from now on, and how long one write takes to reach them all.
class Watches {
 public:
  Watches(int port, int count) : port_(port) {
    const std::string list = fetch(port, "/api/v1/services?limit=1");
    constexpr std::string_view kMark = "\"resourceVersion\":\"";
    const std::string revision =
        std::to_string(std::strtoull(&list[list.find(kMark) + kMark.size()], nullptr, 10));
    const std::string request = get_request("/api/v1/services?watch=true&resourceVersion=" + revision);
    for (int i = 0; i < count; ++i) {
      sockets_.push_back({connect_to(port), POLLIN, 0});
      (void)::send(sockets_.back().fd, request.data(), request.size(), MSG_NOSIGNAL);
    }
    wait_for("\r\n\r\n");
  }
  ~Watches() {
    for (const pollfd& entry : sockets_) ::close(entry.fd);
  }
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  double write_reaches_all_ms(const Settings& settings, const std::string& name) {
    HttpLoad one = creates(settings, port_, name);
    one.connections = 1;
    one.requests = 1;
    const auto begin = Clock::now();
    (void)run_load(one);
    wait_for("\"" + name + "0\"");
    return milliseconds_since(begin);
  }

 private:
  // Until each has been sent this text.
  void wait_for(const std::string& text) {
    std::vector<pollfd> waiting = sockets_;
    std::vector<std::string> received(waiting.size());
    std::string buffer(1 << 16, '\0');
    for (std::size_t left = waiting.size(); left > 0;) {
      ::poll(waiting.data(), waiting.size(), -1);
      for (std::size_t i = 0; i < waiting.size(); ++i) {
        if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
        const ssize_t count = ::recv(waiting[i].fd, buffer.data(), buffer.size(), 0);
        if (count > 0) received[i].append(buffer.data(), static_cast<std::size_t>(count));
        if (count > 0 && received[i].find(text) == std::string::npos) continue;
        waiting[i].fd = -1;
        --left;
      }
    }
  }

  int port_;
  std::vector<pollfd> sockets_;
};

void measure_watches(const Settings& settings, int port) {
  constexpr int kWatches = 1000;
  constexpr int kWrites = 21;
  Watches watches(port, kWatches);
  std::vector<double> delays;
  delays.reserve(kWrites);
  for (int i = 0; i < kWrites; ++i) {
    delays.push_back(watches.write_reaches_all_ms(settings, "w" + std::to_string(i) + "n"));
  }
  std::sort(delays.begin(), delays.end());
  print_row("1,000 watches, one write: all served",
            text("%8.1f ms median, %.1f ms worst of %d", delays[kWrites / 2], delays.back(), kWrites));
  print_row("get one Service beside 1,000 idle watches, 16 connections",
            run_load(gets(settings, port, std::string(kServices) + "/kubernetes", 16)));
}

LoadFigures measure_empty(const Settings& settings) {
  const TemporaryDirectory directory;
  const Started run = start(directory.path());
  print_row("start to ready, empty", text("%8.0f ms", run.ready_ms));
  const LoadFigures figures = run_load(creates(settings, run.daemon->port(), "few"));
  print_row("durable Service create, empty", figures);
  return figures;
}

// With so many Services and no more: reads, memory, the start with them; then creates beside them.
void measure_many(const Settings& settings, const LoadFigures& few) {
  const TemporaryDirectory directory;
  Started run = start(directory.path());
  fill(settings, run.daemon->port(), "p", kListed);
  print_row("list of 6,500 Services", run_load(gets(settings, run.daemon->port(), "/api/v1/services", 1)));
  print_row("get one Service, 16 connections",
            run_load(gets(settings, run.daemon->port(), std::string(kServices) + "/kubernetes", 16)));
  const auto wanted = static_cast<std::size_t>(settings.services);
  if (wanted > kListed) fill(settings, run.daemon->port(), "q", wanted - kListed);
  const std::string with = "with " + std::to_string(settings.services) + " Services";
  print_row("memory " + with, text("%8zu MB", megabytes_of(run.daemon->pid())));
  run.daemon->end(SIGTERM);
  run = start(directory.path());
  print_row("start to ready, " + with, text("%8.0f ms", run.ready_ms));
  print_row("memory after that start", text("%8zu MB", megabytes_of(run.daemon->pid())));
  // The controllers look at everything once after a start.
  print_row("durable Service create, right after that start",
            run_load(creates(settings, run.daemon->port(), "soon")));
  const LoadFigures many = run_load(creates(settings, run.daemon->port(), "many"));
  print_row("durable Service create, " + with + " or more", many);
  print_row("  of the rate when empty", text("%8.2f", many.per_second / few.per_second));
  if (settings.wants("watch")) measure_watches(settings, run.daemon->port());
}

void measure_audit(const Settings& settings) {
  for (const char* mode : {"off", "batch", "blocking"}) {
    const TemporaryDirectory directory;
    std::vector<std::string> flags;
    if (std::string_view(mode) != "off") {
      flags = {"--audit-log-path=" + directory.path() + "/audit.log",
               std::string("--audit-log-mode=") + mode};
    }
    const Started run = start(directory.path(), flags);
    print_row(std::string("durable Service create, audit log ") + mode,
              run_load(creates(settings, run.daemon->port(), "a")));
  }
}

// Creates, reads and lists, over one more door: `whose` says which.
void measure_library(const Settings& settings, const std::string& whose, LibraryLoad load) {
  const std::string prefix = "t" + std::to_string(Clock::now().time_since_epoch().count()) + "-";
  const auto body = [&](const std::string& group) {
    return
        [name = prefix + group](std::size_t number) { return service_body(name + std::to_string(number)); };
  };
  load.connections = settings.connections;
  load.seconds = settings.seconds;
  load.path = kServices;
  load.body = body("a");
  const LoadFigures few = run_library_load(load);
  print_row("durable Service create, " + whose, few);
  if (few.answered < kListed) {
    load.body = body("b");
    load.seconds = 600;
    load.requests = kListed - few.answered;
    static_cast<void>(run_library_load(load));
    load.requests = 0;
    load.seconds = settings.seconds;
  }
  load.body = body("c");
  print_row("  with 6,500 Services or more", run_library_load(load));
  load.body = nullptr;
  load.path = std::string(kServices) + "/" + prefix + "a0";
  load.connections = 16;
  print_row("get one Service, 16 connections, " + whose, run_library_load(load));
  load.path = std::string(kServices) + "?limit=" + std::to_string(kListed);
  load.connections = 1;
  print_row("list of 6,500 Services, " + whose, run_library_load(load));
}

// What TLS costs, and what a real kube-apiserver takes: the same requests by the same client.
void measure_tls(const Settings& settings) {
  for (const bool tls : {false, true}) {
    const TemporaryDirectory directory;
    std::ofstream(directory.path() + "/tokens") << "secret,bench\n";
    std::vector<std::string> flags{"--token-auth-file=" + directory.path() + "/tokens"};
    if (tls) {
      const std::string files = testing::source_path("tests/daemon/serve/tls/");
      flags.push_back("--tls-cert-file=" + files + "cert.pem");
      flags.push_back("--tls-private-key-file=" + files + "key.pem");
    }
    const Started run = start(directory.path(), flags);
    LibraryLoad load;
    load.port = run.daemon->port();
    load.tls = tls;
    load.token = "secret";
    measure_library(settings, tls ? "over TLS" : "in plain text, the same client", load);
  }
  if (settings.apiserver_port == 0) return;
  LibraryLoad load;
  load.port = settings.apiserver_port;
  load.tls = true;
  load.token = settings.apiserver_token;
  measure_library(settings, "kube-apiserver", load);
}

int number_after(const std::string& argument, const std::string& flag, int otherwise) {
  const std::string begin = "--" + flag + "=";
  return argument.rfind(begin, 0) == 0 ? std::atoi(argument.c_str() + begin.size()) : otherwise;
}

int run(const std::vector<std::string>& arguments) {
  Settings settings;
  for (const std::string& argument : arguments) {
    settings.connections = number_after(argument, "connections", settings.connections);
    settings.seconds = number_after(argument, "seconds", settings.seconds);
    settings.services = number_after(argument, "services", settings.services);
    if (argument.rfind("--rows=", 0) == 0) settings.rows = argument.substr(7);
    settings.apiserver_port = number_after(argument, "apiserver", settings.apiserver_port);
    if (argument.rfind("--apiserver=", 0) == 0) {
      settings.apiserver_token = argument.substr(std::min(argument.find(','), argument.size() - 1) + 1);
    }
  }
  std::printf("%d connections, %d s each\n", settings.connections, settings.seconds);
  if (settings.wants("create")) measure_many(settings, measure_empty(settings));
  if (settings.wants("audit")) measure_audit(settings);
  if (settings.wants("tls")) measure_tls(settings);
  print_row("peer: the disk alone, one page written and synchronised", disk_syncs(settings.seconds));
  print_row("peer: SQLite alone, one transaction for each",
            text("%8.0f/s", sqlite_inserts(settings.seconds)));
  return 0;
}

}  // namespace
}  // namespace clusterip::bench

int main(int argc, char** argv) {
  return clusterip::bench::run({argv + 1, argv + argc});
}
