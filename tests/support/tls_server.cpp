#include "tests/support/tls_server.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <httplib.h>

namespace clusterip::testing {
namespace {

void run(const std::string& command) {
  if (std::system((command + " > /dev/null 2>&1").c_str()) != 0) throw std::runtime_error(command);
}

constexpr const char* kNewKey = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";

}  // namespace

TestAuthority::TestAuthority(std::string folder) : folder_(std::move(folder)) {
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  run("openssl req -x509 -subj '/CN=authority of a test'" + std::string(kNewKey) + " -keyout " +
      file("ca.key") + " -out " + ca());
}

void TestAuthority::issue(const std::string& name, const std::string& address) const {
  run("openssl req -subj /CN=" + name + kNewKey + " -keyout " + file(name + ".key") + " -out " +
      file(name + ".csr"));
  run("echo subjectAltName=" + address + " > " + file("extensions") + " && openssl x509 -req -days 2 -in " +
      file(name + ".csr") + " -CA " + ca() + " -CAkey " + file("ca.key") + " -CAcreateserial -extfile " +
      file("extensions") + " -out " + file(name + ".pem"));
}

struct TlsServer::Impl {
  explicit Impl(const Settings& settings)
      : server(settings.certificate.c_str(), settings.key.c_str(),
               settings.client_ca.empty() ? nullptr : settings.client_ca.c_str()) {}

  httplib::SSLServer server;
  int port = 0;
  std::thread thread;
};

TlsServer::TlsServer(const Settings& settings) : impl_(std::make_unique<Impl>(settings)) {
  impl_->server.Get(
      ".*", [token = settings.token](const httplib::Request& request, httplib::Response& response) {
        const bool known = token.empty() || request.get_header_value("Authorization") == "Bearer " + token;
        response.status = known ? 200 : 401;
        response.set_content("{}", "application/json");
      });
  impl_->server.set_keep_alive_timeout(1);
  const bool bound = settings.port == 0
                         ? (impl_->port = impl_->server.bind_to_any_port("127.0.0.1")) > 0
                         : impl_->server.bind_to_port("127.0.0.1", impl_->port = settings.port);
  if (!bound) throw std::runtime_error("no port for a TLS server");
  impl_->thread = std::thread([this] { impl_->server.listen_after_bind(); });
  while (!impl_->server.is_running()) std::this_thread::yield();
}

TlsServer::~TlsServer() {
  impl_->server.stop();
  impl_->thread.join();
}

int TlsServer::port() const {
  return impl_->port;
}

}  // namespace clusterip::testing
