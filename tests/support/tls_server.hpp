// An HTTPS server for tests of clients: asks for a token, and for client certificates when told whose. And
// the certificates that it takes to try all of that, made anew by each test.
#pragma once

#include <memory>
#include <string>

namespace clusterip::testing {

// A certificate authority in a folder of its own: ca.pem, and what it signs as NAME.pem and NAME.key.
class TestAuthority {
 public:
  explicit TestAuthority(std::string folder);

  // For a server on loopback unless `address` says otherwise.
  void issue(const std::string& name, const std::string& address = "IP:127.0.0.1") const;
  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  std::string ca() const { return file("ca.pem"); }

 private:
  const std::string folder_;
};

class TlsServer {
 public:
  struct Settings {
    std::string certificate;
    std::string key;
    std::string client_ca;  // empty: client certificates are not asked for
    std::string token;      // empty: none is asked for
    int port = 0;           // 0: a free one
  };

  explicit TlsServer(const Settings& settings);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  int port() const;
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port()); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clusterip::testing
