#include "daemon/http/connection.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace clusterip::daemon {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kDrainBytes = 256 * 1024;
constexpr std::chrono::milliseconds kDrainTime{500};

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return left <= 0 ? 0 : static_cast<int>(left) + 1;
}

bool wait_for(int socket, short events, Clock::time_point deadline) {
  for (;;) {
    pollfd waiting{socket, events, 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(deadline));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace

Connection::Connection(int socket, const ConnectionLimits& limits) : socket_(socket), limits_(limits) {
  // Between two requests nothing is at hand: that wait is one call, which the socket itself ends.
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.idle_deadline);
  const timeval idle{seconds.count(), std::chrono::microseconds(limits.idle_deadline - seconds).count()};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle);
}

ssize_t Connection::take_in(int flags) {
  std::array<char, kReadBytes> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv fills it
  ssize_t count = 0;
  do {
    count = ::recv(socket_, buffer.data(), buffer.size(), flags);
  } while (count < 0 && errno == EINTR);
  if (count > 0) input_.append(buffer.data(), static_cast<std::size_t>(count));
  return count;
}

bool Connection::fill(Clock::time_point deadline) {
  for (;;) {
    const ssize_t count = take_in(MSG_DONTWAIT);
    if (count >= 0) return count > 0;
    if (errno != EAGAIN || !wait_for(socket_, POLLIN, deadline)) return false;
  }
}

std::variant<Connection::Framed, FrameRefusal, Connection::Closed> Connection::next_request() {
  if (input_.empty() && take_in(0) <= 0) return Closed{};
  const Clock::time_point deadline = Clock::now() + limits_.head_deadline;
  std::size_t end = 0;
  std::size_t seen = 0;
  while ((end = input_.find("\r\n\r\n", seen)) == std::string::npos) {
    const std::string fault = head_fault(input_, limits_.frame);
    if (!fault.empty()) return FrameRefusal{input_.size() > limits_.frame.head_bytes ? 431 : 400, fault};
    seen = input_.size() < 3 ? 0 : input_.size() - 3;
    if (!fill(deadline)) return Closed{};
  }
  end += 4;
  if (end > limits_.frame.head_bytes) return FrameRefusal{431, "request head too large"};
  auto read = read_head(std::string_view(input_).substr(0, end), limits_.frame);
  if (auto* refusal = std::get_if<FrameRefusal>(&read)) return std::move(*refusal);
  Framed request{std::get<RequestHead>(std::move(read)), ""};
  input_.erase(0, end);
  if (auto refusal = read_body(request)) return std::move(*refusal);
  if (gone_) return Closed{};
  return request;
}

std::optional<FrameRefusal> Connection::read_body(Framed& request) {
  const Framing& framing = request.head.framing;
  if (!framing.chunked && framing.content_length == 0) return std::nullopt;
  const Clock::time_point deadline = Clock::now() + limits_.body_deadline;
  if (framing.expect_continue && input_.empty()) {
    output_ += "HTTP/1.1 100 Continue\r\n\r\n";
    if (!flush()) gone_ = true;
  }
  if (!framing.chunked) {
    while (input_.size() < framing.content_length) {
      if (gone_ || !fill(deadline)) {
        gone_ = true;
        return std::nullopt;
      }
    }
    request.body = input_.substr(0, framing.content_length);
    input_.erase(0, framing.content_length);
    return std::nullopt;
  }
  ChunkReader reader(limits_.frame.body_bytes);
  for (;;) {
    std::size_t used = 0;
    const ChunkReader::Progress progress = reader.feed(input_, request.body, used);
    input_.erase(0, used);
    if (progress == ChunkReader::Progress::kDone) return std::nullopt;
    if (progress == ChunkReader::Progress::kMalformed) return FrameRefusal{400, "malformed chunked body"};
    if (progress == ChunkReader::Progress::kTooLarge) {
      return FrameRefusal{413, "limit is " + std::to_string(limits_.frame.body_bytes)};
    }
    if (gone_ || !fill(deadline)) {
      gone_ = true;
      return std::nullopt;
    }
  }
}

bool Connection::flush() {
  const Clock::time_point deadline = Clock::now() + limits_.write_deadline;
  std::size_t sent = 0;
  while (sent < output_.size()) {
    const ssize_t count =
        ::send(socket_, output_.data() + sent, output_.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) break;
    if (!wait_for(socket_, POLLOUT, deadline)) break;
  }
  const bool whole = sent == output_.size();
  output_.clear();
  return whole;
}

void Connection::drain() {
  ::shutdown(socket_, SHUT_WR);
  const Clock::time_point deadline = Clock::now() + kDrainTime;
  std::size_t swallowed = 0;
  while (swallowed < kDrainBytes) {
    input_.clear();
    if (Clock::now() > deadline || !fill(deadline)) return;
    swallowed += input_.size();
  }
}

}  // namespace clusterip::daemon
