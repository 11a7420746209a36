#include "bench/object_server.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "bench/random.hpp"
#include "engine/net/address.hpp"

namespace clusterip::bench {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

enum class Kind { kService, kServiceCidr, kIpAddress };

std::uint64_t now() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count());
}

std::string meta_of(const std::string& name, std::uint32_t number, const std::string& more,
                    std::uint64_t version, const char* fields) {
  return R"("metadata":{"name":")" + name + more + R"(","uid":"02c0085a-91df-41ce-8c68-)" +
         std::to_string(100'000'000'000 + number) + R"(","resourceVersion":")" + std::to_string(version) +
         R"(","creationTimestamp":"2026-11-01T10:00:00Z","labels":{"ipaddress.kubernetes.io/ip-family":"IPv4",)"
         R"("ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"},"managedFields":[{"manager":)"
         R"("kube-apiserver","operation":"Update","apiVersion":"v1","time":"2026-11-01T10:00:00Z",)"
         R"("fieldsType":"FieldsV1","fieldsV1":)" +
         fields + "}]}";
}

std::string name_space_of(std::uint32_t number) {
  return "team-" + std::to_string(number % 500);
}

std::string service(std::uint32_t number, std::uint64_t version, bool typed) {
  const std::string address = Address::v4(0x0a000200U + number).to_string();
  const std::string name = "service-" + std::to_string(number);
  return (typed ? R"({"kind":"Service","apiVersion":"v1",)" : "{") +
         meta_of(
             name, number, R"(","namespace":")" + name_space_of(number), version,
             R"({"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:internalTrafficPolicy":{},)"
             R"("f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{},)"
             R"("f:protocol":{},"f:targetPort":{}}},"f:selector":{},"f:sessionAffinity":{},"f:type":{}}})") +
         R"(,"spec":{"ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":8080}],"selector":{"app":")" +
         name + R"("},"clusterIP":")" + address + R"(","clusterIPs":[")" + address +
         R"("],"type":"ClusterIP","sessionAffinity":"None","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",)"
         R"("internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{}}})";
}

std::string ip_address(std::uint32_t number, std::uint64_t version, bool typed) {
  return (typed ? R"({"kind":"IPAddress","apiVersion":"networking.k8s.io/v1",)" : "{") +
         meta_of(Address::v4(0x0a000200U + number).to_string(), number, "", version,
                 R"({"f:metadata":{"f:labels":{".":{},"f:ipaddress.kubernetes.io/ip-family":{},)"
                 R"("f:ipaddress.kubernetes.io/managed-by":{}}},"f:spec":{"f:parentRef":{".":{},"f:name":{},)"
                 R"("f:namespace":{},"f:resource":{}}}})") +
         R"(,"spec":{"parentRef":{"resource":"services","namespace":")" + name_space_of(number) +
         R"(","name":"service-)" + std::to_string(number) + R"("}}})";
}

std::string range(std::uint64_t version, bool typed) {
  return (typed ? R"({"kind":"ServiceCIDR","apiVersion":"networking.k8s.io/v1",)" : std::string("{")) +
         R"("metadata":{"name":"kubernetes","resourceVersion":")" + std::to_string(version) +
         R"(","finalizers":["networking.k8s.io/service-cidr-finalizer"]},"spec":{"cidrs":["10.0.0.0/8"]}})";
}

std::string object(Kind kind, std::uint32_t number, std::uint64_t version, bool typed) {
  if (kind == Kind::kService) return service(number, version, typed);
  return kind == Kind::kIpAddress ? ip_address(number, version, typed) : range(version, typed);
}

class Connection {
 public:
  Connection(int socket, const ObjectServerOptions& options) : socket_(socket), options_(options) {}
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void serve() {
    while (const auto target = request()) {
      const Kind kind = target->find("/servicecidrs") != std::string::npos  ? Kind::kServiceCidr
                        : target->find("/ipaddresses") != std::string::npos ? Kind::kIpAddress
                                                                            : Kind::kService;
      const bool is_streamed = target->find("sendInitialEvents=true") != std::string::npos;
      if (is_streamed && !options_.streamed_lists) {
        answer("422 Unprocessable Entity", "{}");
      } else if (target->find("watch=") != std::string::npos) {
        return watch(kind, is_streamed);
      } else {
        list(kind, number_behind(*target, "limit=", options_.objects),
             number_behind(*target, "continue=", 0));
      }
    }
  }

