#include "daemon/control/metrics.hpp"

#include "daemon/api/resources.hpp"
#include "daemon/observe/metrics_text.hpp"

namespace clusterip::daemon {
namespace {

struct RangeCount {
  std::string labels;
  std::string cidr;
  std::uint64_t used = 0;
  std::uint64_t free = 0;
};

const char* state_name(RangeState state) {
  switch (state) {
    case RangeState::kReady:
      return "ready";
    case RangeState::kTerminating:
      return "terminating";
    case RangeState::kPending:
      break;
  }
  return "pending";
}

std::vector<RangeCount> count_ranges(const cluster::Authority& authority) {
  std::vector<RangeCount> counts;
  for (const Family family : {Family::kIPv4, Family::kIPv6}) {
    const FamilyAllocator* allocator = authority.allocator(family);
    if (allocator == nullptr) continue;
    const Ranges::View view = allocator->ranges().view();
    view->each([&](const Range& range) {
      RangeCount count;
      count.cidr = range.bands.cidr.to_string();
      count.labels = "cidr=\"" + count.cidr + "\",family=\"" + std::string(family_name(family)) +
                     "\",state=\"" + state_name(range.state) + "\"";
      const auto usable = range.bands.usable();
      count.used = usable ? authority.addresses().count(*usable) : 0;
      count.free = range.bands.size - std::min(range.bands.size, count.used);
      counts.push_back(std::move(count));
    });
  }
  return counts;
}

void tell_ranges(MetricsText& text, const std::vector<RangeCount>& ranges) {
  text.family("clusterip_range_used_addresses", "gauge", "Usable addresses of a range that are taken.");
  for (const RangeCount& range : ranges) text.sample(range.labels, range.used);
  text.family("clusterip_range_free_addresses", "gauge", "Usable addresses of a range that are free.");
  for (const RangeCount& range : ranges) text.sample(range.labels, range.free);
  text.family("kube_apiserver_clusterip_allocator_allocated_ips", "gauge",
              "[ALPHA] Gauge measuring the number of allocated IPs for Services");
  for (const RangeCount& range : ranges) text.sample(metric_label("cidr", range.cidr), range.used);
  text.family("kube_apiserver_clusterip_allocator_available_ips", "gauge",
              "[ALPHA] Gauge measuring the number of available IPs for Services");
  for (const RangeCount& range : ranges) text.sample(metric_label("cidr", range.cidr), range.free);
}

void tell_allocations(MetricsText& text, const AllocationTally& tally) {
  const auto rows = tally.rows();
  const auto each = [&](std::uint64_t AllocationTally::Counts::*count) {
    for (const auto& [row, counts] : rows) {
      if (counts.*count == 0) continue;
      text.sample(metric_label("cidr", row.cidr.to_string()) + "," +
                      metric_label("scope", row.asked ? "static" : "dynamic"),
                  counts.*count);
    }
  };
  text.family("kube_apiserver_clusterip_allocator_allocation_total", "counter",
              "[ALPHA] Number of Cluster IPs allocations");
  each(&AllocationTally::Counts::given);
  text.family("kube_apiserver_clusterip_allocator_allocation_errors_total", "counter",
              "[ALPHA] Number of errors trying to allocate Cluster IPs");
  each(&AllocationTally::Counts::refused);
  text.family("kube_apiserver_clusterip_allocator_allocation_duration_seconds", "histogram",
              "[ALPHA] Duration in seconds to allocate a Cluster IP by ServiceCIDR");
  for (const auto& [cidr, durations] : tally.durations()) {
    text.histogram(metric_label("cidr", cidr.to_string()), AllocationTally::kBounds, durations.within,
                   durations.all, durations.seconds);
  }
}

void tell_repairs(MetricsText& text, const RepairCounts& repairs) {
  text.family(
      "apiserver_clusterip_repair_ip_errors_total", "counter",
      "[ALPHA] Number of errors detected on clusterips by the repair loop broken down by type of error: "
      "leak, repair, full, outOfRange, duplicate, unknown, invalid");
  for (const auto& [type, count] : repairs.found) text.sample(metric_label("type", type), count);
  text.family("apiserver_clusterip_repair_reconcile_errors_total", "counter",
              "[ALPHA] Number of reconciliation failures on the clusterip repair reconcile loop");
  text.sample("", repairs.failed);
}

}  // namespace

std::string metrics_text(const MetricsSources& sources) {
  MetricsText text;
  text.family("clusterip_objects", "gauge", "Objects in the store, by resource.");
  for (const api::Resource& resource : api::resources()) {
    if (resource.is_view()) continue;
    text.sample(metric_label("resource", resource.stored_as),
                std::uint64_t{sources.store.count(static_cast<ResourceId>(resource.index))});
  }
  text.family("clusterip_store_revision", "gauge", "The last resourceVersion that was given out.");
  text.sample("", sources.store.revision());
  tell_ranges(text, count_ranges(sources.authority));
  tell_allocations(text, sources.tally);
  tell_repairs(text, sources.controllers.repairs());
  if (sources.audit != nullptr) {
    text.family("apiserver_audit_event_total", "counter",
                "[ALPHA] Counter of audit events generated and sent to the audit backend.");
    text.sample("", sources.audit->submitted());
    text.family("apiserver_audit_error_total", "counter",
                "[ALPHA] Counter of audit events that failed to be audited properly.");
    text.sample(metric_label("plugin", "log"), sources.audit->lost());
  }
  return text.take();
}

}  // namespace clusterip::daemon
