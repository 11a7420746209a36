// The same load through cpp-httplib's client, one thread for each connection, in plain text and over TLS:
// what TLS costs is the difference between the two.
#pragma once

#include <string>

#include "bench/http_load.hpp"

namespace clusterip::bench {

struct LibraryLoad {
  int port = 0;
  bool tls = false;  // with the bearer token that the daemon was given
  std::string token;
  int connections = 64;
  double seconds = 5;
  std::size_t requests = 0;  // nor beyond this number, unless it is 0
  std::string path;
  // The body of the request with this number, which is then a POST; null: a GET.
  std::function<std::string(std::size_t number)> body;
};

LoadFigures run_library_load(const LibraryLoad& load);

}  // namespace clusterip::bench
