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

// A request's head as the library wants to read it, and its answer on the way to the connection.
class MemoryStream : public httplib::Stream {
 public:
  MemoryStream(std::string_view head, Connection& connection) : head_(head), connection_(connection) {}
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    const std::size_t count = head_.copy(to, size);
    head_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, size_t size) override {
    connection_.write({from, size});
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return connection_.socket(); }

 private:
  std::string_view head_;
  Connection& connection_;
};

HttpRequest take_request(const httplib::Request& request, std::string body, std::string peer) {
  HttpRequest taken;
  taken.method = request.method;
  taken.path = request.path;
  taken.target = request.target;
  taken.body = std::move(body);
  taken.peer = std::move(peer);
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

// A head that the library does not write: that of a stream, or of a request that it never saw.
std::string head_text(const HttpResponse& response, bool keep_alive, std::string_view framing) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status);
  head += response.status < 400 ? " OK\r\n" : " Refused\r\n";
  const auto line = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  line("Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) line(name, value);
  head.append(framing).append("\r\n");
  if (!keep_alive) line("Connection", "close");
  return head + "\r\n";
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
  }
};

// Plain HTTP: the library accepts, parses and writes; the bytes are framed and bounded by Connection.
class PlainListener : public httplib::Server {
 public:
  explicit PlainListener(Shared& shared) : shared_(shared) {
    shared.prepare(*this);
    set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
      answer(request, response);
      return HandlerResponse::Handled;
    });
  }

  void raise_backlog() { ::listen(svr_sock_, kBacklog); }

  // Connections that wait for a request see the end of their input; those with one in hand answer it first.
  void end_reading() {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RD);
  }

 private:
  // The request that a worker has in hand, for the library's handler.
  struct InHand {
    Shared* shared = nullptr;
    Connection::Framed* framed = nullptr;
    httplib::Request* request = nullptr;
    const std::string* peer = nullptr;
    HttpResponse streaming;
  };
  static thread_local InHand in_hand_;

  static void answer(const httplib::Request& request, httplib::Response& response) {
    HttpResponse answer =
        in_hand_.shared->handler(take_request(request, std::move(in_hand_.framed->body), *in_hand_.peer));
    if (answer.stream) {
      response.status = 200;
      in_hand_.streaming = std::move(answer);
      return;
    }
    // The library packs any JSON for a client that can unpack it; only large answers are worth it.
    if (answer.body.size() < kCompressFrom) in_hand_.request->headers.erase("Accept-Encoding");
    give_response(std::move(answer), response);
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
    connection.discard_output();
    connection.write(head_text(response, false, "Content-Length: " + std::to_string(response.body.size())));
    connection.write(response.body);
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
      MemoryStream stream(framed.head, connection);
      bool close = !framed.framing.keep_alive;
      const bool answered = process_request(stream, close, close, [&](httplib::Request& request) {
        in_hand_ = {&shared_, &framed, &request, &peer, {}};
      });
      if (in_hand_.streaming.stream) return start_stream(connection, framed.framing);
      if (!connection.flush() || !answered || close || !framed.framing.keep_alive) return false;
    }
  }

  bool start_stream(Connection& connection, const Framing& framing) {
    HttpResponse response = std::move(in_hand_.streaming);
    connection.discard_output();
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

thread_local PlainListener::InHand PlainListener::in_hand_;

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
    HttpResponse answer = shared_.handler(take_request(request, request.body, request.remote_addr));
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
