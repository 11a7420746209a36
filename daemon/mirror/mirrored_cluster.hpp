// The state that three followers fill: what the verifier's rules look at, what changed since they looked, and
// how it stands with each kind.
//
// One mutex guards everything; followers hold it for one event, or for some objects of a list; readers for
// one look. Each kind has a sink of its own. A new list is put over what was there, and what it did not name
// is swept at its end, so a list of a million objects is never held twice; between begin and end of a list
// that kind is not in step.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "daemon/mirror/follower.hpp"
#include "daemon/mirror/live_findings.hpp"
#include "daemon/mirror/watch_witness.hpp"
#include "engine/verify/state.hpp"

namespace clusterip::daemon {

inline constexpr std::array kMirroredKinds{api::ObjectKind::kService, api::ObjectKind::kServiceCidr,
                                           api::ObjectKind::kIpAddress};

// "services", "servicecidrs", "ipaddresses".
std::string_view resource_name(api::ObjectKind kind);

struct KindHealth {
  FollowStatus status;
  std::array<std::uint64_t, kFaultKinds> faults{};
  std::size_t objects = 0;
  std::chrono::milliseconds staleness{0};  // since the server was last heard; without end before
  bool ever_heard = false;
};

struct MirrorHealth {
  std::array<KindHealth, kMirroredKinds.size()> kinds;
  bool in_step = false;                    // all kinds are, and none is stale
  std::chrono::milliseconds staleness{0};  // of the stalest kind
  bool ever_heard = false;
};

class MirroredCluster {
 public:
  using Clock = std::chrono::steady_clock;
  using FaultLog = std::function<void(api::ObjectKind, const Fault&, std::chrono::milliseconds wait)>;

  // A kind that was not heard for longer than `stale_after` is out of step, whatever its connection looks
  // like.
  MirroredCluster(std::chrono::seconds stale_after, FaultLog log);
  ~MirroredCluster();
  MirroredCluster(const MirroredCluster&) = delete;
  MirroredCluster& operator=(const MirroredCluster&) = delete;

  // Told what a watch shows, on the follower's thread; not what a list shows. Set before the followers start.
  void on_change(std::function<void(const SeenChange&)> told) { told_ = std::move(told); }

  MirrorSink& sink(api::ObjectKind kind);
  FollowObserver& observer(api::ObjectKind kind);

  MirrorHealth health() const;
  // The server's clock minus ours, where they differ by more than two seconds.
  cluster::Duration clock_offset() const;
  // Calls `look` with the state, or with the state and the changes since the last time.
  template <class Look>
  auto look(const Look& look) const {
    const std::lock_guard lock(mutex_);
    return look(state_);
  }
  template <class Look>
  auto look_at_changes(const Look& look) {
    const std::lock_guard lock(mutex_);
    const StateChanges changes = std::exchange(changes_, {});
    return look(state_, changes);
  }

 private:
  class Door;

  std::size_t count(api::ObjectKind kind) const;
  void touch(const std::string& service_key);
  void touch_address(const std::string& text);
  std::optional<SeenChange> change_by(const MirroredObject& object) const;
  void put(const MirroredObject& object);
  void erase(const MirroredObject& object);
  void sweep(api::ObjectKind kind, const std::vector<std::uint64_t>& named);

  const std::chrono::seconds stale_after_;
  const FaultLog log_;
  std::function<void(const SeenChange&)> told_;
  mutable std::mutex mutex_;
  verify::State state_;
  StateChanges changes_;
  std::array<std::unique_ptr<Door>, kMirroredKinds.size()> doors_;
};

}  // namespace clusterip::daemon
