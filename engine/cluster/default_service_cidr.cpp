#include "engine/cluster/default_service_cidr.hpp"

#include <utility>

namespace clusterip::cluster {
namespace {

using Texts = std::vector<std::string>;

Texts texts_of(const std::vector<Cidr>& cidrs) {
  Texts texts;
  for (const Cidr& cidr : cidrs) texts.push_back(cidr.to_string());
  return texts;
}

// [a b]: a list as Go's %v prints it.
std::string bracketed(const Texts& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out.push_back(' ');
    out += text;
  }
  return out + "]";
}

Event event_on(const ServiceCidr& object, std::string reason, std::string note) {
  return {std::string(kDefaultServiceCidrController),
          "ServiceCIDR",
          "",
          object.meta.name,
          std::move(reason),
          "",
          std::move(note)};
}

Event error_event(const ServiceCidr& object, std::string note) {
  return event_on(object, "KubernetesDefaultServiceCIDRError", std::move(note));
}

// One visit's work, collected.
class Visit {
 public:
  Visit(Texts flag, const DefaultCidrReports& reports, const VersionProfile& version)
      : flag_(std::move(flag)), version_(version), result_{{}, reports} {}

  void create(Instant now) {
    ServiceCidr object;
    object.meta.name = kDefaultServiceCidrName;
    object.cidrs = flag_;
    OnFailure on_failure;
    on_failure.event = error_event(object, "The default ServiceCIDR can not be created");
    result_.effects.push_back(CreateServiceCidr{object, std::move(on_failure)});
    sync_status(object, now);
  }

  void upgrade(const ServiceCidr& object) {
    OnFailure on_failure;
    on_failure.event = error_event(object, "The default ServiceCIDR can not be upgraded from " +
                                               flag_.front() + " to dual stack " + bracketed(flag_) + " : ");
    on_failure.append_error = true;
    on_failure.forgiven = true;
    result_.effects.push_back(UpdateServiceCidr{object.meta.name, flag_, std::move(on_failure)});
  }

  void sync_status(const ServiceCidr& object, Instant now) {
    if (object.meta.deletion) return;
    const Condition* ready = object.ready_condition();
    const std::string status = ready != nullptr ? ready->status : "";
    // Up to 1.33 a condition other than True is reported and ends the visit, whatever the CIDRs.
    if (!version_.reports_mismatch_always && ready != nullptr && status != "True") {
      report_not_ready(object, *ready, "");
    } else if (object.cidrs != flag_) {
      report_mismatch(object);
    } else if (status == "False") {
      report_not_ready(object, *ready, "Configuration matches, but ");
    } else if (ready == nullptr || status == "Unknown") {
      apply_ready(object, now);
    }
  }

  DefaultCidrSync take() { return std::move(result_); }

 private:
  void report_mismatch(const ServiceCidr& object) {
    if (std::exchange(result_.reports.mismatch, true)) return;
    result_.effects.push_back(
        event_on(object, "KubernetesDefaultServiceCIDRInconsistent",
                 "The default ServiceCIDR " + bracketed(object.cidrs) +
                     (version_.reports_mismatch_always ? " does not match the controller flag configurations "
                                                       : " does not match the flag configurations ") +
                     bracketed(flag_)));
  }

  void report_not_ready(const ServiceCidr& object, const Condition& ready, const std::string& prefix) {
    if (std::exchange(result_.reports.not_ready, true)) return;
    result_.effects.push_back(event_on(object, ready.reason, prefix + ready.message));
  }

  void apply_ready(const ServiceCidr& object, Instant now) {
    Condition condition;
    condition.type = kReadyCondition;
    condition.status = "True";
    condition.message = "Kubernetes default Service CIDR is ready";
    condition.last_transition = now.whole_second();
    OnFailure on_failure;
    on_failure.event = error_event(object, "The default ServiceCIDR Status can not be set to Ready=True");
    on_failure.forgiven = true;
    result_.effects.push_back(ApplyCondition{std::string(kDefaultServiceCidrName),
                                             std::string(kDefaultServiceCidrController), std::move(condition),
                                             std::move(on_failure)});
  }

  Texts flag_;
  const VersionProfile& version_;
  DefaultCidrSync result_;
};

}  // namespace

bool is_single_to_dual(const std::vector<Cidr>& flag, const std::vector<std::string>& cidrs) {
  return flag.size() == 2 && cidrs.size() == 1 && flag.front().to_string() == cidrs.front();
}

DefaultCidrSync sync_default_service_cidr(const std::vector<Cidr>& flag, const ServiceCidr* object,
                                          const DefaultCidrReports& reports, Instant now,
                                          const VersionProfile& version) {
  Visit visit(texts_of(flag), reports, version);
  if (object == nullptr) {
    visit.create(now);
  } else if (is_single_to_dual(flag, object->cidrs)) {
    visit.upgrade(*object);
  } else {
    visit.sync_status(*object, now);
  }
  return visit.take();
}

DefaultCidrSync default_cidr_exists_already(const std::vector<Cidr>& flag, const DefaultCidrReports& reports,
                                            const VersionProfile& version) {
  Visit visit(texts_of(flag), reports, version);
  visit.sync_status(ServiceCidr{}, Instant{});
  return visit.take();
}

}  // namespace clusterip::cluster
