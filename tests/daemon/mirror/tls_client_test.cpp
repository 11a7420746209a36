// The client against real TLS: who the server is, who the client is, and what happens when either changes
// while it runs.
#include <filesystem>
#include <fstream>
#include <optional>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "daemon/mirror/api_client.hpp"
#include "daemon/mirror/cluster_choice.hpp"
#include "daemon/mirror/in_cluster.hpp"
#include "tests/support/empty_folder.hpp"
#include "tests/support/tls_server.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::HasSubstr;
using testing::TestAuthority;
using testing::TlsServer;
namespace fs = std::filesystem;

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

class TlsClientTest : public ::testing::Test {
 protected:
  TlsClientTest()
      : folder(testing::empty_folder("tls_client")), ours(folder + "/ours"), theirs(folder + "/theirs") {
    ours.issue("server");
    theirs.issue("server");
    serve(ours);
  }

  void serve(const TestAuthority& authority, const std::string& token = "", const std::string& client_ca = "",
             const std::string& name = "server") {
    const int port = server ? server->port() : 0;
    server.reset();
    server.emplace(TlsServer::Settings{authority.file(name + ".pem"), authority.file(name + ".key"),
                                       client_ca, token, port});
  }

  ClusterAccess access(const std::string& authority) const {
    ClusterAccess access;
    EXPECT_EQ(set_server(access, server->url()), "");
    access.certificate_authority.file = authority;
    return access;
  }

  // "200", or the name of what is wrong and its message. A connection that was kept broke with the server
  // that was there before, and the next attempt makes a new one.
  static std::string ask(ApiClient& client) {
    CallResult result = client.get("/api/v1/services");
    const auto* broken = std::get_if<ClientFault>(&result);
    if (broken != nullptr && broken->kind == ClientFaultKind::kCut) result = client.get("/api/v1/services");
    if (const auto* answer = std::get_if<ApiAnswer>(&result)) return std::to_string(answer->status);
    const auto& fault = std::get<ClientFault>(result);
    return std::string(fault_name(fault.kind)) + ": " + fault.message;
  }
  static std::string ask(const ClusterAccess& access) {
    Credentials credentials(access, std::chrono::seconds(1000));
    ApiClient client(credentials, {});
    return ask(client);
  }

  std::string script(const std::string& text) const {
    std::string path = folder + "/plugin";
    write(path, "#!/bin/sh\n" + text);
    chmod(path.c_str(), 0700);
    return path;
  }

  const std::string folder;
  const TestAuthority ours;
  const TestAuthority theirs;
  std::optional<TlsServer> server;
};

TEST_F(TlsClientTest, AServerIsBelievedForItsAuthorityAndItsName) {
  EXPECT_EQ(ask(access(ours.ca())), "200");
  EXPECT_THAT(ask(access(theirs.ca())), HasSubstr("tls: "));
  EXPECT_THAT(ask(access("")), HasSubstr("tls: ")) << "the system's authorities do not know it";
  EXPECT_THAT(ask(access(folder + "/none.pem")), HasSubstr("/none.pem cannot be read"));
  ClusterAccess careless = access("");
  careless.skip_verification = true;
  EXPECT_EQ(ask(careless), "200");

  ours.issue("named", "DNS:kubernetes.default");
  serve(ours, "", "", "named");
  EXPECT_THAT(ask(access(ours.ca())), HasSubstr("tls: "));
  ClusterAccess named = access(ours.ca());
  named.tls_server_name = "kubernetes.default";
  EXPECT_EQ(ask(named), "200");
}

TEST_F(TlsClientTest, AnAuthorityThatIsReplacedIsTakenUpWithoutARestart) {
  const std::string bundle = folder + "/bundle.pem";
  fs::copy_file(ours.ca(), bundle);
  Credentials credentials(access(bundle));
  ApiClient client(credentials, {});
  EXPECT_EQ(ask(client), "200");
  serve(theirs);
  EXPECT_THAT(ask(client), HasSubstr("tls: "));
  fs::copy_file(theirs.ca(), bundle, fs::copy_options::overwrite_existing);
  EXPECT_EQ(ask(client), "200");
  // A bundle of both, as while a cluster rotates.
  std::ofstream(bundle, std::ios::app) << std::ifstream(ours.ca()).rdbuf();
  serve(ours);
  EXPECT_EQ(ask(client), "200");
  write(bundle, "no certificate");
  EXPECT_THAT(ask(client), HasSubstr("tls: "));
}

