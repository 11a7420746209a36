// TLS with bearer tokens, the way a daemon is served to others. The key beside this file is for tests alone.
#include <csignal>
#include <fstream>

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "tests/support/daemon_process.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";
constexpr const char* kJson = "application/json";

class Tls : public ::testing::Test {
 protected:
  Tls() {
    std::ofstream(directory_.path() + "/tokens") << "secret,alice\n";
    daemon_ = std::make_unique<DaemonProcess>(std::vector<std::string>{
        "--service-cluster-ip-range=10.96.0.0/24", "--in-memory", "--bind-address=127.0.0.1",
        "--tls-cert-file=" + file("cert.pem"), "--tls-private-key-file=" + file("key.pem"),
        "--token-auth-file=" + directory_.path() + "/tokens"});
  }
  static std::string file(const char* name) {
    return source_path(std::string("tests/daemon/serve/tls/") + name);
  }
  std::unique_ptr<httplib::SSLClient> client(const std::string& token = "secret") const {
    auto made = std::make_unique<httplib::SSLClient>("127.0.0.1", daemon_->port());
    made->set_ca_cert_path(file("cert.pem"));
    made->enable_server_certificate_verification(true);
    if (!token.empty()) made->set_bearer_token_auth(token);
    made->set_keep_alive(true);
    return made;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<DaemonProcess> daemon_;
};

std::string service(const std::string& name) {
  return Json{{"metadata", {{"name", name}}}, {"spec", {{"ports", {{{"port", 80}}}}}}}.dump();
}

TEST_F(Tls, ServesWhoeverHasAToken) {
  ASSERT_TRUE(daemon_->serving()) << daemon_->output();
  EXPECT_NE(daemon_->output().find("https://127.0.0.1:"), std::string::npos);
  auto known = client();
  const auto created = known->Post(kServices, service("a"), kJson);
  ASSERT_TRUE(created);
  EXPECT_EQ(created->status, 201);
  EXPECT_EQ(known->Get(kServices)->status, 200);
  EXPECT_EQ(known->Delete(std::string(kServices) + "/a")->status, 200);
  for (const char* token : {"", "wrong"}) {
    const auto answer = client(token)->Get(kServices);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 401);
    EXPECT_EQ(Json::parse(answer->body)["reason"], "Unauthorized");
  }
  EXPECT_EQ(client("")->Get("/livez")->status, 200);
}

TEST_F(Tls, RefusesBodiesThatAreTooLarge) {
  const auto answer = client()->Post(kServices, std::string(3'145'729, 'x'), kJson);
  // The refusal may come before the whole body has been sent, which some clients take for a broken
  // connection.
  EXPECT_TRUE(!answer || answer->status == 413);
  EXPECT_EQ(client()->Get(kServices)->status, 200);
}

TEST_F(Tls, StreamsWatchesAndEndsThemInTime) {
  auto watcher = client();
  std::string body;
  const auto ended = watcher->Get("/api/v1/services?watch=true&resourceVersion=0&timeoutSeconds=1",
                                  [&](const char* data, std::size_t size) {
                                    body.append(data, size);
                                    return true;
                                  });
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 200);
  EXPECT_NE(body.find(R"({"type":"ADDED","object":{"kind":"Service")"), std::string::npos);
  EXPECT_EQ(daemon_->end(SIGTERM), 0);
}

}  // namespace
}  // namespace clusterip::testing
