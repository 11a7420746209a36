#include "engine/cluster/upstream.hpp"

#include <algorithm>
#include <iterator>

#include "engine/cluster/upstream_steps.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::array<StoredKind, kStoredKinds> kAllKinds{StoredKind::kService, StoredKind::kServiceCidr,
                                                         StoredKind::kIpAddress};

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out;
}

template <class Act>
void for_kinds(std::optional<StoredKind> kind, Act act) {
  for (const StoredKind each : kAllKinds) {
    if (!kind || *kind == each) act(each);
  }
}

}  // namespace

Upstream::Upstream(Instant start, std::uint64_t seed, UpstreamTiming timing) {
  state_.now = start;
  state_.draws = SeededDraws(seed);
  state_.timing = timing;
  state_.manager.name = "controller-manager";
}

void Upstream::start_watcher(UpstreamWatcher& watcher, const std::string& name) {
  watcher.name = name;
  watcher.running = true;
  ++watcher.incarnation;
  watcher.frozen.fill(false);
  watcher.cache = UpstreamCache(state_.store);
}

void Upstream::stop_watcher(UpstreamWatcher& watcher) {
  watcher.running = false;
  ++watcher.incarnation;
  state_.record({{}, watcher.name, UpstreamRecord::Kind::kNote, "", "stops", "", 0, {}});
}

std::optional<std::size_t> Upstream::find_server(std::string_view name) const {
  const auto found = std::find_if(state_.servers.begin(), state_.servers.end(),
                                  [&](const UpstreamServer& server) { return server.name == name; });
  if (found == state_.servers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - state_.servers.begin());
}

std::size_t Upstream::start_server(const std::string& name, const ServiceClusterIpRange& flag,
                                   const VersionProfile& version) {
  const std::size_t index = find_server(name).value_or(state_.servers.size());
  if (index == state_.servers.size()) state_.servers.emplace_back();
  UpstreamServer& server = state_.servers[index];
  start_watcher(server, name);
  server.flag = flag;
  server.version = version;
  server.reports = {};
  server.default_synced = server.repairs = false;
  server.allocators.clear();
  std::vector<const ServiceCidr*> all;
  for (const auto& [key, object] : server.cache.objects().service_cidrs) all.push_back(&object);
  for (const Family family : flag.families()) server.allocators.emplace_back(family).resync(all);
  state_.record({{},
                 name,
                 UpstreamRecord::Kind::kNote,
                 "",
                 "starts with --service-cluster-ip-range=" + joined(flag.texts()) + " (" + version.name + ")",
                 "",
                 0,
                 {}});
  using Task = PeriodicVisit::Task;
  for (const Task task : {Task::kDefaultCidr, Task::kRepairStart}) {
    state_.plan(state_.now, {PeriodicVisit{index, task}, server.incarnation});
  }
  return index;
}

void Upstream::stop_server(std::size_t server) {
  stop_watcher(state_.servers.at(server));
}

void Upstream::start_controller_manager(const VersionProfile& version) {
  start_watcher(state_.manager, "controller-manager");
  state_.manager.version = version;
  state_.record(
      {{}, state_.manager.name, UpstreamRecord::Kind::kNote, "", "starts (" + version.name + ")", "", 0, {}});
  for (const auto& [name, object] : state_.manager.cache.objects().service_cidrs) {
    state_.plan_visit(state_.now, {kControllerManager, VisitObject::Controller::kServiceCidr, name, 0});
  }
}

void Upstream::stop_controller_manager() {
  stop_watcher(state_.manager);
}

void Upstream::freeze(std::size_t watcher, std::optional<StoredKind> kind) {
  for_kinds(kind,
            [&](StoredKind each) { state_.watcher(watcher).frozen[static_cast<std::size_t>(each)] = true; });
}

void Upstream::thaw(std::size_t watcher, std::optional<StoredKind> kind) {
  UpstreamWatcher& thawed = state_.watcher(watcher);
  for_kinds(kind, [&](StoredKind each) {
    if (!std::exchange(thawed.frozen[static_cast<std::size_t>(each)], false)) return;
    for (std::size_t i = thawed.cache.behind(each, state_.store.history()); i > 0; --i) {
      state_.plan(state_.now, {DeliverChange{watcher, each}, thawed.incarnation});
    }
  });
}

