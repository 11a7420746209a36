// How fast the mirror of a large cluster comes into step and in how much memory, how far it is behind a
// stream of changes, and how fast it judges audit events.
//
//   mirror_bench [--objects=1000000] [--pages] [--events=5000] [--seconds=20] [--audit-events=300000]
//
// The cluster is a generator in a process of its own (object_server.hpp). The peer of the initial list
// receives the same bytes and drops them: what is left between the two is the mirror's.
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/audit_events.hpp"
#include "bench/object_server.hpp"
#include "daemon/mirror/audit_judge.hpp"
#include "daemon/mirror/mirror.hpp"

namespace clusterip {
namespace {

using Clock = std::chrono::steady_clock;

struct Settings {
  unsigned objects = 1'000'000;
  bool pages = false;
  unsigned events = 5'000;
  unsigned seconds = 20;
  unsigned audit_events = 300'000;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// A line of /proc/self/status, in MiB.
double memory_mb(const char* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(field, 0) == 0) return std::strtod(line.c_str() + std::strlen(field) + 1, nullptr) / 1024;
  }
  return 0;
}

// The generator in a process of its own, killed at the end.
class Server {
 public:
  explicit Server(const Settings& settings) {
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);  // NOLINT: what the socket calls take
    if (bind(listener, any, size) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, any, &size) != 0) {
      std::perror("mirror_bench");
      std::exit(1);
    }
    port_ = ntohs(address.sin_port);
    process_ = fork();
    if (process_ == 0) {
      bench::serve_objects(listener, {settings.objects, !settings.pages, settings.events / 2});
    }
    close(listener);
  }
  ~Server() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  daemon::ClusterAccess access() const {
    daemon::ClusterAccess access;
    const std::string fault = set_server(access, "http://127.0.0.1:" + std::to_string(port_));
    if (!fault.empty()) std::exit(1);
    return access;
  }

 private:
  int port_ = 0;
  pid_t process_ = 0;
};

