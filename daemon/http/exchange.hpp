// One request and its answer, as values that know nothing of sockets or of the HTTP library.
//
// A request has been framed, bounded and authenticated when a handler sees it. An answer is either a body or
// a stream (a watch): the server sends what the stream yields until it ends or the client goes.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clusterip::daemon {

using Clock = std::chrono::steady_clock;

struct HttpRequest {
  std::string method;
  std::string path;    // decoded, without the query
  std::string target;  // as it was sent
  std::string body;
  std::string peer;  // the client's address, for the audit log
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> headers;

  // The first value of a query parameter, "" when absent.
  std::string_view parameter(std::string_view name) const;
  bool has_parameter(std::string_view name) const;
  // The first value of a header, whatever its case; "" when absent.
  std::string_view header(std::string_view name) const;
};

// %XX as the byte that it stands for; a percent sign that begins nothing stays.
std::string percent_decoded(std::string_view text);

// The parameters of a request's target. A value may hold '=' itself, as selectors do.
std::vector<std::pair<std::string, std::string>> read_query(std::string_view target);

// What a watch sends. Only the streams' thread calls it.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // Appends what is ready to `out`. False: that was the last.
  virtual bool collect(std::string& out, Clock::time_point now) = 0;
  // When collect wants to be called even if nothing has happened in between.
  virtual Clock::time_point deadline() const = 0;
};

// The objects of a request as JSON texts, for the audit log; empty where there is none.
struct AuditedBodies {
  std::string request;
  std::string response;
  std::string name;    // of the object that was created
  std::string status;  // of a refusal
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::unique_ptr<EventStream> stream;
  AuditedBodies audited;
};

using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

// Whether two texts are equal without regard to the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
// Whether `a` comes before `b`, likewise.
bool precedes_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace clusterip::daemon
