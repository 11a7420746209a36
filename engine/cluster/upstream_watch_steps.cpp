#include "engine/cluster/kubernetes_service.hpp"
#include "engine/cluster/repair.hpp"
#include "engine/cluster/service_cidr_controller.hpp"
#include "engine/cluster/upstream_steps.hpp"

namespace clusterip::cluster {
namespace {

constexpr Duration kPoll = Duration::milliseconds(100);
constexpr Duration kRepairResync = Duration::seconds(180);
constexpr Duration kFirstRetry = Duration::milliseconds(5);
constexpr unsigned kMostRetries = 15;

using Controller = VisitObject::Controller;

RepairView repair_view(const UpstreamCache& cache) {
  return {cache.index(),
          [&cache](std::string_view name_space, std::string_view name) {
            return cache.objects().find_service(name_space, name);
          },
          [&cache](std::string_view address) { return cache.objects().find_ip_address(address); }};
}

ServiceCidrView service_cidr_view(const UpstreamCache& cache) {
  return {cache.index(), [&cache](const Cidr&, const std::function<bool(const IpAddress&)>& visit) {
            for (const auto& [name, object] : cache.objects().ip_addresses) {
              if (!visit(object)) return;
            }
          }};
}

// What a visit wants, by the rules of its controller and the watcher's own view.
Effects wanted_by(const UpstreamState& state, const VisitObject& visit) {
  const UpstreamCache& cache = state.watcher(visit.watcher).cache;
  switch (visit.controller) {
    case Controller::kServiceCidr: {
      const ServiceCidr* object = cache.objects().find_service_cidr(visit.key);
      if (object == nullptr) return {};
      return sync_service_cidr(*object, service_cidr_view(cache), state.now, state.manager.version);
    }
    case Controller::kRepairService: {
      const auto service = cache.objects().services.find(visit.key);
      if (service == cache.objects().services.end()) return {};
      return repair_service(service->second, repair_view(cache));
    }
    case Controller::kRepairAddress: {
      const IpAddress* object = cache.objects().find_ip_address(visit.key);
      if (object == nullptr) return {};
      return repair_ip_address(*object, repair_view(cache), state.now,
                               state.servers.at(visit.watcher).version);
    }
  }
  return {};
}

void refresh_allocators(UpstreamServer& server, const StoredChange& change) {
  const auto& object = std::get<ServiceCidr>(change.object);
  std::vector<const ServiceCidr*> all;
  for (const auto& [name, each] : server.cache.objects().service_cidrs) all.push_back(&each);
  for (UpstreamAllocator& allocator : server.allocators) {
    if (change.type == StoredChange::Type::kDeleted) {
      allocator.forget(object);
    } else {
      allocator.resync(all);
    }
  }
}

void react_as_server(UpstreamState& state, std::size_t index, const StoredChange& change) {
  UpstreamServer& server = state.servers.at(index);
  if (change.kind() == StoredKind::kServiceCidr) return refresh_allocators(server, change);
  if (!server.repairs) return;
  const bool is_service = change.kind() == StoredKind::kService;
  state.plan_visit(state.now, {index, is_service ? Controller::kRepairService : Controller::kRepairAddress,
                               stored_key(change.meta()), 0});
}

void react_as_controller_manager(UpstreamState& state, const StoredChange& change) {
  const ServiceCidrIndex& index = state.manager.cache.index();
  const bool modified = change.type == StoredChange::Type::kModified;
  ServiceCidrIndex::Names names;
  if (const auto* object = std::get_if<ServiceCidr>(&change.object)) {
    const bool added = change.type == StoredChange::Type::kAdded;
    names = added ? visits_after_add(*object, index) : ServiceCidrIndex::Names{object->meta.name};
  } else if (const auto* address = std::get_if<IpAddress>(&change.object); address != nullptr && !modified) {
    names = visits_after_address(*address, index);
  }
  for (const std::string& name : names) {
    state.plan_visit(state.now, {kControllerManager, Controller::kServiceCidr, name, 0});
  }
}

// Goes through everything as the loop does before it works by events. False: a write failed.
bool first_repair_pass(UpstreamState& state, std::size_t index) {
  const StoredObjects objects = state.servers.at(index).cache.objects();
  bool done = true;
  const auto visit = [&](Controller controller, const std::string& key) {
    const VisitObject each{index, controller, key, 0};
    done = carry_out(state, index, wanted_by(state, each), &each) && done;
  };
  for (const auto& [key, service] : objects.services) visit(Controller::kRepairService, key);
  for (const auto& [name, object] : objects.ip_addresses) visit(Controller::kRepairAddress, name);
  return done;
}

void visit_default_cidr(UpstreamState& state, const PeriodicVisit& visit) {
  UpstreamServer& server = state.servers.at(visit.server);
  const ServiceCidr* object = server.cache.objects().find_service_cidr(kDefaultServiceCidrName);
  DefaultCidrSync sync =
      sync_default_service_cidr(server.flag_ranges(), object, server.reports, state.now, server.version);
  const bool creates = object == nullptr;
  const bool lost_race =
      creates && state.store.objects().find_service_cidr(kDefaultServiceCidrName) != nullptr;
  if (lost_race) sync = default_cidr_exists_already(server.flag_ranges(), server.reports, server.version);
  const bool done = carry_out(state, visit.server, sync.effects, nullptr);
  if (done) {
    server.reports = sync.reports;
    if (!server.default_synced) {
      server.default_synced = true;
      state.plan(state.now + state.timing.start_up,
                 {PeriodicVisit{visit.server, PeriodicVisit::Task::kKubernetesService}, server.incarnation});
    }
  }
  state.plan(state.now + (server.default_synced ? kDefaultServiceCidrInterval : kPoll),
             {visit, server.incarnation});
}

void visit_kubernetes_service(UpstreamState& state, const PeriodicVisit& visit) {
  const UpstreamServer& server = state.servers.at(visit.server);
  const bool exists = server.cache.objects().find_service("default", "kubernetes") != nullptr;
  KubernetesServiceConfig config;
  config.primary_range = server.flag.primary;
  static_cast<void>(carry_out(state, visit.server, sync_kubernetes_service(config, exists), nullptr));
  state.plan(state.now + kKubernetesServiceInterval, {visit, server.incarnation});
}

void start_repair(UpstreamState& state, const PeriodicVisit& visit) {
  UpstreamServer& server = state.servers.at(visit.server);
  const bool has_default = server.cache.objects().find_service_cidr(kDefaultServiceCidrName) != nullptr;
  if (!has_default || !first_repair_pass(state, visit.server)) {
    state.plan(state.now + kPoll, {visit, server.incarnation});
    return;
  }
  server.repairs = true;
  state.plan(state.now + kRepairResync,
             {PeriodicVisit{visit.server, PeriodicVisit::Task::kRepairResync}, server.incarnation});
}

void resync_repair(UpstreamState& state, const PeriodicVisit& visit) {
  const UpstreamServer& server = state.servers.at(visit.server);
  for (const auto& [key, service] : server.cache.objects().services) {
    state.plan_visit(state.now, {visit.server, Controller::kRepairService, key, 0});
  }
  for (const auto& [name, object] : server.cache.objects().ip_addresses) {
    state.plan_visit(state.now, {visit.server, Controller::kRepairAddress, name, 0});
  }
  state.plan(state.now + kRepairResync, {visit, server.incarnation});
}

}  // namespace

void deliver_change(UpstreamState& state, const DeliverChange& step) {
  UpstreamWatcher& watcher = state.watcher(step.watcher);
  if (watcher.frozen[static_cast<std::size_t>(step.kind)]) return;
  const StoredChange* change = watcher.cache.advance(step.kind, state.store.history());
  if (change == nullptr) return;
  const StoredChange seen = *change;
  if (step.watcher == kControllerManager) {
    react_as_controller_manager(state, seen);
  } else {
    react_as_server(state, step.watcher, seen);
  }
}

void visit_object(UpstreamState& state, const VisitObject& visit) {
  Effects effects = wanted_by(state, visit);
  if (effects.empty()) return;
  const std::uint32_t incarnation = state.watcher(visit.watcher).incarnation;
  state.plan(state.now + state.timing.controller_write, {CarryOut{visit, std::move(effects)}, incarnation});
}

void finish_visit(UpstreamState& state, const CarryOut& decided) {
  if (carry_out(state, decided.visit.watcher, decided.effects, &decided.visit)) return;
  if (decided.visit.failures == kMostRetries) return;
  VisitObject again = decided.visit;
  const Duration delay{kFirstRetry.microseconds << again.failures};
  ++again.failures;
  state.plan_visit(state.now + delay, std::move(again));
}

void visit_periodically(UpstreamState& state, const PeriodicVisit& visit) {
  switch (visit.task) {
    case PeriodicVisit::Task::kDefaultCidr:
      return visit_default_cidr(state, visit);
    case PeriodicVisit::Task::kKubernetesService:
      return visit_kubernetes_service(state, visit);
    case PeriodicVisit::Task::kRepairStart:
      return start_repair(state, visit);
    case PeriodicVisit::Task::kRepairResync:
      return resync_repair(state, visit);
  }
}

}  // namespace clusterip::cluster
