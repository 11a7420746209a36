#include "daemon/http/server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <mutex>
#include <set>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <httplib.h>

#include "daemon/http/response_text.hpp"
#include "daemon/http/worker_pool.hpp"

namespace clusterip::daemon {
namespace {

constexpr int kBacklog = 1024;
// Smaller answers are sent as they are: packing them costs more than it saves.
constexpr std::size_t kCompressFrom = 128 * 1024;

// Set while the listener's own thread turns away a connection that no worker can take.
thread_local bool overloaded = false;

class PoolQueue : public httplib::TaskQueue {
 public:
  explicit PoolQueue(WorkerPool& pool) : pool_(pool) {}
  void enqueue(std::function<void()> job) override {
    if (pool_.run(job)) return;
    overloaded = true;
    job();
    overloaded = false;
  }
  void shutdown() override { pool_.finish(); }

 private:
  WorkerPool& pool_;
};

HttpRequest take_request(Connection::Framed&& framed, const std::string& peer) {
  RequestHead& head = framed.head;
  HttpRequest taken;
  taken.method = std::move(head.method);
  taken.path = percent_decoded(std::string_view(head.target).substr(0, head.target.find('?')));
  taken.query = read_query(head.target);
  taken.target = std::move(head.target);
  taken.body = std::move(framed.body);
  taken.peer = peer;
  taken.headers = std::move(head.headers);
  return taken;
}

HttpRequest take_request(const httplib::Request& request) {
  HttpRequest taken;
  taken.method = request.method;
  taken.path = request.path;
  taken.target = request.target;
  taken.body = request.body;
  taken.peer = request.remote_addr;
  taken.query = read_query(request.target);
  for (const auto& [name, value] : request.headers) {
    // The library mixes addresses of its own into the headers under these names.
    if (name.rfind("REMOTE_", 0) != 0 && name.rfind("LOCAL_", 0) != 0)
      taken.headers.emplace_back(name, value);
  }
  return taken;
}

void give_response(HttpResponse&& from, httplib::Response& to) {
  to.status = from.status;
  to.body = std::move(from.body);
  if (!from.content_type.empty()) to.set_header("Content-Type", from.content_type);
  for (const auto& [name, value] : from.headers) to.headers.emplace(name, value);
}

// Packs a large text for a client that can unpack it.
void compress(HttpResponse& response, std::string_view accepted) {
  const bool is_text =
      response.content_type == "application/json" || response.content_type.starts_with("text/");
  if (response.body.size() < kCompressFrom || !is_text) return;
  const bool brotli = accepted.find("br") != std::string_view::npos;
  if (!brotli && accepted.find("gzip") == std::string_view::npos) return;
  std::unique_ptr<httplib::detail::compressor> compressor;
  if (brotli) {
    compressor = std::make_unique<httplib::detail::brotli_compressor>();
  } else {
    compressor = std::make_unique<httplib::detail::gzip_compressor>();
  }
  std::string packed;
  const bool whole = compressor->compress(response.body.data(), response.body.size(), true,
                                          [&](const char* data, std::size_t size) {
                                            packed.append(data, size);
                                            return true;
                                          });
  if (!whole) return;
  response.body = std::move(packed);
  response.headers.emplace_back("Content-Encoding", brotli ? "br" : "gzip");
}

std::string peer_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.ss_family == AF_INET) bytes = &reinterpret_cast<sockaddr_in*>(&address)->sin_addr;
  if (address.ss_family == AF_INET6) bytes = &reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr;
  if (bytes == nullptr || ::inet_ntop(address.ss_family, bytes, text.data(), text.size()) == nullptr)
    return "";
  return text.data();
}

// What both listeners need.
struct Shared {
  ServerOptions options;
  HttpHandler handler;
  RefusalHandler refusals;
  WorkerPool pool;
  StreamHub streams;

  Shared(ServerOptions o, HttpHandler h, RefusalHandler r)
      : options(std::move(o)),
        handler(std::move(h)),
        refusals(std::move(r)),
        pool(options.most_connections, options.longest_queue),
        streams(options.streams) {}

  template <class Server>
  void prepare(Server& server) {
    server.new_task_queue = [this] { return new PoolQueue(pool); };  // the library deletes it
    server.set_tcp_nodelay(true);
    // The library's own choice would let a second server share the port.
    server.set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
  }
};

// Plain HTTP: the library accepts; what comes and goes over a connection is read and written by Connection.
class PlainListener : public httplib::Server {
 public:
  explicit PlainListener(Shared& shared) : shared_(shared) { shared.prepare(*this); }

