#include "daemon/control/metrics.hpp"

#include <sstream>

#include "daemon/api/resources.hpp"

namespace clusterip::daemon {
namespace {

class MetricsWriter {
 public:
  void family(const char* name, const char* type, const char* help) {
    name_ = name;
    out_ << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
  }
  void sample(std::uint64_t value, const std::string& labels = "") {
    out_ << name_;
    if (!labels.empty()) out_ << '{' << labels << '}';
    out_ << ' ' << value << '\n';
  }
  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
  const char* name_ = "";
};

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
    for (const Range& range : view->ranges()) {
      RangeCount count;
      count.cidr = range.bands.cidr.to_string();
      count.labels = "cidr=\"" + count.cidr + "\",family=\"" + std::string(family_name(family)) +
                     "\",state=\"" + state_name(range.state) + "\"";
      const auto usable = range.bands.usable();
      count.used = usable ? authority.addresses().count(*usable) : 0;
      count.free = range.bands.size - std::min(range.bands.size, count.used);
      counts.push_back(std::move(count));
    }
  }
  return counts;
}

}  // namespace

std::string metrics_text(const Store& store, const cluster::Authority& authority, const AuditLog* audit) {
  MetricsWriter metrics;
  metrics.family("clusterip_objects", "gauge", "Objects in the store, by resource.");
  for (const api::Resource& resource : api::resources()) {
    metrics.sample(store.count(static_cast<ResourceId>(resource.index)),
                   "resource=\"" + std::string(resource.stored_as) + "\"");
  }
  metrics.family("clusterip_store_revision", "counter", "The last resourceVersion that was given out.");
  metrics.sample(store.revision());
  const auto ranges = count_ranges(authority);
  metrics.family("clusterip_range_used_addresses", "gauge", "Usable addresses of a range that are taken.");
  for (const RangeCount& range : ranges) metrics.sample(range.used, range.labels);
  metrics.family("clusterip_range_free_addresses", "gauge", "Usable addresses of a range that are free.");
  for (const RangeCount& range : ranges) metrics.sample(range.free, range.labels);
  metrics.family("kube_apiserver_clusterip_allocator_allocated_ips", "gauge",
                 "[ALPHA] Gauge measuring the number of allocated IPs for Services");
  for (const RangeCount& range : ranges) metrics.sample(range.used, "cidr=\"" + range.cidr + "\"");
  metrics.family("kube_apiserver_clusterip_allocator_available_ips", "gauge",
                 "[ALPHA] Gauge measuring the number of available IPs for Services");
  for (const RangeCount& range : ranges) metrics.sample(range.free, "cidr=\"" + range.cidr + "\"");
  if (audit != nullptr) {
    metrics.family("apiserver_audit_event_total", "counter",
                   "[ALPHA] Counter of audit events generated and sent to the audit backend.");
    metrics.sample(audit->submitted());
    metrics.family("apiserver_audit_error_total", "counter",
                   "[ALPHA] Counter of audit events that failed to be audited properly.");
    metrics.sample(audit->lost(), "plugin=\"log\"");
  }
  return metrics.text();
}

}  // namespace clusterip::daemon