 private:
  static std::uint32_t number_behind(const std::string& target, const std::string& name,
                                     std::uint32_t otherwise) {
    const std::size_t at = target.find(name);
    return at == std::string::npos ? otherwise
                                   : static_cast<std::uint32_t>(std::stoul(target.substr(at + name.size())));
  }

  std::uint32_t count(Kind kind) const { return kind == Kind::kServiceCidr ? 1 : options_.objects; }

  // The target of the next request.
  std::optional<std::string> request() {
    std::string head;
    char piece[4096];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = recv(socket_, piece, sizeof piece, 0);
      if (got <= 0) return std::nullopt;
      head.append(piece, static_cast<std::size_t>(got));
    }
    const std::size_t begin = head.find(' ') + 1;
    return head.substr(begin, head.find(' ', begin) - begin);
  }

  bool send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  bool answer(const std::string& status, const std::string& body) {
    return send_all("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  bool send_chunk(const std::string& bytes) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return send_all(size + bytes + "\r\n");
  }

  void list(Kind kind, std::uint32_t limit, std::uint32_t from) {
    if (from == 0) version_ = now();
    const std::uint32_t end = std::min(count(kind), from + limit);
    const char* type = kind == Kind::kService ? R"("ServiceList","apiVersion":"v1")"
                       : kind == Kind::kIpAddress
                           ? R"("IPAddressList","apiVersion":"networking.k8s.io/v1")"
                           : R"("ServiceCIDRList","apiVersion":"networking.k8s.io/v1")";
    std::string body = std::string(R"({"kind":)") + type + R"(,"metadata":{"resourceVersion":")" +
                       std::to_string(version_) + '"';
    if (end < count(kind)) body += R"(,"continue":")" + std::to_string(end) + '"';
    body += R"(},"items":[)";
    for (std::uint32_t i = from; i < end; ++i) {
      if (i > from) body += ',';
      body += object(kind, i, 1, false);
    }
    answer("200 OK", body + "]}\n");
  }

  static std::string event(const char* type, const std::string& object) {
    return std::string(R"({"type":")") + type + R"(","object":)" + object + "}\n";
  }

  void watch(Kind kind, bool with_list) {
    constexpr std::size_t kChunk = std::size_t{64} << 10U;
    if (!send_all("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"))
      return;
    std::string bytes;
    for (std::uint32_t i = 0; with_list && i < count(kind); ++i) {
      bytes += event("ADDED", object(kind, i, 1, true));
      if (bytes.size() < kChunk) continue;
      if (!send_chunk(bytes)) return;
      bytes.clear();
    }
    if (with_list) {
      std::string last = object(kind, 0, now(), true);
      last.insert(last.find(R"("metadata":{)") + 12,
                  R"("annotations":{"k8s.io/initial-events-end":"true"},)");
      bytes += event("BOOKMARK", last);
    }
    if (!bytes.empty() && !send_chunk(bytes)) return;
    change(kind);
  }

  // Bursts of 5 ms, as a server sends what one transaction of its store brought.
  void change(Kind kind) {
    constexpr microseconds kPause{5'000};
    const std::uint32_t burst =
        kind == Kind::kServiceCidr ? 0 : std::max(options_.events_per_second / 200, 1U);
    Random random(1);
    for (steady_clock::time_point next = steady_clock::now();; next += kPause) {
      std::this_thread::sleep_until(next);
      std::string bytes;
      for (std::uint32_t i = 0; options_.events_per_second > 0 && i < burst; ++i) {
        const auto number = static_cast<std::uint32_t>(random.below(options_.objects));
        bytes += event("MODIFIED", object(kind, number, now(), true));
      }
      if (!bytes.empty() && !send_chunk(bytes)) return;
    }
  }

  const int socket_;
  const ObjectServerOptions options_;
  std::uint64_t version_ = 0;
};

}  // namespace

void serve_objects(int listener, const ObjectServerOptions& options) {
  while (true) {
    const int socket = accept(listener, nullptr, nullptr);
    if (socket < 0) continue;
    std::thread([socket, options] { Connection(socket, options).serve(); }).detach();
  }
}

}  // namespace clusterip::bench
