// One connection to an apiserver: requests one after the other, kept alive, with credentials that are asked
// for anew on each call.
//
// The only door to cpp-httplib on the asking side (api_client.cpp). The server is verified unless the
// kubeconfig says otherwise; when its CA or our certificate changes, the next request uses the new one. What
// the server sends is bounded in size and time by the limits. Used by one thread; stop may be called from
// any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/mirror/credentials.hpp"
#include "engine/cluster/instant.hpp"

namespace clusterip::daemon {

struct ClientLimits {
  std::chrono::seconds connect_timeout{10};
  std::chrono::seconds read_timeout{60};             // of silence
  std::chrono::seconds call_timeout{120};            // of a call that is no stream, in all
  std::size_t body_bytes = std::size_t{256} << 20U;  // of an answer that is no stream
};

struct ApiAnswer {
  int status = 0;
  std::optional<std::chrono::seconds> retry_after;
  std::optional<cluster::Instant> date;  // the server's clock
  std::string body;                      // of a stream: only what came with a refusal

  bool ok() const { return status >= 200 && status < 300; }
};

enum class ClientFaultKind : std::uint8_t {
  kCredentials,
  kConnect,
  kTls,
  kTimeout,
  kCut,
  kTooLarge,
  kStopped
};

// "timeout": the label of the fault in metrics.
std::string_view fault_name(ClientFaultKind kind);

struct ClientFault {
  ClientFaultKind kind = ClientFaultKind::kConnect;
  std::string message;
};

using CallResult = std::variant<ApiAnswer, ClientFault>;

struct ApiCall {
  std::string method = "GET";
  std::string target;  // path and query, encoded, without the server's base path
  std::string body = {};
  std::string content_type = {};
};

class ApiClient {
 public:
  // `credentials` outlives the client.
  ApiClient(Credentials& credentials, ClientLimits limits);
  ~ApiClient();
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  CallResult call(const ApiCall& call);
  CallResult get(const std::string& target) { return call({.target = target}); }

  struct StreamSink {
    std::function<void(const ApiAnswer&)> opened;    // the server has accepted
    std::function<bool(std::string_view)> received;  // false: no more is wanted
  };
  // A GET whose body is handed on as it arrives. When the sink wants no more the answer is given as it is.
  CallResult stream(const std::string& target, const StreamSink& sink, std::chrono::seconds silence);

  // Ends the call under way and all later ones.
  void stop();

 private:
  struct Connection;

  // The connection with this identity; null with a fault set.
  Connection* connect(const Identity& identity, ClientFault& fault);
  template <class Send>
  CallResult with_identity(const Send& send);

  Credentials& credentials_;
  const ClientLimits limits_;
  std::atomic<bool> stopped_{false};
  std::mutex connection_mutex_;  // the pointer, against stop
  std::unique_ptr<Connection> connection_;
};

// `text` with everything but unreserved characters as %XX.
std::string encode_query(std::string_view text);

}  // namespace clusterip::daemon
