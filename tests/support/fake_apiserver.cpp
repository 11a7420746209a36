#include "tests/support/fake_apiserver.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/fake_wire.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

std::string key_of(const Json& object) {
  const Json& metadata = object.at("metadata");
  const std::string name = metadata.at("name");
  return metadata.contains("namespace") ? metadata.at("namespace").get<std::string>() + "/" + name : name;
}

}  // namespace

struct FakeApiserver::Request {
  std::string method;
  std::string path;
  std::map<std::string, std::string> query;
  std::string head;

  std::string parameter(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
  }
};

FakeApiserver::FakeApiserver(Options options) : options_(std::move(options)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0) std::abort();
  getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

FakeApiserver::~FakeApiserver() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  for (std::thread& thread : threads_) thread.join();
}

std::string FakeApiserver::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void FakeApiserver::accept_loop() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      if (socket >= 0) close(socket);
      return;
    }
    if (socket < 0) continue;
    if (down_) {
      close(socket);
      continue;
    }
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] {
      serve(socket);
      const std::lock_guard ended(mutex_);
      std::erase(sockets_, socket);
      close(socket);
    });
  }
}

void FakeApiserver::serve(int socket) {
  std::string buffer;
  while (true) {
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      std::array<char, 4096> piece{};
      const ssize_t got = recv(socket, piece.data(), piece.size(), 0);
      if (got <= 0) return;
      buffer.append(piece.data(), static_cast<std::size_t>(got));
    }
    Request request;
    request.head = buffer.substr(0, end + 2);
    buffer.erase(0, end + 4);
    const std::string line = request.head.substr(0, request.head.find('\r'));
    request.method = line.substr(0, line.find(' '));
    std::string target = line.substr(request.method.size() + 1);
    target = target.substr(0, target.find(' '));
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    std::string query = mark == std::string::npos ? "" : target.substr(mark + 1);
    while (!query.empty()) {
      const std::string pair = query.substr(0, query.find('&'));
      query.erase(0, pair.size() + 1);
      const std::size_t equals = pair.find('=');
      request.query[pair.substr(0, equals)] = equals == std::string::npos ? "" : pair.substr(equals + 1);
    }
    ++requests_;
    if (request.method != "GET") ++writes_;
    if (!answer(socket, request)) {
      shutdown(socket, SHUT_RDWR);
      return;
    }
  }
}

bool FakeApiserver::answer(int socket, const Request& request) {
  const std::string group = std::string("/apis/networking.k8s.io/") + (options_.v1 ? "v1" : "v1beta1");
  const std::array<std::string, 3> roots{"/api/v1/services", group + "/servicecidrs", group + "/ipaddresses"};
  std::size_t index = 0;
  bool one = false;
  for (; index < 3; ++index) {
    if (request.path == roots[index]) break;
    const bool below = index == 0 ? request.path.rfind("/api/v1/namespaces/", 0) == 0
                                  : request.path.rfind(roots[index] + "/", 0) == 0;
    one = below;
    if (below) break;
  }
  if (index == 3) return send_status(socket, 404, "NotFound");
  std::unique_lock lock(mutex_);
  if (!options_.token.empty() &&
      request.head.find("Authorization: Bearer " + options_.token + "\r\n") == std::string::npos) {
    lock.unlock();
    return send_status(socket, 401, "Unauthorized");
  }
  Collection& collection = collections_[index];
  const Kind kind = static_cast<Kind>(index);
  const bool watch = request.parameter("watch") == "1";
  if (one) {
    lock.unlock();
    return answer_object(socket, request, collection, kind);
  }
  if (!collection.on_request.empty()) {
    const ServerFault fault = collection.on_request.front();
    collection.on_request.pop_front();
    lock.unlock();
    return suffer_on_request(socket, fault, kind, watch);
  }
  lock.unlock();
  return watch ? answer_watch(socket, request, collection, kind)
               : answer_list(socket, request, collection, kind);
}

bool FakeApiserver::answer_object(int socket, const Request& request, const Collection& collection,
                                  Kind kind) {
  std::string key = request.path.substr(request.path.rfind('/') + 1);
  if (kind == Kind::kServices) {
    const std::string below = request.path.substr(std::string("/api/v1/namespaces/").size());
    key = below.substr(0, below.find('/')) + "/" + key;
  }
  for (std::size_t at = 0; (at = key.find("%3A")) != std::string::npos;) key.replace(at, 3, ":");
  std::unique_lock lock(mutex_);
  const auto found = collection.objects.find(key);
  if (found == collection.objects.end()) {
    lock.unlock();
    return send_status(socket, 404, "NotFound");
  }
  const std::string body = found->second.dump();
  lock.unlock();
  return send_answer(socket, 200, body);
}

