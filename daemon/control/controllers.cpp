#include "daemon/control/controllers.hpp"

#include <algorithm>

#include "daemon/api/resources.hpp"
#include "engine/net/text.hpp"

namespace clusterip::daemon {
namespace {

constexpr auto kServices = static_cast<ResourceId>(api::ResourceIndex::kServices);
constexpr auto kRanges = static_cast<ResourceId>(api::ResourceIndex::kServiceCidrs);
constexpr auto kNamespaces = static_cast<ResourceId>(api::ResourceIndex::kNamespaces);
constexpr auto kAddresses = static_cast<ResourceId>(api::ResourceIndex::kIpAddresses);
// client-go's work queues: 5 ms, doubled for each failure, given up after 15.
constexpr cluster::Duration kFirstPause = cluster::Duration::milliseconds(5);
constexpr int kMostFailures = 15;

std::chrono::steady_clock::duration steady(cluster::Duration duration) {
  return std::chrono::microseconds(duration.microseconds);
}

// Upstream's type for the reason of an Event of the repair controller.
const char* error_type(std::string_view reason) {
  if (reason == "ClusterIPNotValid") return "invalid";
  if (reason == "ClusterIPOutOfRange") return "outOfRange";
  if (reason == "ClusterIPNotAllocated") return "repair";
  if (reason == "ClusterIPAlreadyAllocated") return "duplicate";
  if (reason == "IPAddressNotAllocated" || reason == "IPAddressWrongReference") return "leak";
  return "unknown";
}

}  // namespace

Controllers::Controllers(Store& store, const Verbs& verbs, ControllerOptions options, Now now,
                         AuditLog* audit)
    : store_(store),
      options_(std::move(options)),
      now_(std::move(now)),
      runner_(verbs, now_, audit),
      view_(store) {}

Controllers::~Controllers() {
  stop();
}

void Controllers::start(int serving_port) {
  options_.api_port = serving_port;
  view_.load();
  store_.on_commit([this](const std::vector<Event>& events) {
    {
      const std::lock_guard lock(mutex_);
      arrived_.insert(arrived_.end(), events.begin(), events.end());
    }
    wake_.notify_one();
  });
  if (options_.default_service_cidr) visit({Kind::kDefaultServiceCidr, "", ""});
  thread_ = std::thread([this] { loop(); });
}

void Controllers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

RepairCounts Controllers::repairs() const {
  const std::lock_guard lock(mutex_);
  return repairs_;
}

std::string Controllers::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

void Controllers::loop() {
  visit_everything();
  for (;;) {
    if (due_.empty() || due_.begin()->first > Steady::now()) finish_round();
    std::vector<Event> events;
    {
      std::unique_lock lock(mutex_);
      // Between the visits of a round it does not sleep, if only for an instant.
      if (!repairs_due_ && to_repair_.empty()) {
        const auto next = due_.empty() ? next_round_ : std::min(next_round_, due_.begin()->first);
        wake_.wait_until(lock, next, [&] { return stopping_ || !arrived_.empty(); });
      }
      if (stopping_) return;
      events.swap(arrived_);
    }
    for (const Event& event : events) {
      view_.take_in(event);
      note(event);
    }
    const Steady::time_point now = Steady::now();
    if (now >= next_round_) visit_everything();
    if (!due_.empty() && due_.begin()->first <= now) {
      const Key key = due_.begin()->second;
      due_.erase(due_.begin());
      planned_.erase(key);
      visit(key);
    } else if (repairs_due_) {
      list_repairs();
    } else if (!to_repair_.empty()) {
      const RecordPtr record = std::move(to_repair_.back());
      to_repair_.pop_back();
      const Kind kind = record->resource == kServices ? Kind::kRepairService : Kind::kRepairAddress;
      visit({kind, record->key.name_space, record->key.name});
    }
  }
}

// Ready once a round of visits has ended and what clients rely on is there.
void Controllers::finish_round() {
  std::string fault;
  if (options_.default_service_cidr && view_.range(cluster::kDefaultServiceCidrName) == nullptr) {
    fault = "ServiceCIDR kubernetes does not exist yet";
  } else if (options_.kubernetes_service && !store_.get(kServices, {"default", "kubernetes"})) {
    fault = "Service default/kubernetes does not exist yet";
  }
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

void Controllers::visit_everything() {
  next_round_ = Steady::now() + steady(options_.repair_interval);
  if (options_.default_service_cidr) visit_soon({Kind::kDefaultServiceCidr, "", ""});
  for (const auto& [name, range] : view_.ranges()) visit_soon({Kind::kServiceCidr, "", name});
  if (options_.kubernetes_service) visit_soon({Kind::kKubernetesService, "", ""});
  for (const RecordPtr& record : store_.list(kNamespaces, "").records) {
    if (is_asked_to_go(*record)) visit_soon({Kind::kNamespace, "", record->key.name});
  }
  // A round that takes longer than the interval is not begun anew.
  if (options_.repair && to_repair_.empty()) repairs_due_ = true;
}

void Controllers::list_repairs() {
  repairs_due_ = false;
  to_repair_ = store_.list(kServices, "").records;
  const std::vector<RecordPtr> addresses = store_.list(kAddresses, "").records;
  to_repair_.insert(to_repair_.end(), addresses.begin(), addresses.end());
}

// A namespace that was asked to go is visited after its grace, and from then on whenever something in it has
// gone.
void Controllers::note_namespace(const Event& event) {
  const bool deleted = event.kind == Event::Kind::kDeleted;
  if (event.object->resource == kNamespaces) {
    if (deleted || !is_asked_to_go(*event.object)) return;
    visit_soon({Kind::kNamespace, "", event.object->key.name}, options_.namespace_grace);
  } else if (deleted && !event.object->key.name_space.empty()) {
    const RecordPtr home = store_.get(kNamespaces, {"", event.object->key.name_space});
    const Key key{Kind::kNamespace, "", event.object->key.name_space};
    if (home && is_asked_to_go(*home) && !planned_.contains(key)) visit_soon(key);
  }
}

void Controllers::note(const Event& event) {
  note_namespace(event);
  const ObjectKey& key = event.object->key;
  const bool deleted = event.kind == Event::Kind::kDeleted;
  if (event.object->resource == kRanges) {
    if (event.kind == Event::Kind::kAdded) {
      if (const auto* range = view_.range(key.name)) {
        for (const std::string& name : cluster::visits_after_add(*range, view_.index())) {
          visit_soon({Kind::kServiceCidr, "", name});
        }
      }
    }
    visit_soon({Kind::kServiceCidr, "", key.name});
    if (key.name == cluster::kDefaultServiceCidrName) visit_soon({Kind::kDefaultServiceCidr, "", ""});
  }
  if (event.object->resource == kAddresses) {
    // Only a range that is about to go cares for the addresses in it.
    const auto address = read_address(key.name);
    if (address && event.kind != Event::Kind::kModified) {
      for (const auto& [name, range] : view_.ranges()) {
        if (range.meta.deletion) visit_soon({Kind::kServiceCidr, "", name});
      }
    }
    if (event.paired) return;
    if (!deleted) visit_soon({Kind::kRepairAddress, "", key.name});
    // Somebody may have taken a Service's address away.
    const auto parent = deleted ? ClusterView::parent_of(event.previous) : std::nullopt;
    if (parent && parent->is_service()) visit_soon({Kind::kRepairService, parent->name_space, parent->name});
  }
  if (event.object->resource == kServices) {
    if (deleted && key.name == "kubernetes") visit_soon({Kind::kKubernetesService, "", ""});
    if (!deleted && !event.paired) visit_soon({Kind::kRepairService, key.name_space, key.name});
  }
}

void Controllers::visit_soon(Key key, cluster::Duration delay) {
  const bool wanted = key.kind == Kind::kServiceCidr          ? options_.service_cidr
                      : key.kind == Kind::kDefaultServiceCidr ? options_.default_service_cidr
                      : key.kind == Kind::kKubernetesService  ? options_.kubernetes_service
                      : key.kind == Kind::kNamespace          ? options_.name_space
                                                              : options_.repair;
  if (!wanted) return;
  const Steady::time_point when = Steady::now() + steady(delay);
  const auto planned = planned_.find(key);
  if (planned != planned_.end()) {
    if (planned->second <= when) return;
    const auto [first, last] = due_.equal_range(planned->second);
    due_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == key; }));
  }
  planned_[key] = when;
  due_.emplace(when, std::move(key));
}

