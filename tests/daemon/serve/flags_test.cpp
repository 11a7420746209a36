// How the daemon starts, refuses to start, and ends.
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kRange = "--service-cluster-ip-range=10.96.0.0/16";

TEST(Flags, WrongOnesAreNamedWithTheirValue) {
  const std::pair<std::vector<std::string>, std::string> table[] = {
      {{"serve"}, "--service-cluster-ip-range is missing"},
      {{"serve", "--service-cluster-ip-range=10.96.0.0/33", "--in-memory"}, "10.96.0.0/33"},
      {{"serve", kRange}, "--data-dir is missing"},
      {{"serve", kRange, "--in-memory", "--data-dir=/tmp/x"}, "/tmp/x"},
      {{"serve", kRange, "--in-memory", "--port=70000"}, "--port: \"70000\""},
      {{"serve", kRange, "--in-memory", "--port=http"}, "--port: \"http\""},
      {{"serve", kRange, "--in-memory", "--prot=1"}, "--prot"},
      {{"serve", kRange, "--in-memory", "--service-cluster=10.0.0.0/24"}, "--service-cluster"},
      {{"serve", kRange, "--in-memory", "--controllers=repiar"}, "\"repiar\""},
      {{"serve", kRange, "--in-memory", "--service-cidr-deletion-grace=10"},
       "--service-cidr-deletion-grace: \"10\""},
      {{"serve", kRange, "--in-memory", "--bind-address=localhost"}, "--bind-address: \"localhost\""},
      {{"serve", kRange, "--in-memory", "--bind-address=0.0.0.0"}, "--token-auth-file"},
      {{"serve", kRange, "--in-memory", "--bind-address=::"}, "--token-auth-file"},
      {{"serve", kRange, "--in-memory", "--tls-cert-file=/a"}, "--tls-private-key-file"},
      {{"serve", kRange, "--in-memory", "--tls-cert-file=/nowhere", "--tls-private-key-file=/nowhere"},
       "--tls-cert-file: \"/nowhere\""},
      {{"serve", kRange, "--in-memory", "--token-auth-file=/nowhere"}, "/nowhere"},
      {{"mirror", "--server=http://127.0.0.1:1", "--token-file=/nowhere"}, "--token-file: \"/nowhere\""},
      {{"mirror", "--server=https://127.0.0.1:1", "--certificate-authority=/nowhere"},
       "--certificate-authority: \"/nowhere\""},
      {{"mirror", "--server=http://127.0.0.1:1", "--context=c"}, "--context: \"c\""},
      {{"serve", kRange, "--in-memory", "extra"}, "\"extra\""},
      {{"sevre"}, "\"sevre\""},
  };
  for (const auto& [arguments, words] : table) {
    const auto [code, output] = run_daemon(arguments);
    EXPECT_EQ(code, 2) << output;
    EXPECT_THAT(output, HasSubstr(words));
  }
}

TEST(Flags, HelpIsNoError) {
  const auto [code, output] = run_daemon({"serve", "--help"});
  EXPECT_EQ(code, 0);
  EXPECT_THAT(output, HasSubstr("--service-cluster-ip-range"));
}

TEST(Start, ASecondProcessOnTheSameDirectoryIsRefused) {
  const TemporaryDirectory directory;
  DaemonProcess first({kRange, "--data-dir=" + directory.path()});
  ASSERT_TRUE(first.serving()) << first.output();
  const auto [code, output] = run_daemon({"serve", kRange, "--port=0", "--data-dir=" + directory.path()});
  EXPECT_EQ(code, 3);
  EXPECT_THAT(output, HasSubstr("in use"));
  EXPECT_THAT(output, HasSubstr(directory.path()));
  EXPECT_EQ(HttpClient(first.port()).get("/readyz").status, 200);
}

TEST(Start, AnUnreadableStoreIsRefused) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/clusterip.db") << std::string(5000, 'x');
  const auto [code, output] = run_daemon({"serve", kRange, "--port=0", "--data-dir=" + directory.path()});
  EXPECT_EQ(code, 3);
  EXPECT_THAT(output, HasSubstr("clusterip.db"));
}