TEST_F(TlsClientTest, AClientCertificateIsShownAndItsFilesAreReadAnew) {
  ours.issue("client");
  theirs.issue("client");
  serve(ours, "", ours.ca());
  EXPECT_NE(ask(access(ours.ca())), "200");
  ClusterAccess with = access(ours.ca());
  with.client_certificate.file = folder + "/client.pem";
  with.client_key.file = folder + "/client.key";
  const auto show = [&](const TestAuthority& authority) {
    fs::copy_file(authority.file("client.pem"), folder + "/client.pem", fs::copy_options::overwrite_existing);
    fs::copy_file(authority.file("client.key"), folder + "/client.key", fs::copy_options::overwrite_existing);
  };
  show(theirs);
  Credentials credentials(with);
  ApiClient client(credentials, {});
  EXPECT_NE(ask(client), "200");
  show(ours);
  EXPECT_EQ(ask(client), "200");
  write(folder + "/client.key", "no key");
  EXPECT_EQ(ask(client), "tls: the client certificate and its key cannot be used");
}

TEST_F(TlsClientTest, ATokenThatIsRefusedIsReadAgain) {
  serve(ours, "second");
  ClusterAccess with = access(ours.ca());
  with.token_file = folder + "/token";
  write(with.token_file, "first");
  Credentials credentials(with, std::chrono::seconds(1000));
  ApiClient client(credentials, {});
  EXPECT_EQ(ask(client), "401");
  write(with.token_file, "second");
  EXPECT_EQ(ask(client), "200");
}

TEST_F(TlsClientTest, APluginsCertificateIsUsedAndAskedForAgainWhenItExpires) {
  ours.issue("client");
  serve(ours, "", ours.ca());
  ClusterAccess with = access(ours.ca());
  with.exec.api_version = "client.authentication.k8s.io/v1";
  // A certificate is text with line ends, which JSON escapes.
  const auto escaped = [](const std::string& file) {
    return "$(awk '{printf \"%s\\\\n\", $0}' " + file + ")";
  };
  with.exec.command = script(
      "echo run >> " + folder + "/runs\ntest -e " + folder + "/broken && { echo no login >&2; exit 1; }\n" +
      "when=$(date -u -d '+21 seconds' +%Y-%m-%dT%H:%M:%SZ)\ncertificate=" +
      escaped(ours.file("client.pem")) + "\nkey=" + escaped(ours.file("client.key")) + R"(
cat << END
{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status":
 {"expirationTimestamp": "$when", "clientCertificateData": "$certificate", "clientKeyData": "$key"}}
END
)");
  Credentials credentials(with);
  ApiClient client(credentials, {});
  EXPECT_EQ(ask(client), "200");
  EXPECT_EQ(ask(client), "200");
  EXPECT_EQ(fs::file_size(folder + "/runs"), 4U);
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  EXPECT_EQ(ask(client), "200");
  EXPECT_EQ(fs::file_size(folder + "/runs"), 8U);
  write(folder + "/broken", "");
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  EXPECT_THAT(ask(client), HasSubstr("ended with 1: no login"));
}

TEST_F(TlsClientTest, APodsServiceAccountIsEnough) {
  serve(ours, "of the pod");
  const std::string mounted = folder + "/serviceaccount";
  fs::create_directories(mounted);
  fs::copy_file(ours.ca(), mounted + "/ca.crt");
  write(mounted + "/token", "of the pod\n");
  const Environment pod = [this](const char* name) {
    const bool host = std::string_view(name) == "KUBERNETES_SERVICE_HOST";
    return host ? std::string("127.0.0.1") : std::to_string(server->port());
  };
  EXPECT_EQ(ask(std::get<ClusterAccess>(in_cluster_access(pod, mounted))), "200");
}

TEST_F(TlsClientTest, KubeconfigFilesOfAListAreOneConfiguration) {
  serve(ours, "merged");
  write(folder + "/clusters", "clusters: [{name: c, cluster: {server: '" + server->url() +
                                  "', certificate-authority: ours/ca.pem}}]\n");
  write(folder + "/users",
        "users: [{name: u, user: {token: merged}}]\n"
        "contexts: [{name: wrong, context: {cluster: none, user: u}}]\n"
        "current-context: wrong\n");
  write(folder + "/contexts",
        "contexts: [{name: right, context: {cluster: c, user: u}}]\ncurrent-context: right\n");
  const std::string list =
      folder + "/clusters:" + folder + "/none:" + folder + "/users:" + folder + "/contexts";
  const Environment environment = [&](const char* name) {
    return std::string_view(name) == "KUBECONFIG" ? list : std::string();
  };
  ClusterChoice choice;
  EXPECT_THAT(std::get<std::string>(choose_cluster(choice, environment)),
              HasSubstr("contexts[wrong].context.cluster names \"none\""));
  choice.context = "right";
  EXPECT_EQ(ask(std::get<ClusterAccess>(choose_cluster(choice, environment))), "200");
}

}  // namespace
}  // namespace clusterip::daemon
