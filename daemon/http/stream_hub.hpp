// All watches on one thread: sends what their streams yield, never waits for a client, and drops one that
// reads too slowly.
//
// A request's thread gives its socket here when the answer is a stream, and is free again: thousands of idle
// watches cost sockets and little memory, but no threads.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

struct StreamLimits {
  std::size_t most_streams = 10'000;
  // How long a client may read nothing of what waits for it before its watch is cut.
  std::chrono::milliseconds stall_deadline{60'000};
};

class StreamHub {
 public:
  explicit StreamHub(const StreamLimits& limits);
  ~StreamHub();
  StreamHub(const StreamHub&) = delete;
  StreamHub& operator=(const StreamHub&) = delete;

  // Takes the socket over and sends `head` before the stream. False: there are too many streams; nothing was
  // sent, and the socket stays the caller's.
  [[nodiscard]] bool adopt(int socket, std::string head, std::unique_ptr<EventStream> stream, bool chunked);
  // Something happened that streams may want to send. Cheap; any thread.
  void wake();
  // Ends all streams properly and closes their sockets.
  void stop();
  std::size_t size() const;

 private:
  struct Client;
  void loop();
  void admit();
  bool pump(Client& client, Clock::time_point now);
  void close_all();

  StreamLimits limits_;
  int wake_fd_ = -1;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Client>> arriving_;
  std::size_t count_ = 0;
  bool stopping_ = false;
  std::list<std::unique_ptr<Client>> clients_;  // the thread's own
  std::thread thread_;
};

}  // namespace clusterip::daemon
