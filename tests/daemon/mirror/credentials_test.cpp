#include "daemon/mirror/credentials.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "daemon/mirror/api_client.hpp"
#include "daemon/mirror/run_program.hpp"
#include "tests/support/fake_apiserver.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::HasSubstr;

std::string folder() {
  std::string path = ::testing::TempDir() + "credentials_test";
  std::filesystem::create_directories(path);
  return path;
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string script(const std::string& name, const std::string& text) {
  std::string path = folder() + "/" + name;
  write(path, "#!/bin/sh\n" + text);
  chmod(path.c_str(), 0700);
  return path;
}

ClusterAccess plugin(const std::string& command) {
  ClusterAccess access;
  access.exec.api_version = "client.authentication.k8s.io/v1";
  access.exec.command = command;
  access.exec.install_hint = "install it";
  return access;
}

constexpr const char* kCredential =
    R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)";

TEST(Credentials, ATokenFileIsReadAgainAndOutlivesItsAbsence) {
  ClusterAccess access;
  access.token = "written";
  access.token_file = folder() + "/token";
  write(access.token_file, "first\n");
  Credentials credentials(access, std::chrono::seconds(1000));
  EXPECT_EQ(std::get<Identity>(credentials.current()).bearer, "first");
  write(access.token_file, "second\n");
  EXPECT_EQ(std::get<Identity>(credentials.current()).bearer, "first");
  credentials.refused();
  EXPECT_EQ(std::get<Identity>(credentials.current()).bearer, "second");
  std::filesystem::remove(access.token_file);
  credentials.refused();
  EXPECT_EQ(std::get<Identity>(credentials.current()).bearer, "second");

  access.token.clear();
  Credentials nothing(access);
  EXPECT_THAT(std::get<std::string>(nothing.current()), HasSubstr("/token: the token file cannot be read"));
}

TEST(Credentials, APluginIsRunAndItsAnswerKeptUntilItExpires) {
  const std::string counter = folder() + "/runs";
  std::filesystem::remove(counter);
  ClusterAccess access = plugin(
      script("good", "echo run >> " + counter + "\nprintf '%s' '" + kCredential + R"({"token":"'$0'"}}')"));
  access.exec.command =
      script("good", "echo run >> " + counter + "\ntest -n \"$KUBERNETES_EXEC_INFO\" || exit 4\ncat <<X\n" +
                         kCredential + R"({"token":"abc"}})" + "\nX\n");
  Credentials credentials(access);
  EXPECT_EQ(std::get<Identity>(credentials.current()).bearer, "abc");
  EXPECT_EQ(std::get<Identity>(credentials.current()).bearer, "abc");
  EXPECT_EQ(std::filesystem::file_size(counter), 4U);
  credentials.refused();
  EXPECT_EQ(std::get<Identity>(credentials.current()).bearer, "abc");
  EXPECT_EQ(std::filesystem::file_size(counter), 8U);
}

TEST(Credentials, WhatIsWrongWithAPluginIsSaid) {
  const auto says = [](const std::string& command) {
    return std::get<std::string>(Credentials(plugin(command)).current());
  };
  EXPECT_THAT(says("/no/such/program"), HasSubstr("/no/such/program: No such file or directory; install it"));
  EXPECT_THAT(says(script("fails", "echo not logged in >&2; exit 3")),
              HasSubstr("fails ended with 3: not logged in"));
  EXPECT_THAT(says(script("chats", "echo hello")), HasSubstr("did not print an ExecCredential"));
  EXPECT_THAT(says(script("other", R"(echo '{"apiVersion":"v1","kind":"ExecCredential"}')")),
              HasSubstr("answered with apiVersion \"v1\""));
  EXPECT_THAT(says(script("none", std::string("echo '") + kCredential + "{}}'")),
              HasSubstr("without token and certificate"));
  EXPECT_THAT(says(script("half", std::string("echo '") + kCredential +
                                      R"({"token":"t","clientCertificateData":"c"}}')")),
              HasSubstr("half of certificate and key"));
  EXPECT_THAT(says(script("when", std::string("echo '") + kCredential +
                                      R"({"token":"t","expirationTimestamp":"soon"}}')")),
              HasSubstr("\"soon\", which is no time"));
}

TEST(RunProgram, IsBoundedInTimeAndSize) {
  const auto slow = run_program("/bin/sh", {"-c", "sleep 30"}, {},
                                {.time = std::chrono::milliseconds(100), .output_bytes = 10});
  EXPECT_THAT(std::get<std::string>(slow), HasSubstr("did not end within"));
  const auto loud =
      run_program("/bin/sh", {"-c", "yes"}, {}, {.time = std::chrono::seconds(20), .output_bytes = 10});
  EXPECT_THAT(std::get<std::string>(loud), HasSubstr("printed more than 10 bytes"));
  const auto fine = run_program("/bin/sh", {"-c", "echo $A; cat"}, {{"A", "b"}});
  EXPECT_EQ(std::get<ProgramOutput>(fine).text, "b\n");
}

TEST(ApiClient, A401MakesItLookForANewTokenOnce) {
  testing::FakeApiserver server;
  server.set_token("new");
  ClusterAccess access;
  ASSERT_EQ(set_server(access, server.url()), "");
  access.token_file = folder() + "/rotating";
  write(access.token_file, "old");
  Credentials credentials(access, std::chrono::seconds(1000));
  ApiClient client(credentials, {});
  EXPECT_EQ(std::get<ApiAnswer>(client.get("/api/v1/services")).status, 401);
  EXPECT_EQ(server.requests(), 1U);
  write(access.token_file, "new");
  EXPECT_EQ(std::get<ApiAnswer>(client.get("/api/v1/services")).status, 200);
  EXPECT_EQ(server.requests(), 3U);
}

TEST(ApiClient, AnswersAreBounded) {
  testing::FakeApiserver server;
  ClusterAccess access;
  ASSERT_EQ(set_server(access, server.url()), "");
  Credentials credentials(access);
  ClientLimits limits;
  limits.body_bytes = 1 << 20;
  ApiClient client(credentials, limits);
  server.plan_on_request(testing::FakeApiserver::Kind::kServices, testing::ServerFault::kHugeLine);
  const auto result = client.get("/api/v1/services");
  ASSERT_TRUE(std::holds_alternative<ClientFault>(result));
  EXPECT_EQ(std::get<ClientFault>(result).kind, ClientFaultKind::kTooLarge);
  EXPECT_EQ(std::get<ApiAnswer>(client.get("/api/v1/services")).status, 200);
}

TEST(ApiClient, NobodyThereIsAConnectFault) {
  ClusterAccess access;
  ASSERT_EQ(set_server(access, "http://127.0.0.1:1"), "");
  Credentials credentials(access);
  ApiClient client(credentials, {});
  EXPECT_EQ(std::get<ClientFault>(client.get("/")).kind, ClientFaultKind::kConnect);
}

}  // namespace
}  // namespace clusterip::daemon
