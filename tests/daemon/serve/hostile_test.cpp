// Raw bytes that no well-behaved client sends: each gets its refusal, and the next client is served.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Hostile : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon_ = std::make_unique<DaemonProcess>(std::vector<std::string>{
        "--service-cluster-ip-range=10.96.0.0/16", "--in-memory", "--head-timeout=500ms"});
  }
  static void TearDownTestSuite() { daemon_.reset(); }

  static std::string send(const std::string& bytes) { return exchange_raw(daemon_->port(), bytes, 1500); }
  static void expect_alive() { EXPECT_EQ(HttpClient(daemon_->port()).get("/readyz").status, 200); }

  static std::unique_ptr<DaemonProcess> daemon_;
};

std::unique_ptr<DaemonProcess> Hostile::daemon_;

constexpr const char* kPost = "POST /apis/networking.k8s.io/v1/servicecidrs HTTP/1.1\r\nHost: a\r\n";

TEST_F(Hostile, FramesThatCanBeReadInTwoWays) {
  const std::pair<std::string, std::string> table[] = {
      {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", "HTTP/1.1 400"},
      {"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "HTTP/1.1 400"},
      {"Content-Length: 2abc\r\n\r\n{}", "HTTP/1.1 400"},
      {"Content-Length: -1\r\n\r\n{}", "HTTP/1.1 400"},
      {"Content-Length : 2\r\n\r\n{}", "HTTP/1.1 400"},
      {"Transfer-Encoding: gzip\r\n\r\n{}", "HTTP/1.1 501"},
      {"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}", "HTTP/1.1 400"},
      {"X: a%0d%0aEvil: yes\r\n\r\n", "HTTP/1.1 400"},
  };
  for (const auto& [rest, status] : table) EXPECT_THAT(send(kPost + rest), StartsWith(status)) << rest;
  expect_alive();
}

TEST_F(Hostile, BodiesBeyondTheLimit) {
  EXPECT_THAT(send(std::string(kPost) + "Content-Length: 3145729\r\n\r\n"), StartsWith("HTTP/1.1 413"));
  std::string chunked = std::string(kPost) + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string chunk = "10000\r\n" + std::string(65536, ' ') + "\r\n";
  for (int i = 0; i < 60; ++i) chunked += chunk;
  const std::string answer = send(chunked);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(answer, HasSubstr("RequestEntityTooLarge"));
  expect_alive();
}

TEST_F(Hostile, HeadsBeyondTheLimit) {
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += "X-" + std::to_string(i) + ": a\r\n";
  EXPECT_THAT(send(kPost + lines + "\r\n"), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(send(kPost + std::string("X: ") + std::string(1 << 20, 'a')), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(send("GET /" + std::string(8100, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"),
              StartsWith("HTTP/1.1 414"));
  expect_alive();
}

TEST_F(Hostile, BytesThatAreNoRequest) {
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x02"), std::string("GET / HTTP/1.1\nHost: a\n\n"),
        std::string("\0\0\0\0", 4), std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
    const std::string answer = send(bytes);
    EXPECT_TRUE(answer.rfind("HTTP/1.1 4", 0) == 0 || answer.rfind("HTTP/1.1 505", 0) == 0) << answer;
  }
  expect_alive();
}

TEST_F(Hostile, AHalfHeadIsCutAfterItsDeadline) {
  EXPECT_EQ(send("GET / HTTP/1.1\r\nHost: a\r\n"), "");
  expect_alive();
}

TEST_F(Hostile, ManySlowClientsHoldNobodyUp) {
  std::vector<std::thread> slow;
  constexpr int kSlow = 64;
  slow.reserve(kSlow);
  for (int i = 0; i < kSlow; ++i) slow.emplace_back([] { send("GET / HTTP/1.1\r\nHost"); });
  for (int i = 0; i < 20; ++i) expect_alive();
  for (std::thread& thread : slow) thread.join();
}

TEST_F(Hostile, RequestsInARowAreAnsweredInARow) {
  const std::string one = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string last = "GET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const std::string answers = send(one + one + last);
  EXPECT_THAT(answers, HasSubstr("gitVersion"));
  std::size_t count = 0;
  for (std::size_t at = answers.find("HTTP/1.1 200"); at != std::string::npos;
       at = answers.find("HTTP/1.1 200", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, 3U);
}

TEST_F(Hostile, JsonThatIsNone) {
  HttpClient client(daemon_->port());
  const std::string path = "/apis/networking.k8s.io/v1/servicecidrs";
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string("nul"), std::string("\xff\xfe"),
        std::string(5000, '['), std::string(100'000, '{'),
        std::string(R"({"kind":"Service","apiVersion":"v1"})"),
        std::string(R"({"kind":"Foo","apiVersion":"v1"})"), std::string(R"({"metadata":7})"),
        std::string(R"({"spec":{"cidrs":"10.0.0.0/24"}})")}) {
    const Answer answer = client.send("POST", path, body, "application/json");
    EXPECT_EQ(answer.status, 400) << body.substr(0, 50);
    EXPECT_EQ(answer.json()["reason"], "BadRequest");
  }
  EXPECT_EQ(client.send("POST", path, "<xml/>", "text/xml").status, 415);
  expect_alive();
}

}  // namespace
}  // namespace clusterip::testing
