#include "bench/http_load.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace clusterip::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kLength = "Content-Length: ";

// How many bytes the answer at the beginning of `input` has; 0 while its head is not whole.
std::size_t answer_size(std::string_view input) {
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const std::size_t length = input.substr(0, end + 2).find(kLength);
  const std::size_t body = length == std::string_view::npos
                               ? 0
                               : std::strtoull(input.data() + length + kLength.size(), nullptr, 10);
  return end + 4 + body;
}

int status_of(std::string_view answer) {
  constexpr std::size_t kAt = 9;  // behind "HTTP/1.1 "
  return answer.size() < kAt + 3 ? 0 : std::atoi(answer.data() + kAt);
}

class Client {
 public:
  explicit Client(int port) : socket_(connect_to(port)) {}
  ~Client() {
    if (socket_ >= 0) ::close(socket_);
  }
  Client(Client&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), input_(std::move(other.input_)), sent_(other.sent_) {}
  Client& operator=(Client&&) = delete;

  int socket() const { return socket_; }

  bool ask(const std::string& request) {
    sent_ = Clock::now();
    return ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request.size());
  }
  // Takes in what has come. The status of a whole answer, 0 while there is none, -1 at the end.
  int take_in() {
    const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) return -1;
    input_.append(buffer_.data(), static_cast<std::size_t>(count));
    if (size_ == 0) size_ = answer_size(input_);
    if (size_ == 0 || input_.size() < size_) return 0;
    const int status = status_of(input_);
    input_.erase(0, size_);
    size_ = 0;
    return status;
  }
  double waited_ms() const { return std::chrono::duration<double, std::milli>(Clock::now() - sent_).count(); }

 private:
  static inline std::array<char, 1 << 16> buffer_;  // of the one thread

  int socket_;
  std::string input_;
  std::size_t size_ = 0;
  Clock::time_point sent_;
};

}  // namespace

LoadFigures summarize(std::vector<double>& delays, std::size_t failed, double seconds) {
  std::sort(delays.begin(), delays.end());
  const auto at = [&](double share) {
    return delays.empty() ? 0.0
                          : delays[static_cast<std::size_t>(share * static_cast<double>(delays.size() - 1))];
  };
  return {delays.size(), failed, static_cast<double>(delays.size()) / seconds, at(0.5), at(0.99)};
}

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  }
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return socket;
}

std::string fetch(int port, const std::string& path) {
  const int socket = connect_to(port);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::string answer;
  std::array<char, 1 << 16> buffer{};
  if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    for (ssize_t count = 1; (count = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0;)
      answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(socket);
  return answer;
}

std::string get_request(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1\r\n\r\n";
}

std::string post_request(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1\r\nContent-Type: application/json\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

LoadFigures run_load(const HttpLoad& load) {
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Client> clients;
  for (int i = 0; i < load.connections; ++i) {
    clients.emplace_back(load.port);
    epoll_event interest{EPOLLIN, {.u32 = static_cast<std::uint32_t>(i)}};
    ::epoll_ctl(poller, EPOLL_CTL_ADD, clients.back().socket(), &interest);
  }
  const auto begin = Clock::now();
  const auto end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(load.seconds));
  std::vector<double> delays;
  std::size_t asked = 0;
  std::size_t failed = 0;
  std::size_t in_hand = 0;
  const auto ask_next = [&](Client& client) {
    if (Clock::now() >= end || (load.requests != 0 && asked >= load.requests)) return;
    ++in_hand;
    if (!client.ask(load.request(asked++))) ++failed;
  };
  for (Client& client : clients) ask_next(client);
  std::array<epoll_event, 256> ready{};
  while (in_hand > 0) {
    const int count = ::epoll_wait(poller, ready.data(), static_cast<int>(ready.size()), -1);
    for (int i = 0; i < count; ++i) {
      Client& client = clients[ready[static_cast<std::size_t>(i)].data.u32];
      const int status = client.take_in();
      if (status == 0) continue;
      --in_hand;
      delays.push_back(client.waited_ms());
      if (status != load.expected_status) ++failed;
      if (status < 0) {
        ::epoll_ctl(poller, EPOLL_CTL_DEL, client.socket(), nullptr);
      } else {
        ask_next(client);
      }
    }
  }
  ::close(poller);
  return summarize(delays, failed, std::chrono::duration<double>(Clock::now() - begin).count());
}

}  // namespace clusterip::bench
