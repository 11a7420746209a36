#include "engine/cluster/service_validation.hpp"

#include "engine/cluster/metadata_rules.hpp"
#include "engine/cluster/service_address_rules.hpp"
#include "engine/cluster/service_normalization.hpp"
#include "engine/cluster/service_port_rules.hpp"
#include "engine/cluster/service_traffic_rules.hpp"
#include "engine/cluster/service_traits.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::string_view kTopologyHints = "service.kubernetes.io/topology-aware-hints";
constexpr std::string_view kTopologyMode = "service.kubernetes.io/topology-mode";

FieldErrors validate_topology(const Service& service) {
  const Labels& annotations = service.meta.annotations;
  const auto hints = annotations.find(kTopologyHints);
  const auto mode = annotations.find(kTopologyMode);
  if (hints == annotations.end() || mode == annotations.end() || hints->second == mode->second) return {};
  return {invalid("metadata.annotations[" + std::string(kTopologyMode) + "]", mode->second,
                  "must match annotations[" + std::string(kTopologyHints) + "] when both are specified")};
}

FieldErrors validate_external_name(const Service& service) {
  constexpr const char* kForbidden = "may not be set for ExternalName services";
  FieldErrors errors;
  if (!service.cluster_ips.empty()) errors.push_back(forbidden("spec.clusterIPs", kForbidden));
  if (!service.ip_families.empty()) errors.push_back(forbidden("spec.ipFamilies", kForbidden));
  if (service.ip_family_policy) errors.push_back(forbidden("spec.ipFamilyPolicy", kForbidden));
  std::string_view name = service.external_name;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) {
    errors.push_back(required("spec.externalName"));
  } else {
    append_invalid(errors, "spec.externalName", name, check_dns_subdomain(name));
  }
  return errors;
}

// What the type asks of the other fields.
FieldErrors validate_shape(const Service& service) {
  FieldErrors errors;
  const bool headless = is_headless_for_validation(service);
  if (service.ports.empty() && !headless && service.type != kExternalNameType) {
    errors.push_back(required("spec.ports"));
  }
  if (headless && (service.type == kLoadBalancerType || service.type == kNodePortType)) {
    errors.push_back(invalid("spec.clusterIPs[0]", service.cluster_ips.front(),
                             "may not be set to 'None' for " + service.type + " services"));
  }
  if (service.type == kExternalNameType) append(errors, validate_external_name(service));
  return errors;
}

FieldErrors validate_type(const Service& service) {
  const std::string& type = service.type;
  if (type.empty()) return {required("spec.type")};
  if (type == kClusterIpType || type == kNodePortType || type == kLoadBalancerType ||
      type == kExternalNameType) {
    return {};
  }
  return {not_supported("spec.type", json_quote(type),
                        {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"})};
}

FieldErrors validate_service(const Service& service, const Service* old, const VersionProfile& version) {
  FieldErrors errors = validate_topology(service);
  append(errors, validate_shape(service));
  append(errors, validate_ports(service));
  append(errors, validate_labels(service.selector, "spec.selector"));
  append(errors, validate_session_affinity(service));
  append(errors, validate_address_fields(service, old, version));
  append(errors, validate_external_ips(service, old, version));
  append(errors, validate_type(service));
  append(errors, validate_port_pairs(service));
  append(errors, validate_source_ranges(service, old, version));
  append(errors, validate_node_port_switch(service));
  append(errors, validate_load_balancer_class(service, nullptr));
  append(errors, validate_external_traffic(service));
  append(errors, validate_internal_traffic(service));
  append(errors, validate_traffic_distribution(service, version));
  return errors;
}

}  // namespace

FieldErrors validate_service_create(const Service& service, const VersionProfile& version) {
  const NameRule rule = version.takes_rfc1123_service_names ? name_is_dns_label : name_is_dns1035_label;
  FieldErrors errors = validate_core_meta(service.meta, rule, Scope::kNamespace);
  append(errors, validate_service(service, nullptr, version));
  if (!errors.empty()) return errors;
  return validate_object_meta(service.meta, name_is_path_segment, Scope::kNamespace);
}

FieldErrors validate_service_update(const Service& service, const Service& old,
                                    const VersionProfile& version) {
  FieldErrors errors = validate_common_update(service.meta, old.meta, Scope::kNamespace);
  append(errors, validate_core_meta_update(service.meta, old.meta));
  append(errors, validate_address_changes(service, old));
  append(errors, validate_family_changes(service, old));
  append(errors, validate_load_balancer_class(service, &old));
  append(errors, validate_external_traffic_change(service, old));
  append(errors, validate_service(service, &old, version));
  return errors;
}

FieldErrors validate_service_status_update(const Service& service, const Service& old,
                                           const VersionProfile& version) {
  FieldErrors errors = validate_common_update(service.meta, old.meta, Scope::kNamespace);
  append(errors, validate_core_meta_update(service.meta, old.meta));
  append(errors, validate_load_balancer_status(service, old, version));
  return errors;
}

void prepare_service_create(Service& service) {
  prepare_create(service.meta, Scope::kNamespace);
  service.ingress.clear();
  service.conditions.clear();
}

void prepare_service_update(Service& service, const Service& old) {
  service.ingress = old.ingress;
  service.conditions = old.conditions;
  drop_fields_of_old_type(service, old);
  prepare_update(service.meta, old.meta, Scope::kNamespace);
}

void prepare_service_status_update(Service& service, const Service& old) {
  Service sent = std::move(service);
  service = old;
  service.meta = std::move(sent.meta);
  service.ingress = std::move(sent.ingress);
  service.conditions = std::move(sent.conditions);
  prepare_update(service.meta, old.meta, Scope::kNamespace);
}

}  // namespace clusterip::cluster