std::string FakeApiserver::list_body(const Request& request, const Collection& collection, Kind kind) const {
  Json list{{"kind", std::string(kKindNames[static_cast<std::size_t>(kind)]) + "List"},
            {"apiVersion", api_version(kind)}};
  std::size_t limit = std::strtoul(request.parameter("limit").c_str(), nullptr, 10);
  if (limit == 0) limit = collection.objects.size() + 1;
  // A token is "version.key-in-hex-free form": pages go on behind the key, at the version of the first page.
  const std::string token = request.parameter("continue");
  const std::string version = token.empty() ? std::to_string(version_) : token.substr(0, token.find('.'));
  const std::size_t skip = token.empty() ? 0 : std::strtoul(token.c_str() + token.find('.') + 1, nullptr, 10);
  list["metadata"]["resourceVersion"] = version;
  list["items"] = Json::array();
  std::size_t place = 0;
  for (const auto& [key, object] : collection.objects) {
    if (place++ < skip) continue;
    if (list["items"].size() == limit) {
      list["metadata"]["continue"] = version + "." + std::to_string(skip + limit);
      break;
    }
    Json item = object;
    item.erase("kind");
    item.erase("apiVersion");
    list["items"].push_back(std::move(item));
  }
  return list.dump();
}

bool FakeApiserver::answer_list(int socket, const Request& request, Collection& collection, Kind kind) {
  std::unique_lock lock(mutex_);
  const std::string token = request.parameter("continue");
  // Pages are of one instant; this server forgets it with the next write.
  if (!token.empty() && token.substr(0, token.find('.')) != std::to_string(version_)) {
    lock.unlock();
    return send_status(socket, 410, "Expired");
  }
  const std::string body = list_body(request, collection, kind);
  lock.unlock();
  return send_answer(socket, 200, body);
}

std::string FakeApiserver::bookmark_line(Kind kind, bool ends_initial_events) const {
  Json object{{"kind", kKindNames[static_cast<std::size_t>(kind)]}, {"apiVersion", api_version(kind)}};
  object["metadata"]["resourceVersion"] = std::to_string(version_);
  if (ends_initial_events) object["metadata"]["annotations"]["k8s.io/initial-events-end"] = "true";
  return event_line("BOOKMARK", object);
}

// Where the watch begins, and what is sent at once; absent: the version asked for is none that is kept.
std::optional<FakeApiserver::OpenWatch> FakeApiserver::open_watch(const Request& request,
                                                                  const Collection& collection,
                                                                  Kind kind) const {
  const std::lock_guard lock(mutex_);
  OpenWatch watch;
  watch.sent = std::strtoull(request.parameter("resourceVersion").c_str(), nullptr, 10);
  watch.generation = generation_;
  watch.bookmarks = collection.bookmarks;
  if (request.parameter("sendInitialEvents") == "true") {
    for (const auto& [key, object] : collection.objects) watch.out += event_line("ADDED", object);
    watch.out += bookmark_line(kind, true);
    watch.sent = version_;
  } else if (watch.sent < oldest_kept_ || watch.sent > version_) {
    return std::nullopt;
  }
  return watch;
}

// Waits for news and puts it into `watch`. False: the watch is over.
bool FakeApiserver::wait_for_news(int socket, Collection& collection, Kind kind, OpenWatch& watch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return stopping_ || watch.generation != generation_ || !collection.on_watch.empty() ||
           watch.bookmarks != collection.bookmarks ||
           (!collection.log.empty() && collection.log.back().version > watch.sent);
  });
  // A client that has gone is not to take away what is planned for the one that came after it.
  if (stopping_ || watch.generation != generation_ || has_hung_up(socket)) return false;
  watch.out.clear();
  for (const Event& event : collection.log) {
    if (event.version <= watch.sent) continue;
    watch.sent = event.version;
    watch.last_line = event_line(event.type, event.object);
    watch.out += watch.last_line;
  }
  if (watch.bookmarks != collection.bookmarks) {
    watch.bookmarks = collection.bookmarks;
    watch.sent = std::max(watch.sent, version_);
    watch.out += bookmark_line(kind, false);
  }
  watch.fault.reset();
  if (!collection.on_watch.empty()) {
    watch.fault = collection.on_watch.front();
    collection.on_watch.pop_front();
  }
  return true;
}

