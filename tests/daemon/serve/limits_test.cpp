// What the daemon does at its limits: it refuses what is too much, says when to come again, and goes on
// serving everybody else.
#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <map>
#include <netinet/in.h>
#include <poll.h>
#include <set>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";
constexpr std::chrono::seconds kPatience{20};

// A connection whose bytes are the test's own.
class RawSocket {
 public:
  explicit RawSocket(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawSocket() { ::close(socket_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  void send(const std::string& bytes) const {
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void get(const std::string& path) const { send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"); }
  // Reads until the text has come (true), or the end or nothing for long (false).
  bool read_until(std::string_view text) {
    while (received_.find(text) == std::string::npos) {
      if (!read_some()) return false;
    }
    return true;
  }
  // Reads to the end. False: there was none.
  bool read_to_end() {
    while (read_some()) {
    }
    return ended_;
  }
  const std::string& received() const { return received_; }

 private:
  bool read_some() {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) <= 0)
      return false;
    std::array<char, 65536> buffer{};
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    ended_ = count <= 0;
    if (count > 0) received_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  int socket_;
  std::string received_;
  bool ended_ = false;
};

std::vector<std::string> flags(std::vector<std::string> more) {
  more.insert(more.end(), {"--service-cluster-ip-range=10.96.0.0/16", "--controllers=default-service-cidr"});
  return more;
}

Json service(const std::string& name) {
  return {{"metadata", {{"name", name}}}, {"spec", {{"ports", {{{"port", 80}}}}}}};
}

template <class Condition>
bool comes_true(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::size_t threads_of(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("Threads:", 0) == 0) return std::stoul(line.substr(8));
  }
  return 0;
}

// Keeps the daemon's disk from writing for as long as it lives.
class HeldDisk {
 public:
  explicit HeldDisk(const std::string& directory) {
    EXPECT_EQ(sqlite3_open((directory + "/clusterip.db").c_str(), &database_), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  ~HeldDisk() { sqlite3_close(database_); }
  HeldDisk(const HeldDisk&) = delete;
  HeldDisk& operator=(const HeldDisk&) = delete;

 private:
  sqlite3* database_ = nullptr;
};

// At most two are with the disk and two wait for it: the others are told to come again.
TEST(Limits, WhoWouldWaitTooLongForTheDiskComesAgain) {
  constexpr int kClients = 8;
  constexpr int kMostAccepted = 4;
  const TemporaryDirectory directory;
  const DaemonProcess daemon(flags({"--data-dir=" + directory.path(), "--max-queued-commits=2"}));
  ASSERT_TRUE(daemon.serving()) << daemon.output();
  std::array<Answer, kClients> answers;
  std::atomic<int> refused{0};
  std::vector<std::thread> clients;
  {
    const HeldDisk held(directory.path());
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&, i] {
        Answer& answer = answers.at(static_cast<std::size_t>(i));
        answer = HttpClient(daemon.port()).post(kServices, service("s" + std::to_string(i)));
        if (answer.status == 429) ++refused;
      });
    }
    EXPECT_TRUE(comes_true([&] { return refused >= kClients - kMostAccepted; }));
    // Reads need no disk.
    EXPECT_EQ(HttpClient(daemon.port()).get("/api/v1/services").status, 200);
  }
  for (std::thread& client : clients) client.join();
  std::set<std::string> accepted;
  for (const Answer& answer : answers) {
    if (answer.status == 201) {
      accepted.insert(answer.json()["metadata"]["name"].get<std::string>());
      continue;
    }
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.header("Retry-After"), "1");
    EXPECT_EQ(answer.json()["reason"], "TooManyRequests");
    EXPECT_EQ(answer.json()["details"]["retryAfterSeconds"], 1);
  }
  EXPECT_FALSE(accepted.empty());
  // What was refused left nothing behind.
  std::set<std::string> stored;
  HttpClient client(daemon.port());
  const Json services = client.get(kServices).json();
  for (const Json& item : services["items"]) stored.insert(item["metadata"]["name"].get<std::string>());
  EXPECT_EQ(stored, accepted);
  const std::string used = "kube_apiserver_clusterip_allocator_allocated_ips{cidr=\"10.96.0.0/16\"} ";
  EXPECT_THAT(client.get("/metrics").body, HasSubstr(used + std::to_string(accepted.size()) + "\n"));
}

TEST(Limits, ConnectionsBeyondTheirNumberComeAgain) {
  const DaemonProcess daemon(flags({"--in-memory", "--max-connections=2", "--max-queued-connections=0"}));
  auto first = std::make_unique<HttpClient>(daemon.port());
  HttpClient second(daemon.port());
  EXPECT_EQ(first->get("/livez").status, 200);
  EXPECT_EQ(second.get("/livez").status, 200);
  RawSocket third(daemon.port());
  third.get("/livez");
  EXPECT_TRUE(third.read_to_end());
  EXPECT_THAT(third.received(), StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(third.received(), HasSubstr("\r\nRetry-After: 1\r\n"));
  EXPECT_THAT(third.received(), HasSubstr("\"reason\":\"TooManyRequests\""));
  EXPECT_EQ(second.get("/livez").status, 200);
  first.reset();
  EXPECT_TRUE(comes_true([&] { return HttpClient(daemon.port()).get("/livez").status == 200; }));
}

TEST(Limits, AConnectionMayWaitForAnothersEnd) {
  const DaemonProcess daemon(flags({"--in-memory", "--max-connections=1", "--max-queued-connections=1"}));
  auto first = std::make_unique<HttpClient>(daemon.port());
  EXPECT_EQ(first->get("/livez").status, 200);
  RawSocket waiting(daemon.port());
  waiting.get("/livez");
  EXPECT_TRUE(comes_true([&] {
    RawSocket beyond(daemon.port());
    beyond.get("/livez");
    return beyond.read_until("HTTP/1.1 429");
  }));
  first.reset();
  EXPECT_TRUE(waiting.read_until("HTTP/1.1 200"));
}

TEST(Limits, WatchesBeyondTheirNumberComeAgain) {
  const DaemonProcess daemon(flags({"--in-memory", "--max-watches=2"}));
  const std::string watch = std::string(kServices) + "?watch=true";
  RawSocket first(daemon.port());
  RawSocket second(daemon.port());
  for (RawSocket* socket : {&first, &second}) {
    socket->get(watch);
    EXPECT_TRUE(socket->read_until("HTTP/1.1 200"));
  }
  RawSocket third(daemon.port());
  third.get(watch);
  EXPECT_TRUE(third.read_to_end());
  EXPECT_THAT(third.received(), StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(third.received(), HasSubstr("\r\nRetry-After: 1\r\n"));
}

TEST(Limits, ThousandsOfIdleWatchesHoldNobodyUp) {
  constexpr std::size_t kWatches = 2000;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < 2 * kWatches) GTEST_SKIP() << "this system allows " << files.rlim_max << " files";
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const DaemonProcess daemon(flags({"--in-memory"}));
  std::vector<std::unique_ptr<RawSocket>> watches;
  for (std::size_t i = 0; i < kWatches; ++i) {
    watches.push_back(std::make_unique<RawSocket>(daemon.port()));
    watches.back()->get("/api/v1/services?watch=true");
    ASSERT_TRUE(watches.back()->read_until("\r\n\r\n")) << i;
  }
  // They cost no threads.
  EXPECT_LT(threads_of(daemon.pid()), 100U);
  HttpClient client(daemon.port());
  EXPECT_EQ(client.get("/readyz").status, 200);
  EXPECT_EQ(client.post(kServices, service("for-all")).status, 201);
  for (const auto& watch : watches) ASSERT_TRUE(watch->read_until("\"for-all\""));
}

// A client that asks for megabytes and reads nothing is cut off once its time is over.
TEST(Limits, AClientThatReadsNothingIsCutOff) {
  const DaemonProcess daemon(flags({"--in-memory", "--write-timeout=300ms"}));
  HttpClient client(daemon.port());
  Json large = service("large");
  large["metadata"]["annotations"]["text"] = std::string(200'000, 'x');
  for (int i = 0; i < 10; ++i) {
    large["metadata"]["name"] = "large" + std::to_string(i);
    ASSERT_EQ(client.post(kServices, large).status, 201);
  }
  const std::size_t idle = threads_of(daemon.pid());
  constexpr std::size_t kAsked = 16;
  RawSocket stalled(daemon.port());
  for (std::size_t i = 0; i < kAsked; ++i) stalled.get(kServices);
  EXPECT_EQ(client.get("/readyz").status, 200);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_TRUE(stalled.read_to_end());
  EXPECT_LT(stalled.received().size(), kAsked * 10 * 200'000);
  EXPECT_LE(threads_of(daemon.pid()), idle + 1);
}

TEST(Limits, ABodyThatDoesNotComeIsCutOff) {
  const DaemonProcess daemon(flags({"--in-memory", "--body-timeout=300ms"}));
  RawSocket slow(daemon.port());
  slow.send("POST " + std::string(kServices) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");
  EXPECT_TRUE(slow.read_to_end());
  EXPECT_EQ(HttpClient(daemon.port()).get("/readyz").status, 200);
}

}  // namespace
}  // namespace clusterip::testing
