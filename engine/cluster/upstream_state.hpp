// A cluster of upstream servers as a value: the store, the apiservers with their caches and allocators, the
// controller manager, the requests under way, and the steps that are due.
//
// Nothing here decides. The files upstream_*_steps.cpp carry out one step each, upstream.hpp drives them; an
// explorer may copy the state and take the steps in any order.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/alloc/draws.hpp"
#include "engine/cluster/default_service_cidr.hpp"
#include "engine/cluster/service_cluster_ip_range.hpp"
#include "engine/cluster/upstream_allocator.hpp"
#include "engine/cluster/upstream_cache.hpp"
#include "engine/cluster/upstream_request.hpp"

namespace clusterip::cluster {

// What happened, for transcripts and tests.
struct UpstreamRecord {
  enum class Kind : std::uint8_t {
    kNote,     // a process started, stopped, was frozen
    kRequest,  // a client asks
    kAnswer,   // and is answered
    kWrite,    // an object was written
    kEvent,    // a Warning was emitted
    kFault,    // upstream did what it should not
  };

  Instant time;
  std::string actor;
  Kind kind = Kind::kNote;
  std::string object;  // "services/default/a"; empty where it is about none
  std::string text;
  std::string reason;                  // of an event or refusal; the name of a fault
  int code = 0;                        // of an answer
  std::vector<std::string> addresses;  // of an answer about a Service
};

// How long things take.
struct UpstreamTiming {
  Duration request_step = Duration::milliseconds(3);
  // From the look of a controller at its cache until its writes take effect.
  Duration controller_write = Duration::milliseconds(3);
  Duration cache_lag = Duration::milliseconds(1);
  // From the start of an apiserver until it is ready, when it looks after its own Service.
  Duration start_up = Duration::seconds(1);
};

// A process that watches the store.
struct UpstreamWatcher {
  std::string name;
  bool running = false;
  // Counts the starts: steps that were due before a restart are dropped.
  std::uint32_t incarnation = 0;
  UpstreamCache cache;
  std::array<std::optional<Duration>, kStoredKinds> lag{};  // absent: the usual one
  std::array<bool, kStoredKinds> frozen{};
};

struct UpstreamServer : UpstreamWatcher {
  ServiceClusterIpRange flag;
  VersionProfile version;
  std::vector<UpstreamAllocator> allocators;  // one for each family of the flag
  DefaultCidrReports reports;
  bool default_synced = false;  // its first visit to the default ServiceCIDR succeeded
  bool repairs = false;         // the first pass of its repair loop is over

  const UpstreamAllocator* allocator(Family family) const;
  std::vector<Cidr> flag_ranges() const;
};

struct UpstreamControllerManager : UpstreamWatcher {
  VersionProfile version;
};

// The steps. A watcher is an index of `servers`, or kControllerManager.
inline constexpr std::size_t kControllerManager = ~std::size_t{0};

struct DeliverChange {
  std::size_t watcher = 0;
  StoredKind kind = StoredKind::kService;
};
struct VisitObject {
  enum class Controller : std::uint8_t { kServiceCidr, kRepairService, kRepairAddress };
  std::size_t watcher = 0;
  Controller controller = Controller::kServiceCidr;
  std::string key;
  unsigned failures = 0;
};
// What a visit has decided by its cache takes effect later.
struct CarryOut {
  VisitObject visit;
  Effects effects;
};
struct PeriodicVisit {
  enum class Task : std::uint8_t { kDefaultCidr, kKubernetesService, kRepairStart, kRepairResync };
  std::size_t server = 0;
  Task task = Task::kDefaultCidr;
};
struct ContinueRequest {
  RequestId request = 0;
};

struct UpstreamStep {
  std::variant<DeliverChange, VisitObject, CarryOut, PeriodicVisit, ContinueRequest> what;
  std::uint32_t incarnation = 0;  // of the watcher, when the step was planned
};

struct UpstreamState {
  UpstreamTiming timing;
  Instant now;
  SeededDraws draws{1};

  UpstreamStore store;
  // The bitmaps of Kubernetes 1.33 by CIDR, which all servers share.
  std::map<std::string, std::set<Address>> bitmaps;
  std::vector<UpstreamServer> servers;
  UpstreamControllerManager manager;
  std::vector<UpstreamRequest> requests;
  // Requests that are taken on by hand and not by time.
  std::set<RequestId> held;

  // By the time when they are due, and of equal times in the order of planning.
  std::map<std::pair<Instant, std::uint64_t>, UpstreamStep> steps;
  std::uint64_t planned = 0;
  std::vector<UpstreamRecord> records;

  UpstreamWatcher& watcher(std::size_t index);
  const UpstreamWatcher& watcher(std::size_t index) const;
  void plan(Instant due, UpstreamStep step);
  // Plans a visit, unless the same one waits already; not before what the last one decided has been done.
  void plan_visit(Instant due, VisitObject visit);
  void record(UpstreamRecord record);
  // Tells the watchers of what has been written since the history was this long.
  void announce_since(std::size_t length);
};

}  // namespace clusterip::cluster
