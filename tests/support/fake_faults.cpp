// How the fake apiserver misbehaves, byte by byte.
#include <cstdio>
#include <sys/socket.h>

#include "tests/support/fake_apiserver.hpp"
#include "tests/support/fake_wire.hpp"

namespace clusterip::testing {

using Json = nlohmann::json;

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool send_answer(int socket, int status, const std::string& body, const std::string& more) {
  return send_all(socket, "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" +
                              more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

bool send_status(int socket, int code, const std::string& reason) {
  const Json status{{"kind", "Status"}, {"apiVersion", "v1"},   {"status", "Failure"},
                    {"reason", reason}, {"message", "planned"}, {"code", code}};
  return send_answer(socket, code, status.dump(), "Retry-After: 0\r\n");
}

bool send_chunk(int socket, std::string_view bytes) {
  std::array<char, 24> size{};
  const int length = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return send_all(socket,
                  std::string(size.data(), static_cast<std::size_t>(length)) + std::string(bytes) + "\r\n");
}

bool has_hung_up(int socket) {
  char byte = 0;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

std::string event_line(const std::string& type, const Json& object) {
  return Json{{"type", type}, {"object", object}}.dump() + "\n";
}

bool FakeApiserver::suffer_on_request(int socket, ServerFault fault, Kind kind, bool watch) {
  const std::string name = kKindNames[static_cast<std::size_t>(kind)];
  const auto page = [&](const std::string& list_kind, const std::string& version, const Json& items) {
    Json list{{"kind", list_kind},
              {"apiVersion", kind == Kind::kServices ? "v1" : "networking.k8s.io/v1"},
              {"items", items}};
    list["metadata"] = Json::object();
    if (!version.empty()) list["metadata"]["resourceVersion"] = version;
    return list.dump();
  };
  const Json ghost{{"metadata", {{"name", "ghost"}, {"namespace", "ghost"}, {"resourceVersion", "1"}}}};
  switch (fault) {
    case ServerFault::kThrottle:
      return send_status(socket, 429, "TooManyRequests");
    case ServerFault::kInternal:
      return send_status(socket, 500, "InternalError");
    case ServerFault::kUnauthorized:
      return send_status(socket, 401, "Unauthorized");
    case ServerFault::kGoneStatus:
      return send_status(socket, 410, "Expired");
    case ServerFault::kHtml:
      return send_answer(socket, 200, "<html>a proxy's page</html>\n");
    case ServerFault::kEmptyAnswer:
      return send_answer(socket, 200, "");
    case ServerFault::kOtherKind:
      return send_answer(socket, 200, page("PodList", "5000000", Json::array({ghost})) + "\n");
    case ServerFault::kNoVersion:
      return send_answer(socket, 200, page(name + "List", "", Json::array({ghost})) + "\n");
    case ServerFault::kOldVersion:
      return send_answer(socket, 200, page(name + "List", "1", Json::array({ghost})) + "\n");
    case ServerFault::kBadField:
      return send_answer(socket, 200,
                         page(name + "List", "5000000", Json::array({{{"metadata", {{"name", 7}}}}})) + "\n");
    case ServerFault::kCutBody: {
      const std::string body = page(name + "List", "5000000", Json::array({ghost, ghost, ghost}));
      send_all(socket, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, body.size() / 2));
      return false;
    }
    case ServerFault::kHugeLine:
      if (!watch)
        return send_answer(socket, 200, "{\"kind\":\"" + std::string(options_.huge_line_bytes, 'x') + "\"}");
      send_all(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      return suffer_on_watch(socket, fault, kind, "");
    default:
      return false;
  }
}

bool FakeApiserver::suffer_on_watch(int socket, ServerFault fault, Kind kind, const std::string& last_line) {
  const std::string name = kKindNames[static_cast<std::size_t>(kind)];
  const std::string version = kind == Kind::kServices ? "v1" : "networking.k8s.io/v1";
  Json ghost{{"kind", name},
             {"apiVersion", version},
             {"metadata", {{"name", "ghost"}, {"namespace", "ghost"}, {"resourceVersion", "9000000"}}}};
  const auto error = [](int code, const char* reason) {
    return event_line("ERROR", {{"kind", "Status"},
                                {"apiVersion", "v1"},
                                {"code", code},
                                {"reason", reason},
                                {"message", "planned"}});
  };
  switch (fault) {
    case ServerFault::kGoneEvent:
      return send_chunk(socket, error(410, "Expired"));
    case ServerFault::kErrorEvent:
      return send_chunk(socket, error(500, "InternalError"));
    case ServerFault::kGarbageLine:
    case ServerFault::kHtml:
      return send_chunk(socket, "\x01\x02 not json at all\n");
    case ServerFault::kCleanEnd:
      return send_all(socket, "0\r\n\r\n");
    case ServerFault::kOtherKind:
      ghost["kind"] = "Pod";
      return send_chunk(socket, event_line("ADDED", ghost));
    case ServerFault::kNoVersion:
      ghost["metadata"].erase("resourceVersion");
      return send_chunk(socket, event_line("ADDED", ghost));
    case ServerFault::kOldVersion:
      ghost["metadata"]["resourceVersion"] = "2";
      return send_chunk(socket, event_line("ADDED", ghost));
    case ServerFault::kBadField:
      ghost["metadata"]["labels"] = 17;
      return send_chunk(socket, event_line("ADDED", ghost));
    case ServerFault::kDuplicate:
      return last_line.empty() || send_chunk(socket, last_line);
    case ServerFault::kHugeLine: {
      const std::string piece(std::size_t{1} << 20U, 'x');
      for (std::size_t sent = 0; sent < options_.huge_line_bytes; sent += piece.size()) {
        if (!send_chunk(socket, piece)) return false;
      }
      return true;
    }
    case ServerFault::kCutBody:
      send_chunk(socket, event_line("ADDED", ghost).substr(0, 40));
      return false;
    case ServerFault::kStall:
      return true;
    default:
      return false;
  }
}

Json fake_service(const std::string& name_space, const std::string& name,
                  const std::vector<std::string>& addresses) {
  Json families = Json::array();
  for (const std::string& address : addresses)
    families.push_back(address.find(':') == std::string::npos ? "IPv4" : "IPv6");
  return {{"metadata",
           {{"name", name}, {"namespace", name_space}, {"creationTimestamp", "2026-01-01T00:00:00Z"}}},
          {"spec",
           {{"type", "ClusterIP"},
            {"clusterIP", addresses.front()},
            {"clusterIPs", addresses},
            {"ipFamilies", families},
            {"ipFamilyPolicy", addresses.size() > 1 ? "RequireDualStack" : "SingleStack"}}}};
}

Json fake_ip_address(const std::string& address, const std::string& name_space, const std::string& service) {
  const char* family = address.find(':') == std::string::npos ? "IPv4" : "IPv6";
  return {
      {"metadata",
       {{"name", address},
        {"creationTimestamp", "2026-01-01T00:00:00Z"},
        {"labels",
         {{"ipaddress.kubernetes.io/ip-family", family},
          {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}}}}},
      {"spec", {{"parentRef", {{"resource", "services"}, {"namespace", name_space}, {"name", service}}}}}};
}

Json fake_cidr(const std::string& name, const std::vector<std::string>& cidrs) {
  return {{"metadata",
           {{"name", name},
            {"creationTimestamp", "2026-01-01T00:00:00Z"},
            {"finalizers", {"networking.k8s.io/service-cidr-finalizer"}}}},
          {"spec", {{"cidrs", cidrs}}},
          {"status",
           {{"conditions",
             {{{"type", "Ready"},
               {"status", "True"},
               {"reason", ""},
               {"message", "ok"},
               {"lastTransitionTime", "2026-01-01T00:00:00Z"}}}}}}};
}

}  // namespace clusterip::testing
