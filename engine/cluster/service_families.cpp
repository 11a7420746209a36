#include "engine/cluster/service_families.hpp"

#include "engine/cluster/service_address_rules.hpp"
#include "engine/cluster/service_traits.hpp"

namespace clusterip::cluster {
namespace {

std::string name_of(Family family) {
  return std::string(family_name(family));
}

bool is_reduced(const std::vector<std::string>& now, const std::vector<std::string>& before) {
  return !now.empty() && now.size() < before.size();
}

void cut_to_one(std::vector<std::string>& values, const std::vector<std::string>& before) {
  if (values == before && values.size() > 1) values.resize(1);
}

// The steps share the Service and the errors found so far.
class Resolver {
 public:
  Resolver(Service& service, const Service* old, const ClusterFamilies& families)
      : service_(service), old_(old), families_(families) {}

  void choose_policy() {
    if (service_.ip_family_policy) return;
    if (old_ != nullptr && old_->ip_family_policy) {
      service_.ip_family_policy = old_->ip_family_policy;
    } else {
      service_.ip_family_policy = is_headless_without_selector(service_) ? kRequireDualStack : kSingleStack;
    }
  }

  // What an update may take away: by SingleStack without a word, otherwise not.
  void reduce() {
    if (old_ == nullptr) return;
    if (is_single()) {
      cut_to_one(service_.cluster_ips, old_->cluster_ips);
      cut_to_one(service_.ip_families, old_->ip_families);
      return;
    }
    if (is_reduced(service_.cluster_ips, old_->cluster_ips)) {
      refuse_policy("must be 'SingleStack' to release the secondary cluster IP");
    }
    if (is_reduced(service_.ip_families, old_->ip_families)) {
      refuse_policy("must be 'SingleStack' to release the secondary IP family");
    }
  }

  void check_counts() {
    if (!is_single()) return;
    const std::string head = "must be 'RequireDualStack' or 'PreferDualStack' when multiple ";
    if (service_.cluster_ips.size() == 2) refuse_policy(head + "cluster IPs are specified");
    if (service_.ip_families.size() == 2) refuse_policy(head + "IP families are specified");
  }

  void infer_from_addresses() {
    for (std::size_t i = 0; i < service_.cluster_ips.size(); ++i) {
      const std::string& text = service_.cluster_ips[i];
      if (text == kHeadless) return;
      if (i < service_.ip_families.size()) continue;
      const auto family = family_of_address(text);
      if (family && families_.has(*family)) {
        service_.ip_families.push_back(name_of(*family));
        continue;
      }
      errors_.push_back(invalid(
          "spec.clusterIPs[" + std::to_string(i) + "]", service_.cluster_ips,
          (family ? name_of(*family) : std::string("unknown")) + " is not configured on this cluster"));
    }
  }

  void complete_headless() {
    if (service_.ip_families.empty()) service_.ip_families.push_back(name_of(families_.primary));
    if (service_.ip_families.size() < 2 && !is_single()) append_other_family();
  }

  void check_cluster() {
    if (has_policy(service_, kRequireDualStack) && families_.count() < 2) {
      refuse_policy("this cluster is not configured for dual-stack services");
    }
    for (std::size_t i = 0; i < service_.ip_families.size(); ++i) {
      const std::string& name = service_.ip_families[i];
      const auto family = family_of_name(name);
      if (family && families_.has(*family)) continue;
      errors_.push_back(invalid_json("spec.ipFamilies[" + std::to_string(i) + "]", json_quote(name),
                                     "not configured on this cluster"));
    }
  }

  void complete() {
    if (service_.ip_families.empty()) service_.ip_families.push_back(name_of(families_.primary));
    if (!is_single() && service_.ip_families.size() == 1 && families_.count() == 2) append_other_family();
  }

  bool failed() const { return !errors_.empty(); }
  FieldErrors take() { return std::move(errors_); }

 private:
  bool is_single() const { return has_policy(service_, kSingleStack); }

  // Anything but IPv4 counts as IPv6, which is what is left after validation.
  void append_other_family() {
    const bool is_v4 = service_.ip_families.front() == family_name(Family::kIPv4);
    service_.ip_families.push_back(name_of(is_v4 ? Family::kIPv6 : Family::kIPv4));
  }

  void refuse_policy(std::string detail) {
    errors_.push_back(
        invalid_json("spec.ipFamilyPolicy", json_quote(*service_.ip_family_policy), std::move(detail)));
  }

  Service& service_;
  const Service* old_;
  const ClusterFamilies& families_;
  FieldErrors errors_;
};

}  // namespace

ClusterFamilies cluster_families(const std::vector<Cidr>& flag) {
  return {flag.front().family(), flag.size() > 1};
}

bool keeps_prefer_dual_stack(const Service& service, const Service* old) {
  if (old == nullptr || !has_policy(service, kPreferDualStack)) return false;
  if (old->ip_family_policy && !has_policy(*old, kPreferDualStack)) return false;
  const bool gets_address =
      service.type == kClusterIpType || service.type == kNodePortType || service.type == kLoadBalancerType;
  return gets_address && old->type == service.type && old->cluster_ips == service.cluster_ips &&
         old->ip_families == service.ip_families;
}

FieldErrors resolve_families(Service& service, const Service* old, const ClusterFamilies& families,
                             const VersionProfile& version) {
  if (!needs_cluster_ip(service) || keeps_prefer_dual_stack(service, old)) return {};
  Resolver resolver(service, old, families);
  resolver.choose_policy();
  if (FieldErrors errors = validate_address_fields(service, old, version); !errors.empty()) return errors;
  resolver.reduce();
  resolver.check_counts();
  resolver.infer_from_addresses();
  if (resolver.failed()) return resolver.take();
  if (is_headless_without_selector(service)) {
    resolver.complete_headless();
    return {};
  }
  resolver.check_cluster();
  if (!resolver.failed()) resolver.complete();
  return resolver.take();
}

}  // namespace clusterip::cluster