bool FakeApiserver::answer_watch(int socket, const Request& request, Collection& collection, Kind kind) {
  if (request.parameter("sendInitialEvents") == "true" && !options_.streamed_lists) {
    return send_status(socket, 422, "Invalid");
  }
  std::optional<OpenWatch> watch = open_watch(request, collection, kind);
  if (!watch) return send_status(socket, 410, "Expired");
  if (!send_all(socket,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"))
    return false;
  if (!watch->out.empty() && !send_chunk(socket, watch->out)) return false;
  while (wait_for_news(socket, collection, kind, *watch)) {
    // Events leave in pieces that do not end where lines do.
    const std::string_view all = watch->out;
    const std::size_t half = all.size() / 2;
    if (half > 0 && !(send_chunk(socket, all.substr(0, half)) && send_chunk(socket, all.substr(half))))
      return false;
    if (watch->fault && !suffer_on_watch(socket, *watch->fault, kind, watch->last_line)) return false;
    if (watch->fault == ServerFault::kCleanEnd) return true;
    if (watch->fault == ServerFault::kStall) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || watch->generation != generation_; });
      return false;
    }
  }
  return false;
}

std::string FakeApiserver::api_version(Kind kind) const {
  if (kind == Kind::kServices) return "v1";
  return options_.v1 ? "networking.k8s.io/v1" : "networking.k8s.io/v1beta1";
}

void FakeApiserver::put(Kind kind, Json object) {
  {
    const std::lock_guard lock(mutex_);
    Collection& collection = collections_[static_cast<std::size_t>(kind)];
    object["kind"] = kKindNames[static_cast<std::size_t>(kind)];
    object["apiVersion"] = api_version(kind);
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    const std::string key = key_of(object);
    const bool known = collection.objects.count(key) > 0;
    collection.objects[key] = object;
    collection.log.push_back({version_, known ? "MODIFIED" : "ADDED", std::move(object)});
  }
  changed_.notify_all();
}

void FakeApiserver::erase(Kind kind, const std::string& key) {
  {
    const std::lock_guard lock(mutex_);
    Collection& collection = collections_[static_cast<std::size_t>(kind)];
    const auto found = collection.objects.find(key);
    if (found == collection.objects.end()) return;
    Json object = found->second;
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    collection.objects.erase(found);
    collection.log.push_back({version_, "DELETED", std::move(object)});
  }
  changed_.notify_all();
}

std::map<std::string, Json> FakeApiserver::objects(Kind kind) const {
  const std::lock_guard lock(mutex_);
  return collections_[static_cast<std::size_t>(kind)].objects;
}

void FakeApiserver::plan_on_request(Kind kind, ServerFault fault) {
  const std::lock_guard lock(mutex_);
  collections_[static_cast<std::size_t>(kind)].on_request.push_back(fault);
}

void FakeApiserver::plan_on_watch(Kind kind, ServerFault fault) {
  {
    const std::lock_guard lock(mutex_);
    collections_[static_cast<std::size_t>(kind)].on_watch.push_back(fault);
  }
  changed_.notify_all();
}

std::size_t FakeApiserver::planned() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const Collection& collection : collections_)
    count += collection.on_request.size() + collection.on_watch.size();
  return count;
}

void FakeApiserver::bookmark() {
  {
    const std::lock_guard lock(mutex_);
    for (Collection& collection : collections_) ++collection.bookmarks;
  }
  changed_.notify_all();
}

void FakeApiserver::compact() {
  const std::lock_guard lock(mutex_);
  oldest_kept_ = version_;
  for (Collection& collection : collections_) collection.log.clear();
}

void FakeApiserver::drop_connections() {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  changed_.notify_all();
}

void FakeApiserver::restart_with_history(std::uint64_t version) {
  {
    const std::lock_guard lock(mutex_);
    version_ = version;
    oldest_kept_ = version;
    for (Collection& collection : collections_) {
      collection.log.clear();
      for (auto& [key, object] : collection.objects)
        object["metadata"]["resourceVersion"] = std::to_string(version);
    }
  }
  drop_connections();
}

void FakeApiserver::set_token(std::string token) {
  const std::lock_guard lock(mutex_);
  options_.token = std::move(token);
}

void FakeApiserver::set_down(bool down) {
  {
    const std::lock_guard lock(mutex_);
    down_ = down;
  }
  if (down) drop_connections();
}

}  // namespace clusterip::testing