  void raise_backlog() { ::listen(svr_sock_, kBacklog); }

  // Connections that wait for a request see the end of their input; those with one in hand answer it first.
  void end_reading() {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RD);
  }

 private:
  HttpResponse answer(const HttpRequest& request) const {
    try {
      return shared_.handler(request);
    } catch (const std::exception& fault) {
      return shared_.refusals({500, fault.what()});
    }
  }

  bool process_and_close_socket(socket_t socket) override {
    Connection connection(socket, shared_.options.limits);
    bool adopted = false;
    if (overloaded) {
      refuse(connection, {429, "too many connections"});
    } else if (remember(socket)) {
      adopted = serve(connection);
      forget(socket);
    }
    if (!adopted) {
      ::shutdown(socket, SHUT_RDWR);
      ::close(socket);
    }
    return true;
  }

  bool remember(int socket) {
    const std::lock_guard lock(mutex_);
    if (!ending_) open_.insert(socket);
    return !ending_;
  }
  void forget(int socket) {
    const std::lock_guard lock(mutex_);
    open_.erase(socket);
  }

  void refuse(Connection& connection, const FrameRefusal& refusal) {
    const HttpResponse response = shared_.refusals(refusal);
    connection.output() =
        head_text(response, false, "Content-Length: " + std::to_string(response.body.size())) + response.body;
    if (connection.flush()) connection.drain();
  }

  // True: the socket belongs to the streams now.
  bool serve(Connection& connection) {
    const std::string peer = peer_of(connection.socket());
    for (;;) {
      auto next = connection.next_request();
      if (std::holds_alternative<Connection::Closed>(next)) return false;
      if (const auto* refusal = std::get_if<FrameRefusal>(&next)) {
        refuse(connection, *refusal);
        return false;
      }
      auto& framed = std::get<Connection::Framed>(next);
      const Framing framing = framed.head.framing;
      const HttpRequest request = take_request(std::move(framed), peer);
      HttpResponse response = answer(request);
      if (response.stream) return start_stream(connection, std::move(response), framing);
      compress(response, request.header("Accept-Encoding"));
      append_response(connection.output(), response, {framing.keep_alive, request.method == "HEAD"});
      if (!connection.flush() || !framing.keep_alive) return false;
    }
  }

  bool start_stream(Connection& connection, HttpResponse response, const Framing& framing) {
    std::string head = head_text(
        response, framing.version_11,
        framing.version_11 ? "Transfer-Encoding: chunked\r\nConnection: close" : "Cache-Control: no-cache");
    // Whoever has the head is counted: the next watch is held against the limit.
    if (shared_.streams.adopt(connection.socket(), std::move(head), std::move(response.stream),
                              framing.version_11)) {
      return true;
    }
    refuse(connection, {429, "too many watches"});
    return false;
  }

  Shared& shared_;
  std::mutex mutex_;
  std::set<int> open_;
  bool ending_ = false;
};

