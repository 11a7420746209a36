// Plays the plans of many clients against an apiserver and measures what comes of it.
//
// Each client has a thread and a connection of its own. With a rate, a step has a time at which it is due,
// and its latency counts from then: a server that stalls cannot make the load wait and look fast. Everything
// is made in one namespace and with names of one prefix, and `clean_up` deletes all of it, also what is left
// over from a run that was killed.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/mirror/api_client.hpp"
#include "tools/clusteripctl/load_plan.hpp"

namespace clusterip::ctl {

struct LoadOptions {
  std::uint64_t seed = 1;
  std::size_t clients = 8;
  double rate = 0;  // steps a second in all; 0: as fast as it goes
  std::chrono::milliseconds duration{30'000};
  std::string name_space;
  LoadShape shape;
};

struct LoadSecond {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t slowest_us = 0;
};

struct LoadFigures {
  // Microseconds of the steps that succeeded, and of those that were refused.
  std::array<std::vector<std::uint32_t>, kLoadActions> good;
  std::array<std::vector<std::uint32_t>, kLoadActions> refused;
  std::map<std::string, std::uint64_t> errors;  // "422 Invalid: provided IP is already allocated"
  std::vector<LoadSecond> seconds;
  double elapsed = 0;  // seconds

  void add(LoadFigures&& other);
  // Requests failed and none succeeded.
  bool all_failed() const;
};

// The families and ranges that a server has: what plans may ask for. The text is why that cannot be known.
std::variant<std::vector<Cidr>, std::string> find_ranges(daemon::ApiClient& client);

// "" or why the namespace cannot be made. One of that name that is just going is waited for.
[[nodiscard]] std::string make_namespace(daemon::ApiClient& client, const std::string& name);

LoadFigures run_load(daemon::Credentials& credentials, const daemon::ClientLimits& limits,
                     const LoadOptions& options, const std::atomic<bool>& stop);

// Deletes the namespace's Services, the ServiceCIDRs of the prefix, and the namespace. "" or what is left.
[[nodiscard]] std::string clean_up(daemon::ApiClient& client, const LoadOptions& options);

}  // namespace clusterip::ctl
