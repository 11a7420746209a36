// An apiserver for benchmarks of clients: lists and watches of generated Services and IPAddresses, as fast as
// a socket takes them. Nothing is stored; an object is a template with a number in it.
//
// It serves pages and streamed lists, and on watches `events_per_second` changes of objects of each of the
// two kinds, whose resourceVersion is the time at which they were sent, in microseconds of the steady clock:
// what a client has seen last says how far behind it is.
#pragma once

#include <cstdint>

namespace clusterip::bench {

struct ObjectServerOptions {
  std::uint32_t objects = 1'000'000;  // of each kind
  bool streamed_lists = true;
  std::uint32_t events_per_second = 0;  // of each kind
};

// Serves on that listening socket until the process ends.
[[noreturn]] void serve_objects(int listener, const ObjectServerOptions& options);

}  // namespace clusterip::bench
