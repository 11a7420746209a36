// One client's connection: whole, bounded requests in, coalesced answers out, with a deadline on every wait.
//
// Reads heads and bodies itself (see frame.hpp), so that a slow or hostile client costs one thread for a
// bounded time and never more memory than the limits say. Used by one thread.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <sys/types.h>
#include <variant>

#include "daemon/http/exchange.hpp"
#include "daemon/http/frame.hpp"

namespace clusterip::daemon {

struct ConnectionLimits {
  FrameLimits frame;
  std::chrono::milliseconds head_deadline{10'000};
  std::chrono::milliseconds body_deadline{30'000};
  std::chrono::milliseconds idle_deadline{90'000};
  std::chrono::milliseconds write_deadline{30'000};
};

class Connection {
 public:
  // Does not own the socket, which is a blocking one.
  Connection(int socket, const ConnectionLimits& limits);

  struct Framed {
    RequestHead head;
    std::string body;
  };
  struct Closed {};
  // The next whole request; a refusal that the caller has to answer; or the end of the connection.
  std::variant<Framed, FrameRefusal, Closed> next_request();

  // What flush sends.
  std::string& output() { return output_; }
  [[nodiscard]] bool flush();

  // After a refusal: closes the sending side and swallows what the client still sends for a moment, so that
  // it reads the answer and not a reset.
  void drain();

  int socket() const { return socket_; }

 private:
  // Takes in what has come: how many bytes, 0 at the end of the input, -1 as recv does.
  ssize_t take_in(int flags);
  bool fill(Clock::time_point deadline);
  std::optional<FrameRefusal> read_body(Framed& request);

  int socket_;
  const ConnectionLimits& limits_;
  std::string input_;
  std::string output_;
  bool gone_ = false;
};

}  // namespace clusterip::daemon