// TLS: the library owns the sockets, since only it can speak to OpenSSL. What plain connections are checked
// for byte by byte is checked here on the parsed head, before a body is read: no transfer codings, one
// length, no body where none belongs. Only clients with a token get this far into an answer.
class TlsListener : public httplib::SSLServer {
 public:
  explicit TlsListener(Shared& shared)
      : SSLServer(shared.options.tls_certificate_file.c_str(), shared.options.tls_private_key_file.c_str()),
        shared_(shared) {
    shared.prepare(*this);
    set_keep_alive_max_count(1'000'000);
    set_keep_alive_timeout(1);  // stop waits for idle connections, and only so long
    set_payload_max_length(shared.options.limits.frame.body_bytes);
    set_read_timeout(shared.options.limits.body_deadline);
    set_write_timeout(shared.options.limits.write_deadline);
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      return check(request, response);
    });
    const auto handle = [this](const httplib::Request& request, httplib::Response& response) {
      answer(request, response);
    };
    constexpr const char* kAnyPath = R"([\s\S]*)";
    Get(kAnyPath, handle).Post(kAnyPath, handle).Put(kAnyPath, handle);
    Patch(kAnyPath, handle).Delete(kAnyPath, handle).Options(kAnyPath, handle);
  }

  void raise_backlog() { ::listen(svr_sock_, kBacklog); }
  void end_streams() { ending_ = true; }

 private:
  HandlerResponse check(const httplib::Request& request, httplib::Response& response) {
    const bool has_body = request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
    const std::size_t lengths = request.get_header_value_count("Content-Length");
    const std::string length = request.get_header_value("Content-Length");
    FrameRefusal refusal{0, ""};
    if (request.has_header("Transfer-Encoding")) refusal = {501, "unsupported transfer coding"};
    if (lengths > 1) refusal = {400, "more than one Content-Length"};
    if (length.size() > 18 || length.find_first_not_of("0123456789") != std::string::npos) {
      refusal = {400, "Content-Length is not a number"};
    } else if (!length.empty() &&
               std::stoull(length) > (has_body ? shared_.options.limits.frame.body_bytes : 0)) {
      refusal = {413, "limit is " + std::to_string(shared_.options.limits.frame.body_bytes)};
    }
    if (refusal.status == 0) return HandlerResponse::Unhandled;
    give_response(shared_.refusals(refusal), response);
    response.set_header("Connection", "close");
    return HandlerResponse::Handled;
  }

  void answer(const httplib::Request& request, httplib::Response& response) {
    HttpResponse answer = shared_.handler(take_request(request));
    if (!answer.stream) {
      if (answer.body.size() < kCompressFrom)
        const_cast<httplib::Request&>(request).headers.erase("Accept-Encoding");
      give_response(std::move(answer), response);
      return;
    }
    const std::string type = answer.content_type;
    response.set_chunked_content_provider(
        type, [this, stream = std::shared_ptr<EventStream>(std::move(answer.stream))](
                  size_t, httplib::DataSink& sink) { return send_some(*stream, sink); });
  }

  // A TLS watch keeps its thread; it looks for events many times a second.
  bool send_some(EventStream& stream, httplib::DataSink& sink) {
    constexpr std::chrono::milliseconds kPause{10};
    std::string events;
    const bool more = stream.collect(events, Clock::now()) && !ending_;
    if (!events.empty() && !sink.write(events.data(), events.size())) return false;
    if (!more) {
      sink.done();
    } else if (events.empty()) {
      std::this_thread::sleep_for(kPause);
    }
    return true;
  }

  Shared& shared_;
  std::atomic<bool> ending_{false};
};

}  // namespace

struct HttpServer::Impl {
  Shared shared;
  std::unique_ptr<PlainListener> plain;
  std::unique_ptr<TlsListener> tls;
  httplib::Server* server = nullptr;
  std::thread thread;
  int port = 0;

  Impl(ServerOptions options, HttpHandler handler, RefusalHandler refusals)
      : shared(std::move(options), std::move(handler), std::move(refusals)) {}
};

HttpServer::HttpServer(ServerOptions options, HttpHandler handler, RefusalHandler refusals)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler), std::move(refusals))) {}

HttpServer::~HttpServer() {
  stop();
}

std::string HttpServer::start() {
  const ServerOptions& options = impl_->shared.options;
  if (options.tls_certificate_file.empty()) {
    impl_->plain = std::make_unique<PlainListener>(impl_->shared);
    impl_->server = impl_->plain.get();
  } else {
    impl_->tls = std::make_unique<TlsListener>(impl_->shared);
    if (!impl_->tls->is_valid()) {
      return "cannot use certificate \"" + options.tls_certificate_file + "\" with key \"" +
             options.tls_private_key_file + "\"";
    }
    impl_->server = impl_->tls.get();
  }
  impl_->port = options.port == 0 ? impl_->server->bind_to_any_port(options.bind_address)
                : impl_->server->bind_to_port(options.bind_address, options.port) ? options.port
                                                                                  : -1;
  if (impl_->port < 0) {
    return "cannot listen on " + options.bind_address + " port " + std::to_string(options.port);
  }
  if (impl_->plain) impl_->plain->raise_backlog();
  if (impl_->tls) impl_->tls->raise_backlog();
  impl_->thread = std::thread([this] { impl_->server->listen_after_bind(); });
  return "";
}

int HttpServer::port() const {
  return impl_->port;
}

void HttpServer::wake_streams() {
  impl_->shared.streams.wake();
}

void HttpServer::stop() {
  if (!impl_->thread.joinable()) return;
  while (!impl_->server->is_running()) std::this_thread::yield();
  impl_->server->stop();
  if (impl_->plain) impl_->plain->end_reading();
  if (impl_->tls) impl_->tls->end_streams();
  impl_->thread.join();
  impl_->shared.streams.stop();
}

}  // namespace clusterip::daemon