void Controllers::count_repair(const cluster::Effects& effects, const RunOutcome& outcome) {
  const std::lock_guard lock(mutex_);
  for (const auto& effect : effects) {
    const auto* event = std::get_if<cluster::Event>(&effect);
    if (event != nullptr) ++repairs_.found[error_type(event->reason)];
  }
  if (!outcome.failure.empty()) ++repairs_.failed;
}

RunOutcome Controllers::run(const Key& key) {
  if (key.kind == Kind::kNamespace) return runner_.empty_namespace(key.name);
  const cluster::Effects effects = effects_of(key);
  RunOutcome outcome = runner_.run(effects);
  const bool repairs = key.kind == Kind::kRepairService || key.kind == Kind::kRepairAddress;
  if (repairs && !effects.empty()) count_repair(effects, outcome);
  return outcome;
}

void Controllers::visit(const Key& key) {
  view_.begin_visit();
  RunOutcome outcome = run(key);
  if (key.kind == Kind::kDefaultServiceCidr && outcome.already_exists) {
    auto sync = cluster::default_cidr_exists_already(options_.flag, reports_, version_);
    reports_ = sync.reports;
    outcome = runner_.run(sync.effects);
  }
  if (key.kind == Kind::kDefaultServiceCidr) {
    visit_soon(key, cluster::kDefaultServiceCidrInterval);
  } else if (key.kind == Kind::kKubernetesService) {
    visit_soon(key, outcome.failure.empty() ? cluster::kKubernetesServiceInterval
                                            : cluster::Duration::milliseconds(200));
  } else if (!outcome.failure.empty()) {
    const int failures = ++failures_[key];
    if (failures <= kMostFailures) {
      visit_soon(key, {kFirstPause.microseconds << failures});
      return;
    }
  } else if (outcome.requeue) {
    visit_soon(key, *outcome.requeue);
  }
  failures_.erase(key);
}

