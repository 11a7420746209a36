// An apiserver for tests of clients: serves lists and watches of the three kinds from memory, and misbehaves
// when told to.
//
// Faults are queued for a kind, and each is suffered once: by the next request of that sort, or by the watch
// that is open. What a test asks afterwards is whether the client holds the same objects as the server.
// Speaks HTTP by hand, since most of the faults are below what an HTTP library would send.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

namespace clusterip::testing {

enum class ServerFault {
  // On a list, or on the opening of a watch.
  kThrottle,      // 429 with Retry-After: 0
  kInternal,      // 500
  kUnauthorized,  // 401
  kGoneStatus,    // 410
  kDrop,          // the connection closes without an answer
  kHtml,          // 200 with a web page
  kOtherKind,     // a list or an event of PodList or Pod
  kNoVersion,     // a list or an event without resourceVersion
  kOldVersion,    // a list or an event of an older version
  kEmptyAnswer,   // 200 and nothing
  kCutBody,       // half of a list; or an event cut in its middle
  kBadField,      // a field of a wrong type
  kHugeLine,      // a line of many megabytes
  // On an open watch.
  kGoneEvent,    // ERROR 410
  kErrorEvent,   // ERROR 500
  kGarbageLine,  // a line that is no JSON
  kCleanEnd,     // the watch ends as after its time-out
  kReset,        // the connection breaks between events
  kStall,        // nothing more is sent, and the connection stays open
  kDuplicate,    // the last event comes twice
};
inline constexpr int kServerFaults = 20;

class FakeApiserver {
 public:
  enum class Kind { kServices, kServiceCidrs, kIpAddresses };

  struct Options {
    bool v1 = true;              // serves networking.k8s.io/v1, else v1beta1 alone
    bool streamed_lists = true;  // else such requests answer 422
    std::string token;           // set: asks for it
    std::size_t huge_line_bytes = std::size_t{24} << 20U;
  };

  FakeApiserver() : FakeApiserver(Options{}) {}
  explicit FakeApiserver(Options options);
  ~FakeApiserver();
  FakeApiserver(const FakeApiserver&) = delete;
  FakeApiserver& operator=(const FakeApiserver&) = delete;

  std::string url() const;
  int port() const { return port_; }

  // Stores and tells the watchers. `object` needs metadata.name (and .namespace for Services).
  void put(Kind kind, nlohmann::json object);
  void erase(Kind kind, const std::string& key);  // "name", "namespace/name"
  // "namespace/name" or "name" → the object
  std::map<std::string, nlohmann::json> objects(Kind kind) const;

  // Suffered by the next list or opening of a watch.
  void plan_on_request(Kind kind, ServerFault fault);
  // Suffered by the open watch, at once.
  void plan_on_watch(Kind kind, ServerFault fault);
  std::size_t planned() const;

  void bookmark();                                   // to every watch
  void compact();                                    // older versions than now are no longer kept
  void restart_with_history(std::uint64_t version);  // drops all connections; versions go on from there
  void set_token(std::string token);
  void set_down(bool down);  // connections are closed at once
  // Ends all watches, as a server that is restarted does.
  void drop_connections();

  std::uint64_t requests() const { return requests_; }
  std::uint64_t writes() const { return writes_; }  // anything but GET

 private:
  struct Event {
    std::uint64_t version;
    std::string type;
    nlohmann::json object;
  };
  struct Collection {
    std::map<std::string, nlohmann::json> objects;
    std::vector<Event> log;
    std::deque<ServerFault> on_request;
    std::deque<ServerFault> on_watch;
    std::uint64_t bookmarks = 0;
  };
  struct Request;
  // One watch that is being answered.
  struct OpenWatch {
    std::uint64_t sent = 0;
    std::uint64_t generation = 0;
    std::uint64_t bookmarks = 0;
    std::string out;
    std::string last_line;
    std::optional<ServerFault> fault;
  };

  void accept_loop();
  void serve(int socket);
  bool answer(int socket, const Request& request);
  bool answer_list(int socket, const Request& request, Collection& collection, Kind kind);
  bool answer_watch(int socket, const Request& request, Collection& collection, Kind kind);
  std::optional<OpenWatch> open_watch(const Request& request, const Collection& collection, Kind kind) const;
  bool wait_for_news(int socket, Collection& collection, Kind kind, OpenWatch& watch);
  std::string bookmark_line(Kind kind, bool ends_initial_events) const;
  std::string api_version(Kind kind) const;
  bool suffer_on_request(int socket, ServerFault fault, Kind kind, bool watch);
  bool suffer_on_watch(int socket, ServerFault fault, Kind kind, const std::string& last_line);
  std::string list_body(const Request& request, const Collection& collection, Kind kind) const;
  bool answer_object(int socket, const Request& request, const Collection& collection, Kind kind);

  Options options_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Collection collections_[3];
  std::uint64_t version_ = 1000;
  std::uint64_t oldest_kept_ = 0;
  std::uint64_t generation_ = 0;  // changes when connections are dropped
  bool down_ = false;
  bool stopping_ = false;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> writes_{0};
  std::vector<std::thread> threads_;
  std::vector<int> sockets_;
  std::thread acceptor_;
};

// Objects for it.
nlohmann::json fake_service(const std::string& name_space, const std::string& name,
                            const std::vector<std::string>& addresses);
nlohmann::json fake_ip_address(const std::string& address, const std::string& name_space,
                               const std::string& service);
nlohmann::json fake_cidr(const std::string& name, const std::vector<std::string>& cidrs);

}  // namespace clusterip::testing
