// What a controller wants done: the results of the rules, as values.
//
// A rule looks at a view of the cluster and answers with a list of effects. Whoever runs it (the daemon, a
// simulator, a test) carries them out in order, each against the state of that moment:
// - a write that fails ends the list and has the object visited again soon, unless it says that it is
//   forgiven; an event that goes with the failure is then emitted;
// - deleting what is gone and taking away a finalizer that is gone are no failures.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/cluster/objects.hpp"

namespace clusterip::cluster {

inline constexpr std::string_view kServiceCidrController = "service-cidr-controller";
inline constexpr std::string_view kDefaultServiceCidrController = "kubernetes-service-cidr-controller";
inline constexpr std::string_view kRepairController = "ipallocator-repair-controller";

// A Warning about an object.
struct Event {
  std::string reporter;
  std::string kind;  // "Service", "ServiceCIDR", "IPAddress"
  std::string name_space;
  std::string name;
  std::string reason;
  std::string action;  // empty for the reporters that use core/v1 events
  std::string note;
  friend bool operator==(const Event&, const Event&) = default;
};

// What happens when a write fails.
struct OnFailure {
  std::optional<Event> event;
  bool append_error = false;  // the error's text goes to the end of the event's note
  bool forgiven = false;      // the sync counts as done
};

struct CreateServiceCidr {
  ServiceCidr object;
  OnFailure on_failure;
};
// A spec with a second CIDR; metadata and status stay.
struct UpdateServiceCidr {
  std::string name;
  std::vector<std::string> cidrs;
  OnFailure on_failure;
};
struct AddFinalizer {
  std::string service_cidr;
};
struct RemoveFinalizer {
  std::string service_cidr;
};
// A server-side apply of the status, forced. The condition of this type is replaced; others stay.
struct ApplyCondition {
  std::string service_cidr;
  std::string field_manager;
  Condition condition;
  OnFailure on_failure;
};
struct CreateService {
  Service object;
};
struct CreateIpAddress {
  IpAddress object;
};
struct DeleteIpAddress {
  std::string address;
};
// Look at the same object again after this time.
struct RequeueAfter {
  Duration delay;
};

using Effect =
    std::variant<CreateServiceCidr, UpdateServiceCidr, AddFinalizer, RemoveFinalizer, ApplyCondition,
                 CreateService, CreateIpAddress, DeleteIpAddress, RequeueAfter, Event>;
using Effects = std::vector<Effect>;

// "AddFinalizer a", "Event ClusterIPNotAllocated Service bar/test-svc: …": for transcripts and tests.
std::string to_text(const Effect& effect);

}  // namespace clusterip::cluster
