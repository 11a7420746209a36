#include "daemon/serve.hpp"

#include <csignal>
#include <iostream>
#include <thread>

#include "daemon/control/authority_feed.hpp"
#include "daemon/control/controllers.hpp"
#include "daemon/control/event_strategy.hpp"
#include "daemon/control/metrics.hpp"
#include "daemon/control/namespace_strategy.hpp"
#include "daemon/control/network_strategies.hpp"
#include "daemon/control/own_verification_json.hpp"
#include "daemon/control/service_strategy.hpp"
#include "daemon/control/verbs.hpp"
#include "daemon/http/answers.hpp"
#include "daemon/http/resource_handler.hpp"
#include "daemon/http/router.hpp"
#include "daemon/process.hpp"
#include "daemon/store/sqlite_disk.hpp"

namespace clusterip::daemon {
namespace {

std::vector<Cidr> flag_ranges(const cluster::ServiceClusterIpRange& ranges) {
  std::vector<Cidr> list{ranges.primary};
  if (ranges.secondary) list.push_back(*ranges.secondary);
  return list;
}

std::vector<std::unique_ptr<Strategy>> make_strategies(cluster::Authority& authority, Store& store,
                                                       InFlight& in_flight, AllocationTally& tally) {
  std::vector<std::unique_ptr<Strategy>> strategies;
  strategies.push_back(make_service_strategy(authority, store, in_flight, tally));
  strategies.push_back(make_service_cidr_strategy());
  strategies.push_back(make_ip_address_strategy(authority, store, in_flight));
  strategies.push_back(make_namespace_strategy());
  strategies.push_back(make_event_strategy(api::ResourceIndex::kEvents));
  strategies.push_back(make_event_strategy(api::ResourceIndex::kGroupedEvents));
  return strategies;
}

// The namespaces that every cluster has.
void create_namespaces(const Verbs& verbs) {
  RequestContext context;
  context.user = "system:apiserver";
  context.manager = "kube-apiserver";
  context.now = wall_clock();
  for (const char* name : {"default", "kube-node-lease", "kube-public", "kube-system"}) {
    const Json object{{"metadata", {{"name", name}}}};
    // One that exists already is what is wanted.
    (void)verbs.create(api::resource(api::ResourceIndex::kNamespaces), "", object, context);
  }
}

ControllerOptions controller_options(const ServeOptions& options) {
  ControllerOptions chosen;
  chosen.service_cidr = options.controllers.service_cidr;
  chosen.default_service_cidr = options.controllers.default_service_cidr;
  chosen.kubernetes_service = options.controllers.kubernetes_service;
  chosen.repair = options.controllers.repair;
  chosen.name_space = options.controllers.name_space;
  chosen.deletion_grace = options.deletion_grace;
  chosen.namespace_grace = options.namespace_grace;
  chosen.repair_interval = options.repair_interval;
  chosen.flag = flag_ranges(options.ranges);
  return chosen;
}

std::optional<HttpResponse> own_verification(const Store& store, const std::vector<Cidr>& ranges,
                                             const HttpRequest& request) {
  const std::string_view path = request.path;
  if (!path.starts_with(kVerificationApi)) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  auto answer = answer_own_verification(
      store, ranges, wall_clock(), path.substr(std::string_view(kVerificationApi).size()),
      [&](const char* name) { return std::string(request.parameter(name)); });
  HttpResponse response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.content_type = std::move(answer.content_type);
  return response;
}

// Null where none is asked for.
std::unique_ptr<AuditLog> open_audit(const ServeOptions& options) {
  if (options.audit.path.empty()) return nullptr;
  auto audit = std::make_unique<AuditLog>(options.audit, wall_clock);
  const std::string fault = audit->start();
  if (!fault.empty()) throw OptionError("--audit-log-path: " + fault);
  return audit;
}

// Gives the controllers a moment, so that whoever reads the line finds what a cluster begins with.
void wait_until_ready(const Controllers& controllers) {
  constexpr std::chrono::seconds kPatience{5};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!controllers.fault().empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

std::unique_ptr<Disk> open_disk(const ServeOptions& options) {
  if (options.in_memory) return std::make_unique<MemoryDisk>();
  std::vector<std::string> names;
  for (const api::Resource& resource : api::resources()) {
    if (!resource.is_view()) names.emplace_back(resource.stored_as);
  }
  return std::make_unique<SqliteDisk>(options.data_dir, std::move(names), api::is_document);
}

int serve(const ServeOptions& options, const OpenDisk& open) {
  const sigset_t signals = block_signals();
  raise_file_limit();
  TokenFile tokens(options.token_file);
  if (!options.token_file.empty()) {
    const std::string fault = tokens.load();
    if (!fault.empty()) throw OptionError("--token-auth-file: " + fault);
  }
  std::unique_ptr<Store> store;
  try {
    store = std::make_unique<Store>(open(options), api::kStoredCount, options.store);
  } catch (const DiskError& error) {
    std::cerr << "clusteripd serve: " << error.what() << '\n';
    return kExitUnusable;
  }
  const std::unique_ptr<AuditLog> audit = open_audit(options);
  cluster::Authority authority(flag_ranges(options.ranges), cluster::default_version_profile());
  feed_authority(*store, authority);
  InFlight in_flight;
  AllocationTally tally;
  const Verbs verbs(*store, make_strategies(authority, *store, in_flight, tally));
  create_namespaces(verbs);
  Controllers controllers(*store, verbs, controller_options(options), wall_clock, audit.get());
  RequestMetrics requests;
  const ResourceHandler resources(verbs, wall_clock, {options.json_depth}, requests, audit.get());
  RouterParts parts;
  parts.resources = &resources;
  parts.tokens = options.token_file.empty() ? nullptr : &tokens;
  parts.live = {{"ping", [] { return std::string(); }}};
  parts.ready = {{"ping", [] { return std::string(); }},
                 {"store", [&] { return store->failure(); }},
                 {"controllers", [&] { return controllers.fault(); }}};
  parts.extra = [&](const HttpRequest& request) {
    return own_verification(*store, flag_ranges(options.ranges), request);
  };
  parts.metrics = [&] {
    return metrics_text({*store, authority, tally, controllers, audit.get()}) + requests.text();
  };
  parts.audit = audit.get();
  parts.program_version = CLUSTERIP_VERSION;
  const Router router(std::move(parts));
  HttpServer server(
      options.server, [&](const HttpRequest& request) { return router.handle(request); }, answer_refusal);
  store->on_commit([&](const std::vector<Event>&) { server.wake_streams(); });
  const std::string fault = server.start();
  if (!fault.empty()) {
    std::cerr << "clusteripd serve: " << fault << '\n';
    return kExitUnusable;
  }
  controllers.start(server.port());
  wait_until_ready(controllers);
  std::cout << "serving on " << url_of(options.server, server.port()) << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  std::cerr << "stopping\n";
  server.stop();
  controllers.stop();
  return kExitOk;
}

}  // namespace clusterip::daemon
