#include "daemon/http/request_metrics.hpp"

#include <algorithm>

#include "daemon/http/parameters.hpp"
#include "daemon/observe/metrics_text.hpp"

namespace clusterip::daemon {
namespace {

std::string_view verb_of(const HttpRequest& request, const api::RequestPath& path) {
  const bool collection = path.name.empty();
  if (request.method == "POST") return "POST";
  if (request.method == "PUT") return "PUT";
  if (request.method == "PATCH") {
    return request.header("Content-Type").starts_with("application/apply-patch") ? "APPLY" : "PATCH";
  }
  if (request.method == "DELETE") return collection ? "DELETECOLLECTION" : "DELETE";
  if (asks_to_watch(request, path)) return "WATCH";
  return collection ? "LIST" : "GET";
}

}  // namespace

RequestMetrics::Kind RequestMetrics::kind_of(const HttpRequest& request, const api::RequestPath& path,
                                             const api::Resource& resource) {
  Kind kind;
  kind.resource = resource.index;
  kind.version = *std::find(resource.versions.begin(), resource.versions.end(), path.version);
  if (!path.subresource.empty()) kind.subresource = path.subresource == "status" ? "status" : "finalize";
  kind.verb = verb_of(request, path);
  kind.scope = !path.name.empty() ? "resource" : path.name_space.empty() ? "cluster" : "namespace";
  kind.dry_run = request.has_parameter("dryRun");
  return kind;
}

void RequestMetrics::count(const HttpRequest& request, const api::RequestPath& path,
                           const api::Resource& resource, int status, Clock::duration took) {
  const Kind kind = kind_of(request, path, resource);
  const double seconds = std::chrono::duration<double>(took).count();
  const std::lock_guard lock(mutex_);
  Counts& counts = kinds_[kind];
  ++counts.by_status[status];
  ++counts.all;
  counts.seconds += seconds;
  count_within(kBounds, seconds, counts.within);
}

// In alphabetical order, as upstream writes them. Durations have no status.
std::string RequestMetrics::labels_of(const Kind& kind, int status) {
  const api::Resource& resource = api::resource(kind.resource);
  std::string labels = status == 0 ? "" : metric_label("code", std::to_string(status)) + ",";
  labels += metric_label("component", "apiserver");
  labels += "," + metric_label("dry_run", kind.dry_run ? "All" : "");
  labels += "," + metric_label("group", resource.group);
  labels += "," + metric_label("resource", resource.plural);
  labels += "," + metric_label("scope", kind.scope);
  labels += "," + metric_label("subresource", kind.subresource);
  labels += "," + metric_label("verb", kind.verb);
  labels += "," + metric_label("version", kind.version);
  return labels;
}

std::string RequestMetrics::text() const {
  MetricsText text;
  const std::lock_guard lock(mutex_);
  text.family(
      "apiserver_request_total", "counter",
      "[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, "
      "resource, scope, component, and HTTP response code.");
  for (const auto& [kind, counts] : kinds_) {
    for (const auto& [status, count] : counts.by_status) text.sample(labels_of(kind, status), count);
  }
  text.family(
      "apiserver_request_duration_seconds", "histogram",
      "[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, "
      "resource, subresource, scope and component.");
  for (const auto& [kind, counts] : kinds_) {
    // A watch takes as long as its client wants.
    if (kind.verb == "WATCH") continue;
    text.histogram(labels_of(kind, 0), kBounds, counts.within, counts.all, counts.seconds);
  }
  return text.take();
}

}  // namespace clusterip::daemon
