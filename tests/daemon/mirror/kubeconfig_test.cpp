#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "daemon/mirror/base64.hpp"
#include "daemon/mirror/in_cluster.hpp"
#include "daemon/mirror/kubeconfig_json.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Json config(const std::string& text) {
  return Json::parse(text);
}

// A file with one context "a" whose cluster and user have these members.
KubeconfigFile file(const std::string& cluster, const std::string& user) {
  return {"/etc/kube/config", config(R"({"current-context":"a",
    "contexts":[{"name":"a","context":{"cluster":"c","user":"u"}}],
    "clusters":[{"name":"c","cluster":{"server":"https://10.0.0.1:6443")" +
                                     (cluster.empty() ? "" : "," + cluster) + R"(}}],
    "users":[{"name":"u","user":{)" + user +
                                     "}}]}")};
}

ClusterAccess good(const std::vector<KubeconfigFile>& files, const std::string& context = "") {
  const auto read = read_kubeconfig(files, context);
  EXPECT_TRUE(std::holds_alternative<ClusterAccess>(read)) << (read.index() == 1 ? std::get<1>(read) : "");
  return read.index() == 0 ? std::get<0>(read) : ClusterAccess{};
}

std::string fault(const std::vector<KubeconfigFile>& files, const std::string& context = "") {
  const auto read = read_kubeconfig(files, context);
  return read.index() == 1 ? std::get<1>(read) : "no fault";
}

TEST(Kubeconfig, ReadsEveryWayToProveWhoOneIs) {
  const ClusterAccess token = good({file("", R"("token":"t","tokenFile":"run/token")")});
  EXPECT_EQ(token.token, "t");
  EXPECT_EQ(token.token_file, "/etc/kube/run/token");
  EXPECT_EQ(token.url(), "https://10.0.0.1:6443");

  const ClusterAccess files = good({file(R"("certificate-authority":"ca.crt","tls-server-name":"kube")",
                                         R"("client-certificate":"/pki/c.crt","client-key":"c.key")")});
  EXPECT_EQ(files.certificate_authority.file, "/etc/kube/ca.crt");
  EXPECT_EQ(files.client_certificate.file, "/pki/c.crt");
  EXPECT_EQ(files.client_key.file, "/etc/kube/c.key");
  EXPECT_EQ(files.tls_server_name, "kube");

  const ClusterAccess data =
      good({file(R"("certificate-authority":"lost","certificate-authority-data":"UEVN")",
                 R"("client-certificate-data":"YQ==","client-key-data":"YWI=")")});
  EXPECT_EQ(data.certificate_authority, (PemSource{"", "PEM"}));
  EXPECT_EQ(data.client_certificate.text, "a");
  EXPECT_EQ(data.client_key.text, "ab");

  const ClusterAccess exec = good({file("", R"("exec":{"apiVersion":"client.authentication.k8s.io/v1",
    "command":"./bin/login","args":["-x","1"],"env":[{"name":"A","value":"B"}],"provideClusterInfo":true,
    "interactiveMode":"Never"})")});
  EXPECT_EQ(exec.exec.command, "/etc/kube/./bin/login");
  EXPECT_EQ(exec.exec.arguments, (std::vector<std::string>{"-x", "1"}));
  EXPECT_EQ(exec.exec.environment.at("A"), "B");
  EXPECT_TRUE(exec.exec.provide_cluster_info);
}

TEST(Kubeconfig, TheFirstFileThatSetsANameWins) {
  const KubeconfigFile first{"/one", config(R"({"clusters":[{"name":"c","cluster":{"server":"http://one"}}],
                                                "contexts":null,"current-context":""})")};
  KubeconfigFile second = file("", R"("token":"second")");
  second.content["contexts"].push_back(config(R"({"name":"b","context":{"cluster":"d"}})"));
  second.content["clusters"].push_back(
      config(R"({"name":"d","cluster":{"server":"https://[fd00::1]/k8s/"}})"));
  const ClusterAccess merged = good({first, second});
  EXPECT_EQ(merged.url(), "http://one:80");
  EXPECT_EQ(merged.token, "second");
  const ClusterAccess other = good({first, second}, "b");
  EXPECT_EQ(other.url(), "https://[fd00::1]:443/k8s");
  EXPECT_EQ(other.token, "");
}

TEST(Kubeconfig, FaultsNameTheFileAndTheField) {
  const auto says = [](const std::string& cluster, const std::string& user) {
    return fault({file(cluster, user)});
  };
  EXPECT_THAT(
      says(R"("proxy-url":"http://p:3128")", ""),
      HasSubstr("/etc/kube/config: clusters[c].cluster.proxy-url is not supported: \"http://p:3128\""));
  EXPECT_THAT(says("", R"("token":7)"), HasSubstr("users[u].user.token is no text: 7"));
  EXPECT_THAT(says("", R"("client-certificate":"x")"), HasSubstr("users[u].user.client-key is missing"));
  EXPECT_THAT(says("", R"("client-key":"x")"), HasSubstr("users[u].user.client-certificate is missing"));
  EXPECT_THAT(says(R"("certificate-authority-data":"%%")", ""),
              HasSubstr("certificate-authority-data is not base64"));
  EXPECT_THAT(says(R"("insecure-skip-tls-verify":true,"certificate-authority":"x")", ""),
              HasSubstr("contradicts"));
  EXPECT_THAT(says(R"("insecure-skip-tls-verify":"yes")", ""), HasSubstr("is neither true nor false"));
  EXPECT_THAT(says("", R"("auth-provider":{"name":"gcp"})"), HasSubstr("auth-provider is not supported"));
  EXPECT_THAT(says("", R"("username":"a","password":"b")"), HasSubstr("username is not supported"));
  EXPECT_THAT(says("", R"("exec":{"command":"x","apiVersion":"client.authentication.k8s.io/v1alpha1"})"),
              HasSubstr("users[u].user.exec.apiVersion is not"));
  EXPECT_THAT(says("", R"("exec":{"apiVersion":"client.authentication.k8s.io/v1"})"),
              HasSubstr("command is missing"));

  KubeconfigFile lost = file("", "");
  lost.content["clusters"] = Json::array();
  EXPECT_THAT(fault({lost}), HasSubstr("contexts[a].context.cluster names \"c\", which is in no kubeconfig"));
  EXPECT_THAT(fault({file("", "")}, "z"), HasSubstr("context \"z\" is in no kubeconfig; there are: a"));
  lost.content.erase("current-context");
  EXPECT_THAT(fault({lost}), HasSubstr("current-context is not set"));
  EXPECT_THAT(fault({{"/f", Json("text")}}), HasSubstr("/f: is no kubeconfig"));
  lost.content = config(R"({"current-context":"a","contexts":{"a":1}})");
  EXPECT_THAT(fault({lost}), HasSubstr("contexts is no list"));
}

TEST(Kubeconfig, FilesAreYamlAndFaultsNameTheLine) {
  const std::string folder = ::testing::TempDir() + "kubeconfig_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/good")
      << "current-context: a\ncontexts:\n- {name: a, context: {cluster: '1', user: ''}}\n"
         "clusters:\n- name: '1'\n  cluster:\n    server: http://h:1\n";
  std::ofstream(folder + "/bad") << "clusters:\n  - name: [\n";
  std::ofstream(folder + "/empty") << "";
  const auto read = load_kubeconfig({folder + "/none", folder + "/empty", folder + "/good"}, "", true);
  ASSERT_EQ(read.index(), 0U) << std::get<1>(read);
  EXPECT_EQ(std::get<0>(read).url(), "http://h:1");
  EXPECT_THAT(std::get<1>(load_kubeconfig({folder + "/none"}, "", false)),
              HasSubstr("/none: cannot be opened"));
  EXPECT_THAT(std::get<1>(load_kubeconfig({folder + "/bad"}, "", false)), HasSubstr("/bad:3: "));
  EXPECT_THAT(std::get<1>(load_kubeconfig({folder}, "", false)), HasSubstr("cannot be read"));
  EXPECT_THAT(std::get<1>(load_kubeconfig({folder + "/empty"}, "", false)),
              HasSubstr("holds no configuration"));
}

TEST(Kubeconfig, ServersThatCannotBeAreRefused) {
  for (const char* url : {"ftp://h", "https://", "http://h:0", "http://h:70000", "http://h:x", "http://[::1",
                          "http://[::1]x", "http://a@b", "http://h?x"}) {
    ClusterAccess access;
    EXPECT_NE(set_server(access, url), "") << url;
  }
}

TEST(InCluster, TakesTheEnvironmentAndTheMountedFiles) {
  const std::string folder = ::testing::TempDir() + "in_cluster_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/token") << "t\n";
  const Environment pod = [](const char* name) {
    return std::string(std::string_view(name) == "KUBERNETES_SERVICE_HOST" ? "fd00::1" : "443");
  };
  EXPECT_THAT(std::get<1>(in_cluster_access(pod, folder)), HasSubstr("ca.crt is missing"));
  std::ofstream(folder + "/ca.crt") << "PEM";
  const auto read = in_cluster_access(pod, folder);
  ASSERT_EQ(read.index(), 0U);
  EXPECT_EQ(std::get<0>(read).url(), "https://[fd00::1]:443");
  EXPECT_EQ(std::get<0>(read).token_file, folder + "/token");
  EXPECT_THAT(std::get<1>(in_cluster_access([](const char*) { return std::string(); }, folder)),
              HasSubstr("not in a Pod"));
}

TEST(Base64, ReadsWhatKubeconfigFilesHold) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("YWJj\nZA=="), "abcd");
  for (const char* bad : {"a", "ab", "abc", "a===", "ab=c", "====", "ab!="})
    EXPECT_FALSE(decode_base64(bad)) << bad;
}

}  // namespace
}  // namespace clusterip::daemon