cluster::Effects Controllers::effects_of_default() {
  const cluster::ServiceCidr* object = view_.range(cluster::kDefaultServiceCidrName);
  auto sync = cluster::sync_default_service_cidr(options_.flag, object, reports_, now_(), version_);
  reports_ = sync.reports;
  return std::move(sync.effects);
}

cluster::Effects Controllers::effects_of(const Key& key) {
  switch (key.kind) {
    case Kind::kDefaultServiceCidr:
      return effects_of_default();
    case Kind::kKubernetesService: {
      cluster::KubernetesServiceConfig config;
      config.primary_range = options_.flag.front();
      config.target_port = options_.api_port;
      const bool exists = store_.get(kServices, {"default", "kubernetes"}) != nullptr;
      return cluster::sync_kubernetes_service(config, exists);
    }
    case Kind::kServiceCidr: {
      const cluster::ServiceCidr* object = view_.range(key.name);
      if (object == nullptr) return {};
      const cluster::ServiceCidrIndex index = view_.lasting_index(key.name);
      const cluster::ServiceCidrView view{
          index, [this](const Cidr& cidr, const auto& visit) { view_.visit_addresses(cidr, visit); }};
      return cluster::sync_service_cidr(*object, view, now_(), version_, options_.deletion_grace);
    }
    case Kind::kRepairService: {
      const cluster::Service* service = view_.service(key.name_space, key.name);
      if (service == nullptr) return {};
      return cluster::repair_service(*service, view_.repair_view());
    }
    case Kind::kNamespace:
      break;
    case Kind::kRepairAddress: {
      const cluster::IpAddress* object = view_.address(key.name);
      if (object == nullptr) return {};
      return cluster::repair_ip_address(*object, view_.repair_view(), now_(), version_);
    }
  }
  return {};
}

}  // namespace clusterip::daemon
