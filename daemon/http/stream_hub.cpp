#include "daemon/http/stream_hub.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace clusterip::daemon {
namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";
// A stream is asked for more only while less than this waits to be sent: a client that reads slowly stays
// behind in the watch log, not in our memory.
constexpr std::size_t kUnsentBytes = 256 * 1024;
// How often one stream is served before the others have their turn.
constexpr int kRoundsInARow = 8;

void append_chunk(std::string& out, std::string_view data) {
  if (data.empty()) return;
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), data.size(), 16).ptr;
  out.append(digits.data(), end).append("\r\n").append(data).append("\r\n");
}

}  // namespace

struct StreamHub::Client {
  int socket = -1;
  bool chunked = true;
  bool ended = false;
  bool hungry = false;  // has more to send right now
  Clock::time_point last_progress = Clock::now();
  std::unique_ptr<EventStream> stream;
  std::string unsent;

  Client(int fd, std::string head, std::unique_ptr<EventStream> events, bool with_chunks)
      : socket(fd), chunked(with_chunks), stream(std::move(events)), unsent(std::move(head)) {}
  ~Client() {
    if (socket >= 0) ::close(socket);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // False: the client is gone.
  bool send_some() {
    std::size_t sent = 0;
    while (sent < unsent.size()) {
      const ssize_t count =
          ::send(socket, unsent.data() + sent, unsent.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count > 0) {
        sent += static_cast<std::size_t>(count);
      } else if (count < 0 && errno == EINTR) {
        continue;
      } else if (count < 0 && errno == EAGAIN) {
        break;
      } else {
        return false;
      }
    }
    unsent.erase(0, sent);
    return true;
  }
  // A client of a watch has nothing to say: bytes are ignored, an end is an end.
  bool still_there() const {
    std::array<char, 512> ignored{};
    const ssize_t count = ::recv(socket, ignored.data(), ignored.size(), MSG_DONTWAIT);
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
  }
};

StreamHub::StreamHub(const StreamLimits& limits)
    : limits_(limits), wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), thread_([this] { loop(); }) {}

StreamHub::~StreamHub() {
  stop();
  ::close(wake_fd_);
}

bool StreamHub::adopt(int socket, std::string head, std::unique_ptr<EventStream> stream, bool chunked) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || count_ >= limits_.most_streams) return false;
    ++count_;
    arriving_.push_back(std::make_unique<Client>(socket, std::move(head), std::move(stream), chunked));
  }
  wake();
  return true;
}

void StreamHub::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
}

void StreamHub::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake();
  thread_.join();
}

std::size_t StreamHub::size() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

bool StreamHub::pump(Client& client, Clock::time_point now) {
  client.hungry = false;
  for (int round = 0; round < kRoundsInARow; ++round) {
    std::string events;
    if (!client.ended && client.unsent.size() < kUnsentBytes) {
      client.ended = !client.stream->collect(events, now);
      if (client.chunked) {
        append_chunk(client.unsent, events);
        if (client.ended) client.unsent.append(kLastChunk);
      } else {
        client.unsent.append(events);
      }
    }
    const std::size_t before = client.unsent.size();
    if (!client.send_some()) return false;
    if (client.unsent.empty() || client.unsent.size() < before) client.last_progress = now;
    if (client.ended && client.unsent.empty()) return false;
    if (!client.unsent.empty()) return now - client.last_progress < limits_.stall_deadline;
    if (events.empty()) return true;
  }
  client.hungry = true;
  return true;
}

void StreamHub::admit() {
  const std::lock_guard lock(mutex_);
  for (auto& client : arriving_) clients_.push_back(std::move(client));
  arriving_.clear();
  count_ = clients_.size();
}

void StreamHub::close_all() {
  for (auto& client : clients_) {
    if (client->chunked && !client->ended) client->unsent.append(kLastChunk);
    // Whoever does not read at once loses the rest: the process is about to end.
    if (client->send_some()) ::shutdown(client->socket, SHUT_WR);
  }
  clients_.clear();
}

void StreamHub::loop() {
  std::vector<pollfd> waiting;
  for (;;) {
    admit();
    const Clock::time_point now = Clock::now();
    clients_.remove_if([&](const auto& client) { return !pump(*client, now); });
    waiting.assign(1, pollfd{wake_fd_, POLLIN, 0});
    Clock::time_point next = now + std::chrono::minutes(1);
    for (const auto& client : clients_) {
      const short interest = client->unsent.empty() ? POLLIN : static_cast<short>(POLLIN | POLLOUT);
      waiting.push_back({client->socket, interest, 0});
      next = client->hungry ? now : std::min(next, client->stream->deadline());
    }
    const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(next - now).count();
    ::poll(waiting.data(), waiting.size(), pause < 0 ? 0 : static_cast<int>(pause) + 1);
    std::uint64_t ignored = 0;
    [[maybe_unused]] const ssize_t count = ::read(wake_fd_, &ignored, sizeof ignored);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    auto client = clients_.begin();
    for (std::size_t i = 1; i < waiting.size(); ++i) {
      const bool gone = (waiting[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !(*client)->still_there();
      client = gone ? clients_.erase(client) : std::next(client);
    }
  }
  admit();
  close_all();
}

}  // namespace clusterip::daemon