// The file can be written to by other programs: what they broke is named before anything is served.
TEST(Start, ADocumentThatCannotBeReadIsRefused) {
  for (const char* broken : {"{", "[]", "", "{\"spec\":{}}", "{\"metadata\":{\"name\":\"\xff\"}}"}) {
    const TemporaryDirectory directory;
    {
      DaemonProcess daemon({kRange, "--data-dir=" + directory.path()});
      ASSERT_TRUE(daemon.serving()) << daemon.output();
      ASSERT_EQ(daemon.end(SIGTERM), 0);
    }
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((directory.path() + "/clusterip.db").c_str(), &database), SQLITE_OK);
    sqlite3_stmt* change = nullptr;
    sqlite3_prepare_v2(database, "UPDATE objects SET document = ?1 WHERE name = 'kubernetes'", -1, &change,
                       nullptr);
    sqlite3_bind_text(change, 1, broken, -1, SQLITE_STATIC);
    ASSERT_EQ(sqlite3_step(change), SQLITE_DONE);
    sqlite3_finalize(change);
    sqlite3_close(database);
    const auto [code, output] = run_daemon({"serve", kRange, "--port=0", "--data-dir=" + directory.path()});
    EXPECT_EQ(code, 3) << broken;
    EXPECT_THAT(output, HasSubstr("/kubernetes cannot be read")) << broken;
  }
}

TEST(Start, APortThatAnotherOneServesIsRefused) {
  DaemonProcess first({kRange, "--in-memory"});
  ASSERT_TRUE(first.serving()) << first.output();
  const std::string port = std::to_string(first.port());
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"serve", kRange, "--in-memory", "--port=" + port},
        {"mirror", "--server=http://127.0.0.1:1", "--port=" + port},
        {"mirror", "--server=http://127.0.0.1:1", "--port=0", "--audit-webhook-port=" + port}}) {
    const auto [code, output] = run_daemon(arguments);
    EXPECT_EQ(code, 3) << output;
    EXPECT_THAT(output, HasSubstr("cannot listen on 127.0.0.1 port " + port));
  }
}

TEST(Stop, TermEndsItWithCodeZero) {
  DaemonProcess daemon({kRange, "--in-memory"});
  ASSERT_TRUE(daemon.serving()) << daemon.output();
  HttpClient idle(daemon.port());
  EXPECT_EQ(idle.get("/livez").status, 200);
  EXPECT_EQ(daemon.end(SIGTERM), 0) << daemon.output();
}

TEST(Token, IsAskedForWhereThereIsAFile) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/tokens") << "secret,alice\n";
  DaemonProcess daemon({kRange, "--in-memory", "--token-auth-file=" + directory.path() + "/tokens"});
  ASSERT_TRUE(daemon.serving()) << daemon.output();
  HttpClient client(daemon.port());
  EXPECT_EQ(client.get("/readyz").status, 200);
  const Answer refused = client.get("/api/v1/services");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.json()["reason"], "Unauthorized");
  const std::string wrong = exchange_raw(
      daemon.port(),
      "GET /version HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secreT\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(wrong, HasSubstr("HTTP/1.1 401"));
  const std::string right = exchange_raw(
      daemon.port(),
      "GET /version HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(right, HasSubstr("HTTP/1.1 200"));
  const std::string small = exchange_raw(
      daemon.port(),
      "GET /version HTTP/1.1\r\nHost: a\r\nAuthorization: bearer secret\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(small, HasSubstr("HTTP/1.1 200"));
}

TEST(Token, ALineWithoutOneIsRefused) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/tokens") << "secret,alice\n,bob\n";
  const auto [code, output] =
      run_daemon({"serve", kRange, "--in-memory", "--token-auth-file=" + directory.path() + "/tokens"});
  EXPECT_EQ(code, 2);
  EXPECT_THAT(output, HasSubstr("\",bob\""));
}

}  // namespace
}  // namespace clusterip::testing
