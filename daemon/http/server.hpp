// The HTTP server: listens, frames, bounds and hands whole requests to one handler; watches go to the
// streams' thread. Plain on loopback, or with TLS.
//
// The only door to cpp-httplib on the serving side (server.cpp). The library accepts connections, compresses,
// and speaks TLS with all that is inside it; on plain connections every byte is read and written by us, and
// sockets, deadlines, limits and threads are ours.
#pragma once

#include <memory>
#include <string>

#include "daemon/http/connection.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/http/stream_hub.hpp"

namespace clusterip::daemon {

struct ServerOptions {
  std::string bind_address = "127.0.0.1";
  int port = 0;
  std::string tls_certificate_file;  // with the key file: TLS
  std::string tls_private_key_file;
  ConnectionLimits limits;
  StreamLimits streams;
  std::size_t most_connections = 4096;
  std::size_t longest_queue = 1024;
};

// Puts what the framing refuses into the words of the API.
using RefusalHandler = std::function<HttpResponse(const FrameRefusal&)>;

class HttpServer {
 public:
  HttpServer(ServerOptions options, HttpHandler handler, RefusalHandler refusals);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds, and serves on threads of its own. An error text, or "" when it listens.
  [[nodiscard]] std::string start();
  int port() const;
  // Streams may have something to send.
  void wake_streams();
  // Takes no more requests, finishes those it has, closes watches. Within two seconds.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clusterip::daemon
