#include "tests/support/http_client.hpp"

#include <arpa/inet.h>
#include <array>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <httplib.h>

namespace clusterip::testing {
namespace {

constexpr const char* kJson = "application/json";

}  // namespace

std::string Answer::header(const std::string& name) const {
  for (const auto& [key, value] : headers) {
    if (strcasecmp(key.c_str(), name.c_str()) == 0) return value;
  }
  return "";
}

struct HttpClient::Impl {
  httplib::Client client;
  explicit Impl(int port) : client("127.0.0.1", port) {
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_read_timeout(30);
  }
};

HttpClient::HttpClient(int port) : impl_(std::make_unique<Impl>(port)) {}
HttpClient::~HttpClient() = default;

Answer HttpClient::send(const std::string& method, const std::string& path, const std::string& body,
                        const std::string& content_type, const std::string& accept) {
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.body = body;
  request.set_header("Accept", accept);
  request.set_header("User-Agent", "clusterip-test/1");
  if (!body.empty()) request.set_header("Content-Type", content_type);
  const httplib::Result result = impl_->client.send(request);
  Answer answer;
  if (!result) return answer;
  answer.status = result->status;
  answer.body = result->body;
  answer.headers.insert(result->headers.begin(), result->headers.end());
  return answer;
}

Answer HttpClient::get(const std::string& path, const std::string& accept) {
  return send("GET", path, "", kJson, accept);
}
Answer HttpClient::post(const std::string& path, const nlohmann::json& body) {
  return send("POST", path, body.dump(), kJson);
}
Answer HttpClient::put(const std::string& path, const nlohmann::json& body) {
  return send("PUT", path, body.dump(), kJson);
}
Answer HttpClient::patch(const std::string& path, const nlohmann::json& body,
                         const std::string& content_type) {
  return send("PATCH", path, body.dump(), content_type);
}
Answer HttpClient::erase(const std::string& path, const nlohmann::json& body) {
  return send("DELETE", path, body.is_null() ? "" : body.dump(), kJson);
}

std::string exchange_raw(int port, std::string_view bytes, int silence_milliseconds) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string received;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    std::size_t sent = 0;
    std::array<char, 65536> buffer{};
    for (;;) {
      const bool left = sent < bytes.size();
      pollfd waiting{socket, static_cast<short>(left ? POLLIN | POLLOUT : POLLIN), 0};
      if (::poll(&waiting, 1, silence_milliseconds) <= 0) break;
      if ((waiting.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        received.append(buffer.data(), static_cast<std::size_t>(count));
      } else if (left) {
        const ssize_t count = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) break;
        sent += static_cast<std::size_t>(count);
      }
    }
  }
  ::close(socket);
  return received;
}

}  // namespace clusterip::testing