// Receives one streamed list and drops it.
void receive(const daemon::ClusterAccess& access, const std::string& collection, std::size_t& bytes) {
  daemon::Credentials credentials(access);
  daemon::ApiClient client(credentials, {});
  std::string tail;
  const daemon::ApiClient::StreamSink sink{
      .opened = [](const daemon::ApiAnswer&) {},
      .received =
          [&](std::string_view piece) {
            bytes += piece.size();
            tail.append(piece.substr(piece.size() - std::min<std::size_t>(piece.size(), 2'000)));
            if (tail.size() > 4'000) tail.erase(0, tail.size() - 4'000);
            return tail.find("initial-events-end") == std::string::npos;
          }};
  static_cast<void>(
      client.stream(collection + "?watch=true&sendInitialEvents=true", sink, std::chrono::seconds(60)));
}

void measure_peer(const Settings& settings) {
  if (settings.pages) return;
  const Server server(settings);
  const Clock::time_point begin = Clock::now();
  std::size_t services = 0;
  std::size_t addresses = 0;
  std::thread other([&] { receive(server.access(), "/api/v1/services", services); });
  receive(server.access(), "/apis/networking.k8s.io/v1/ipaddresses", addresses);
  other.join();
  std::printf("peer: the same lists, received and dropped  %7.2f s   %.0f MB\n", seconds_since(begin),
              static_cast<double>(services + addresses) / 1e6);
}

// What the last event that was taken in says about the lag, while changes come in.
void measure_watch(const Settings& settings, daemon::Mirror& mirror) {
  const auto events = [&] {
    std::uint64_t all = 0;
    for (const auto& kind : mirror.health().kinds) all += kind.status.counters.events;
    return all;
  };
  const std::uint64_t before = events();
  const Clock::time_point begin = Clock::now();
  std::vector<double> lags;
  while (seconds_since(begin) < settings.seconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto health = mirror.health();
    const double now = std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
    double lag = 0;
    for (const std::size_t kind : {std::size_t{0}, std::size_t{2}})
      lag = std::max(lag, now - std::strtod(health.kinds.at(kind).status.version.c_str(), nullptr) / 1e6);
    lags.push_back(lag);
  }
  const double rate = static_cast<double>(events() - before) / seconds_since(begin);
  std::sort(lags.begin(), lags.end());
  std::printf(
      "changes while judging                       %7.0f /s  lag p50 %.0f ms, p99 %.0f ms, most %.0f ms\n",
      rate, lags[lags.size() / 2] * 1e3, lags[lags.size() * 99 / 100] * 1e3, lags.back() * 1e3);
}

void measure_mirror(const Settings& settings) {
  const Server server(settings);
  const double idle = memory_mb("VmRSS");
  daemon::Mirror mirror(server.access(), {}, [](std::string_view severity, const std::string& line) {
    if (severity != "info") std::fprintf(stderr, "%s\n", line.c_str());
  });
  const Clock::time_point begin = Clock::now();
  mirror.start();
  while (!mirror.health().in_step) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const double in_step = seconds_since(begin);
  while (mirror.report()->usage.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::printf("%u Services, %u IPAddresses: in step     %7.2f s   judged after %.2f s\n", settings.objects,
              settings.objects, in_step, seconds_since(begin));
  if (settings.events > 0) measure_watch(settings, mirror);
  std::printf("memory                                      %7.0f MB  at its peak, %.0f now, %.0f before\n",
              memory_mb("VmHWM"), memory_mb("VmRSS"), idle);
  const auto report = mirror.report();
  std::printf("findings                                    %7zu\n", report->findings.size());
}

void measure_audit(const Settings& settings) {
  if (settings.audit_events == 0) return;
  const auto file = std::filesystem::temp_directory_path() / ("mirror_bench." + std::to_string(getpid()));
  {
    std::ofstream out(file);
    bench::make_audit_events(static_cast<int>(settings.audit_events),
                             [&](const std::string& line) { out << line; });
  }
  daemon::AuditOptions options;
  options.files = {file.string()};
  daemon::AuditJudge judge(
      options, [](std::string_view, const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); });
  const Clock::time_point begin = Clock::now();
  judge.start();
  std::uint64_t judged = 0;
  while (judged < settings.audit_events && seconds_since(begin) < 120) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    judged = 0;
    for (const auto& [verdict, count] : judge.report()->verdicts) judged += count;
  }
  const double took = seconds_since(begin);
  std::printf("audit events read and judged                %7.0f /s  %llu of %u in %.2f s",
              static_cast<double>(judged) / took, static_cast<unsigned long long>(judged),
              settings.audit_events, took);
  for (const auto& [verdict, count] : judge.report()->verdicts)
    std::printf(", %llu %s", static_cast<unsigned long long>(count), verdict.c_str());
  std::printf("\n");
  std::filesystem::remove(file);
}

// The memory that one measurement leaves behind is not the next one's.
bool in_own_process(const Settings& settings, void (*measure)(const Settings&)) {
  std::fflush(stdout);
  const pid_t process = fork();
  if (process == 0) {
    measure(settings);
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  return process > 0 && waitpid(process, &status, 0) == process && status == 0;
}

int run(const std::vector<std::string>& arguments) {
  Settings settings;
  for (const std::string& argument : arguments) {
    const auto value =
        static_cast<unsigned>(std::strtoul(argument.substr(argument.find('=') + 1).c_str(), nullptr, 10));
    if (argument == "--pages")
      settings.pages = true;
    else if (argument.rfind("--objects=", 0) == 0)
      settings.objects = value;
    else if (argument.rfind("--events=", 0) == 0)
      settings.events = value;
    else if (argument.rfind("--seconds=", 0) == 0)
      settings.seconds = value;
    else if (argument.rfind("--audit-events=", 0) == 0)
      settings.audit_events = value;
    else {
      std::fprintf(stderr, "mirror_bench: unknown argument \"%s\"\n", argument.c_str());
      return 2;
    }
  }
  for (const auto measure : {measure_audit, measure_peer, measure_mirror}) {
    if (!in_own_process(settings, measure)) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace clusterip

int main(int argc, char** argv) {
  try {
    return clusterip::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mirror_bench: %s\n", error.what());
    return 1;
  }
}
