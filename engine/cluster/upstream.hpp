// Several upstream servers under virtual time: the driver that takes their steps one by one.
//
// The acting server's view is its own cache, which lags as long as it is told to; draws are seeded or
// injected with the request. So one program of calls always gives the same history, and a stale cache or an
// unlucky order of two servers is just a value. Steps that are due at the same time run in the order in which
// they were planned. What happened comes out as records; upstream's known faults are named among them.
//
// Pure: no clock, no threads. Copying the driver copies the whole cluster.
#pragma once

#include <string>
#include <vector>

#include "engine/cluster/upstream_state.hpp"

namespace clusterip::cluster {

class Upstream {
 public:
  Upstream(Instant start, std::uint64_t seed, UpstreamTiming timing = {});

  const UpstreamState& state() const { return state_; }
  Instant now() const { return state_.now; }

  // Starts an apiserver; its index. A name that ran before is started anew, with empty caches and another
  // flag.
  std::size_t start_server(const std::string& name, const ServiceClusterIpRange& flag,
                           const VersionProfile& version);
  void stop_server(std::size_t server);
  void start_controller_manager(const VersionProfile& version);
  void stop_controller_manager();
  // The server of that name.
  std::optional<std::size_t> find_server(std::string_view name) const;

  // A watcher's cache of a kind (absent: all kinds) stands still, or catches up at once.
  void freeze(std::size_t watcher, std::optional<StoredKind> kind);
  void thaw(std::size_t watcher, std::optional<StoredKind> kind);
  // How long changes take to reach it from now on.
  void set_lag(std::size_t watcher, std::optional<StoredKind> kind, Duration lag);

  // Begins a request. Held: it takes its steps only when told to; otherwise they come with time.
  RequestId begin(UpstreamRequest request, bool held = false);
  const UpstreamRequest& request(RequestId id) const { return state_.requests.at(id); }
  // One step of a held request.
  void step(RequestId id);
  // The rest of its steps come with time.
  void let_go(RequestId id);
  // Lets time pass until the request is answered.
  const ApiAnswer& finish(RequestId id);

  void run_for(Duration duration);
  // Takes the step that is due next. False: none is.
  bool take_next_step();
  // What is due in which order, for whoever takes the steps in another one.
  std::size_t waiting() const { return state_.steps.size(); }
  const UpstreamStep& waiting_step(std::size_t place) const;
  // When it is due.
  Instant due(std::size_t place) const;
  // Takes the step at this place, as if it had been due now (time never goes back).
  void take_step(std::size_t place);

  // What happened since the last call.
  std::vector<UpstreamRecord> take_records();

 private:
  void start_watcher(UpstreamWatcher& watcher, const std::string& name);
  void stop_watcher(UpstreamWatcher& watcher);
  bool is_stale(const UpstreamStep& step) const;
  void carry_out_step(const UpstreamStep& step);

  UpstreamState state_;
};

}  // namespace clusterip::cluster
