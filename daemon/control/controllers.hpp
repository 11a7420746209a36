// The controllers: when their rules are asked, and what becomes of the answers.
//
// One thread visits objects as changes are committed, as delays end, and all of them now and then. The rules
// (engine/cluster) are pure; their effects go through Verbs like any request. A visit that fails is repeated
// with growing pauses, as upstream's work queues do.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "daemon/control/cluster_view.hpp"
#include "daemon/control/effect_runner.hpp"
#include "engine/cluster/default_service_cidr.hpp"
#include "engine/cluster/kubernetes_service.hpp"

namespace clusterip::daemon {

struct ControllerOptions {
  bool service_cidr = true;
  bool default_service_cidr = true;
  bool kubernetes_service = true;
  bool repair = true;
  bool name_space = true;
  cluster::Duration deletion_grace = cluster::kServiceCidrDeletionGrace;
  // A client that deletes a Namespace and then what is in it still finds it. (pkg/controller/namespace)
  cluster::Duration namespace_grace = cluster::Duration::seconds(5);
  cluster::Duration repair_interval = cluster::Duration::seconds(180);
  std::vector<Cidr> flag;
  std::int64_t api_port = 6443;
};

// What the repair controller came upon, by upstream's types of error.
struct RepairCounts {
  std::map<std::string, std::uint64_t> found;
  std::uint64_t failed = 0;  // visits that could not do what they wanted
};

class Controllers {
 public:
  using Now = std::function<cluster::Instant()>;

  // `audit` may be null.
  Controllers(Store& store, const Verbs& verbs, ControllerOptions options, Now now, AuditLog* audit);
  ~Controllers();
  Controllers(const Controllers&) = delete;
  Controllers& operator=(const Controllers&) = delete;

  // Runs the first round and starts the thread. `serving_port` is the API's own.
  void start(int serving_port);
  void stop();
  // What readiness waits for; "" when there is nothing.
  std::string fault() const;
  RepairCounts repairs() const;

 private:
  enum class Kind : std::uint8_t {
    kServiceCidr,
    kDefaultServiceCidr,
    kKubernetesService,
    kRepairService,
    kRepairAddress,
    kNamespace
  };
  struct Key {
    Kind kind = Kind::kServiceCidr;
    std::string name_space;
    std::string name;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  using Steady = std::chrono::steady_clock;

  void loop();
  void note(const Event& event);
  void note_namespace(const Event& event);
  void visit_soon(Key key, cluster::Duration delay = {});
  void visit(const Key& key);
  RunOutcome run(const Key& key);
  cluster::Effects effects_of(const Key& key);
  cluster::Effects effects_of_default();
  void visit_everything();
  void list_repairs();
  void finish_round();
  void count_repair(const cluster::Effects& effects, const RunOutcome& outcome);

  Store& store_;
  ControllerOptions options_;
  Now now_;
  EffectRunner runner_;
  ClusterView view_;
  cluster::DefaultCidrReports reports_;
  const cluster::VersionProfile version_ = cluster::default_version_profile();

  // The thread's own.
  std::multimap<Steady::time_point, Key> due_;
  std::map<Key, Steady::time_point> planned_;
  std::map<Key, int> failures_;
  // What is left of the round over all Services and IPAddresses: they are many, and each visit that is due
  // comes before them, and before they are listed.
  std::vector<RecordPtr> to_repair_;
  bool repairs_due_ = false;
  Steady::time_point next_round_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Event> arrived_;
  RepairCounts repairs_;
  std::string fault_ = "the controllers have not run yet";
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clusterip::daemon
