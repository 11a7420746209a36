#include "daemon/mirror/mirror_metrics.hpp"

#include "daemon/observe/metrics_text.hpp"
#include "engine/verify/rule_catalog.hpp"

namespace clusterip::daemon {
namespace {

using Text = MetricsText;

std::string label(const char* name, std::string_view value) {
  return metric_label(name, value);
}

void following(Text& text, const MirrorHealth& health) {
  const auto each = [&](const auto& sample) {
    for (std::size_t i = 0; i < kMirroredKinds.size(); ++i) {
      sample(label("resource", resource_name(kMirroredKinds.at(i))), health.kinds.at(i));
    }
  };
  text.family("clusterip_mirror_in_step", "gauge",
              "1 while the mirror holds all that the apiserver has told and listens.");
  each([&](const std::string& labels, const KindHealth& kind) {
    text.sample(labels, std::uint64_t{kind.status.in_step ? 1U : 0U});
  });
  text.family("clusterip_mirror_staleness_seconds", "gauge",
              "Since the apiserver was last heard; absent before the first time.");
  each([&](const std::string& labels, const KindHealth& kind) {
    if (kind.ever_heard) text.sample(labels, static_cast<double>(kind.staleness.count()) / 1000.0);
  });
  text.family("clusterip_mirror_objects", "gauge", "Objects in the mirror.");
  each([&](const std::string& labels, const KindHealth& kind) {
    text.sample(labels, std::uint64_t{kind.objects});
  });
  text.family("clusterip_mirror_lists_total", "counter", "Whole lists taken in.");
  each([&](const std::string& labels, const KindHealth& kind) {
    text.sample(labels, kind.status.counters.lists);
  });
  text.family("clusterip_mirror_watches_total", "counter", "Watches opened.");
  each([&](const std::string& labels, const KindHealth& kind) {
    text.sample(labels, kind.status.counters.watches);
  });
  text.family("clusterip_mirror_events_total", "counter", "Watch events taken in, bookmarks apart.");
  each([&](const std::string& labels, const KindHealth& kind) {
    text.sample(labels, kind.status.counters.events);
  });
  text.family("clusterip_mirror_older_histories_total", "counter",
              "Times that the apiserver went back to an older history.");
  each([&](const std::string& labels, const KindHealth& kind) {
    text.sample(labels, kind.status.counters.histories);
  });
  text.family("clusterip_mirror_faults_total", "counter", "What was wrong with answers of the apiserver.");
  each([&](const std::string& labels, const KindHealth& kind) {
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
      text.sample(labels + "," + label("fault", fault_name(static_cast<FaultKind>(i))), kind.faults.at(i));
    }
  });
}

void findings(Text& text, const MirrorReport& report) {
  const auto count = [&](std::string_view rule, FindingStage stage) {
    std::uint64_t found = 0;
    for (const TrackedFinding& tracked : report.findings) {
      // Suspicions of mere information are information.
      const bool is_info = tracked.finding.severity == verify::Severity::kInfo;
      if (tracked.finding.rule == rule && tracked.stage == stage && !is_info) ++found;
    }
    return found;
  };
  text.family("clusterip_findings", "gauge", "Confirmed findings that still stand.");
  for (const verify::Rule& rule : verify::kStateRules) {
    text.sample(label("rule", rule.name) + "," + label("severity", verify::severity_name(rule.severity)),
                count(rule.name, FindingStage::kConfirmed));
  }
  text.family("clusterip_findings_suspected", "gauge",
              "Findings that wait for their grace period and a re-read.");
  for (const verify::Rule& rule : verify::kStateRules) {
    text.sample(label("rule", rule.name), count(rule.name, FindingStage::kSuspected));
  }
  text.family("clusterip_findings_confirmed_total", "counter", "Findings ever confirmed.");
  for (const verify::Rule& rule : verify::kStateRules) {
    const auto total = report.confirmed_total.find(std::string(rule.name));
    text.sample(label("rule", rule.name),
                total == report.confirmed_total.end() ? std::uint64_t{0} : total->second);
  }
}

void kubernetes_events(Text& text, const EventCounts& counts) {
  text.family("clusterip_kubernetes_events_total", "counter",
              "Kubernetes Events of findings, by what became of them.");
  text.sample(label("result", "written"), counts.written);
  text.sample(label("result", "failed"), counts.failed);
  text.sample(label("result", "left_out"), counts.left_out);
}

void ranges(Text& text, const MirrorReport& report) {
  const auto labels = [](const verify::RangeUsage& usage) {
    return label("cidr", usage.cidr.to_string()) + "," + label("family", family_name(usage.cidr.family())) +
           "," + label("state", verify::range_state_name(usage.state));
  };
  const auto bands = [&](auto member) {
    for (const verify::RangeUsage& usage : report.usage) {
      text.sample(labels(usage) + ",band=\"static\"", usage.static_band.*member);
      text.sample(labels(usage) + ",band=\"dynamic\"", usage.dynamic_band.*member);
    }
  };
  text.family("clusterip_range_used_addresses", "gauge",
              "Usable addresses of a range that are taken, by band.");
  bands(&verify::Usage::used);
  text.family("clusterip_range_free_addresses", "gauge",
              "Usable addresses of a range that are free, by band.");
  bands(&verify::Usage::free);
  text.family("kube_apiserver_clusterip_allocator_allocated_ips", "gauge",
              "[ALPHA] Gauge measuring the number of allocated IPs for Services");
  for (const verify::RangeUsage& usage : report.usage)
    text.sample(label("cidr", usage.cidr.to_string()), usage.all.used);
  text.family("kube_apiserver_clusterip_allocator_available_ips", "gauge",
              "[ALPHA] Gauge measuring the number of available IPs for Services");
  for (const verify::RangeUsage& usage : report.usage)
    text.sample(label("cidr", usage.cidr.to_string()), usage.all.free);
  text.family("clusterip_range_terminating_keepers", "gauge",
              "Addresses that keep a ServiceCIDR from being deleted.");
  for (const verify::TerminatingRange& range : report.terminating) {
    text.sample(label("name", range.name), std::uint64_t{range.keeper_count});
  }
  text.family("clusterip_range_terminating_since_seconds", "gauge",
              "When the deletion of a ServiceCIDR was asked for, in Unix time.");
  for (const verify::TerminatingRange& range : report.terminating) {
    text.sample(label("name", range.name), static_cast<double>(range.since.microseconds) / 1e6);
  }
}

void decisions(Text& text, const AuditReport& report) {
  text.family("clusterip_audit_events_total", "counter",
              "Audit events about Services, ServiceCIDRs and IPAddresses.");
  text.sample("", report.counts.events);
  text.family("clusterip_audit_problems_total", "counter", "Audit events that could not be read.");
  text.sample("", report.counts.problems);
  text.family("clusterip_audit_losses_total", "counter", "Times that audit events are, or may be, missing.");
  text.sample("", report.counts.losses);
  text.family("clusterip_audit_decisions_total", "counter", "Decisions judged, by verdict.");
  for (const char* verdict : {"permitted", "forbidden", "undecided"}) {
    const auto found = report.verdicts.find(verdict);
    text.sample(label("verdict", verdict), found == report.verdicts.end() ? std::uint64_t{0} : found->second);
  }
  text.family("clusterip_audit_forbidden_total", "counter",
              "Decisions that no order and no delay explains, by rule.");
  for (const auto& [rule, count] : report.forbidden) text.sample(label("rule", rule), count);
}

}  // namespace

std::string mirror_metrics(const Mirror& mirror, const AuditJudge* audit) {
  Text text;
  following(text, mirror.health());
  const auto report = mirror.report();
  findings(text, *report);
  if (const auto counts = mirror.event_counts()) kubernetes_events(text, *counts);
  ranges(text, *report);
  if (audit != nullptr) decisions(text, *audit->report());
  return text.take();
}

}  // namespace clusterip::daemon
