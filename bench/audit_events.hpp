// Audit events for the benchmarks: what the log of an apiserver holds about a new cluster in which a Service
// is created, with its IPAddress, every 10 ms.
#pragma once

#include <functional>
#include <string>

namespace clusterip::bench {

// Calls `line` with the first `count` events, each with its newline.
void make_audit_events(int count, const std::function<void(const std::string&)>& line);

}  // namespace clusterip::bench