void Upstream::set_lag(std::size_t watcher, std::optional<StoredKind> kind, Duration lag) {
  for_kinds(kind,
            [&](StoredKind each) { state_.watcher(watcher).lag[static_cast<std::size_t>(each)] = lag; });
}

RequestId Upstream::begin(UpstreamRequest request, bool held) {
  const RequestId id = state_.requests.size();
  state_.record({{},
                 request.client,
                 UpstreamRecord::Kind::kRequest,
                 object_of(request.body),
                 to_text(request.body),
                 "",
                 0,
                 {}});
  state_.requests.push_back(std::move(request));
  if (held) {
    state_.held.insert(id);
  } else {
    state_.plan(state_.now, {ContinueRequest{id}, 0});
  }
  return id;
}

void Upstream::step(RequestId id) {
  continue_request(state_, id);
}

void Upstream::let_go(RequestId id) {
  if (state_.held.erase(id) > 0) state_.plan(state_.now, {ContinueRequest{id}, 0});
}

const ApiAnswer& Upstream::finish(RequestId id) {
  let_go(id);
  while (!request(id).answer) {
    if (!take_next_step()) break;
  }
  return *request(id).answer;
}

void Upstream::run_for(Duration duration) {
  const Instant end = state_.now + duration;
  while (!state_.steps.empty() && state_.steps.begin()->first.first <= end)
    static_cast<void>(take_next_step());
  state_.now = end;
}

bool Upstream::take_next_step() {
  if (state_.steps.empty()) return false;
  take_step(0);
  return true;
}

const UpstreamStep& Upstream::waiting_step(std::size_t place) const {
  return std::next(state_.steps.begin(), static_cast<std::ptrdiff_t>(place))->second;
}
Instant Upstream::due(std::size_t place) const {
  return std::next(state_.steps.begin(), static_cast<std::ptrdiff_t>(place))->first.first;
}

void Upstream::take_step(std::size_t place) {
  const auto step = std::next(state_.steps.begin(), static_cast<std::ptrdiff_t>(place));
  state_.now = std::max(state_.now, step->first.first);
  const UpstreamStep taken = step->second;
  state_.steps.erase(step);
  if (!is_stale(taken)) carry_out_step(taken);
}

// Whether the process that the step was for has stopped or been started anew since.
bool Upstream::is_stale(const UpstreamStep& step) const {
  std::optional<std::size_t> watcher;
  if (const auto* deliver = std::get_if<DeliverChange>(&step.what)) watcher = deliver->watcher;
  if (const auto* visit = std::get_if<VisitObject>(&step.what)) watcher = visit->watcher;
  if (const auto* decided = std::get_if<CarryOut>(&step.what)) watcher = decided->visit.watcher;
  if (const auto* periodic = std::get_if<PeriodicVisit>(&step.what)) watcher = periodic->server;
  if (!watcher) return false;
  return !state_.watcher(*watcher).running || state_.watcher(*watcher).incarnation != step.incarnation;
}

void Upstream::carry_out_step(const UpstreamStep& step) {
  if (const auto* deliver = std::get_if<DeliverChange>(&step.what)) {
    deliver_change(state_, *deliver);
  } else if (const auto* visit = std::get_if<VisitObject>(&step.what)) {
    visit_object(state_, *visit);
  } else if (const auto* decided = std::get_if<CarryOut>(&step.what)) {
    finish_visit(state_, *decided);
  } else if (const auto* periodic = std::get_if<PeriodicVisit>(&step.what)) {
    visit_periodically(state_, *periodic);
  } else {
    continue_request(state_, std::get<ContinueRequest>(step.what).request);
  }
}

std::vector<UpstreamRecord> Upstream::take_records() {
  return std::exchange(state_.records, {});
}

}  // namespace clusterip::cluster
