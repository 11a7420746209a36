// A load of HTTP requests that costs little itself: many keep-alive connections on one thread, as wrk has
// them.
//
// Each connection has one request in hand. An answer is read as far as its length and its status, no further.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace clusterip::bench {

struct HttpLoad {
  int port = 0;
  int connections = 64;
  double seconds = 5;        // no new requests after this time
  std::size_t requests = 0;  // nor beyond this number, unless it is 0
  int expected_status = 200;
  // The bytes of the request with this number, head and body.
  std::function<std::string(std::size_t number)> request;
};

struct LoadFigures {
  std::size_t answered = 0;
  std::size_t failed = 0;  // another status than the expected one, or none
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

LoadFigures run_load(const HttpLoad& load);

// Of delays in milliseconds, which it sorts.
LoadFigures summarize(std::vector<double>& delays, std::size_t failed, double seconds);

// A connection to a port on loopback; throws where there is none.
int connect_to(int port);

// Everything that is answered to one request.
std::string fetch(int port, const std::string& path);

std::string get_request(const std::string& path);
std::string post_request(const std::string& path, const std::string& body);

}  // namespace clusterip::bench
