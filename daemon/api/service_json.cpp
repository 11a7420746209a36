// Services. (k8s.io/api core/v1)
#include "daemon/api/object_json.hpp"

namespace clusterip::api {
namespace {

using cluster::Service;
using Json = nlohmann::json;

void read_ports(FieldReader& spec, std::vector<cluster::ServicePort>& to) {
  spec.objects("ports", "v1.ServicePort", [&](FieldReader& entry) {
    cluster::ServicePort& port = to.emplace_back();
    entry.text("name", port.name);
    entry.text("protocol", port.protocol, "v1.Protocol");
    entry.text("appProtocol", port.app_protocol);
    entry.int32("port", port.port);
    entry.int_or_string("targetPort", port.target_port);
    entry.int32("nodePort", port.node_port);
  });
}

void read_affinity(FieldReader& spec, std::optional<Service::AffinityConfig>& to) {
  spec.object("sessionAffinityConfig", "v1.SessionAffinityConfig", [&](FieldReader& config) {
    // emplace() without arguments is what clang 14 refuses for a nested struct with defaults.
    to = Service::AffinityConfig{};
    config.object("clientIP", "v1.ClientIPConfig", [&](FieldReader& client) {
      to->has_client_ip = true;
      client.int32("timeoutSeconds", to->timeout_seconds);
    });
  });
}

void read_spec(FieldReader& spec, Service& to) {
  read_ports(spec, to.ports);
  spec.labels("selector", to.selector);
  spec.text("clusterIP", to.cluster_ip);
  spec.texts("clusterIPs", to.cluster_ips);
  spec.text("type", to.type, "v1.ServiceType");
  spec.texts("externalIPs", to.external_ips);
  spec.text("sessionAffinity", to.session_affinity, "v1.ServiceAffinity");
  spec.text("loadBalancerIP", to.load_balancer_ip);
  spec.texts("loadBalancerSourceRanges", to.load_balancer_source_ranges);
  spec.text("externalName", to.external_name);
  spec.text("externalTrafficPolicy", to.external_traffic_policy, "v1.ServiceExternalTrafficPolicy");
  spec.int32("healthCheckNodePort", to.health_check_node_port);
  spec.boolean("publishNotReadyAddresses", to.publish_not_ready_addresses);
  read_affinity(spec, to.session_affinity_config);
  spec.texts("ipFamilies", to.ip_families, "v1.IPFamily");
  spec.text("ipFamilyPolicy", to.ip_family_policy, "v1.IPFamilyPolicy");
  spec.boolean("allocateLoadBalancerNodePorts", to.allocate_load_balancer_node_ports);
  spec.text("loadBalancerClass", to.load_balancer_class);
  spec.text("internalTrafficPolicy", to.internal_traffic_policy, "v1.ServiceInternalTrafficPolicy");
  spec.text("trafficDistribution", to.traffic_distribution);
}

void read_ingress(FieldReader& status, std::vector<cluster::LoadBalancerIngress>& to) {
  status.object("loadBalancer", "v1.LoadBalancerStatus", [&](FieldReader& balancer) {
    balancer.objects("ingress", "v1.LoadBalancerIngress", [&](FieldReader& entry) {
      cluster::LoadBalancerIngress& ingress = to.emplace_back();
      entry.text("ip", ingress.ip);
      entry.text("hostname", ingress.hostname);
      entry.text("ipMode", ingress.ip_mode, "v1.LoadBalancerIPMode");
      entry.objects("ports", "v1.PortStatus", [&](FieldReader& port) {
        cluster::PortStatus& state = ingress.ports.emplace_back();
        port.int32("port", state.port);
        port.text("protocol", state.protocol, "v1.Protocol");
        port.text("error", state.error);
      });
    });
  });
}

Json encode_ports(const std::vector<cluster::ServicePort>& ports) {
  Json list = Json::array();
  for (const cluster::ServicePort& port : ports) {
    Json entry{{"port", port.port}};
    put_if_set(entry, "name", port.name);
    put_if_set(entry, "protocol", port.protocol);
    put_if_set(entry, "appProtocol", port.app_protocol);
    entry["targetPort"] =
        port.target_port.text ? Json(*port.target_port.text) : Json(port.target_port.number);
    if (port.node_port != 0) entry["nodePort"] = port.node_port;
    list.push_back(std::move(entry));
  }
  return list;
}

Json encode_affinity(const Service::AffinityConfig& config) {
  Json object = Json::object();
  if (config.has_client_ip) {
    object["clientIP"] = Json::object();
    put_if_set(object["clientIP"], "timeoutSeconds", config.timeout_seconds);
  }
  return object;
}

Json encode_spec(const Service& service) {
  Json spec = Json::object();
  if (!service.ports.empty()) spec["ports"] = encode_ports(service.ports);
  put_if_set(spec, "selector", service.selector);
  put_if_set(spec, "clusterIP", service.cluster_ip);
  put_if_set(spec, "clusterIPs", service.cluster_ips);
  put_if_set(spec, "type", service.type);
  put_if_set(spec, "externalIPs", service.external_ips);
  put_if_set(spec, "sessionAffinity", service.session_affinity);
  put_if_set(spec, "loadBalancerIP", service.load_balancer_ip);
  put_if_set(spec, "loadBalancerSourceRanges", service.load_balancer_source_ranges);
  put_if_set(spec, "externalName", service.external_name);
  put_if_set(spec, "externalTrafficPolicy", service.external_traffic_policy);
  if (service.health_check_node_port != 0) spec["healthCheckNodePort"] = service.health_check_node_port;
  if (service.publish_not_ready_addresses) spec["publishNotReadyAddresses"] = true;
  if (service.session_affinity_config) {
    spec["sessionAffinityConfig"] = encode_affinity(*service.session_affinity_config);
  }
  put_if_set(spec, "ipFamilies", service.ip_families);
  put_if_set(spec, "ipFamilyPolicy", service.ip_family_policy);
  put_if_set(spec, "allocateLoadBalancerNodePorts", service.allocate_load_balancer_node_ports);
  put_if_set(spec, "loadBalancerClass", service.load_balancer_class);
  put_if_set(spec, "internalTrafficPolicy", service.internal_traffic_policy);
  put_if_set(spec, "trafficDistribution", service.traffic_distribution);
  return spec;
}

Json encode_ingress(const cluster::LoadBalancerIngress& ingress) {
  Json entry = Json::object();
  put_if_set(entry, "ip", ingress.ip);
  put_if_set(entry, "hostname", ingress.hostname);
  put_if_set(entry, "ipMode", ingress.ip_mode);
  for (const cluster::PortStatus& port : ingress.ports) {
    Json state{{"port", port.port}, {"protocol", port.protocol}};
    put_if_set(state, "error", port.error);
    entry["ports"].push_back(std::move(state));
  }
  return entry;
}

}  // namespace

Decoded<Service> decode_service(const Json& object) {
  return decode_object<Service>(object, "v1.Service", [](FieldReader& fields, Service& to) {
    fields.object("spec", "v1.ServiceSpec", [&](FieldReader& spec) { read_spec(spec, to); });
    fields.object("status", "v1.ServiceStatus", [&](FieldReader& status) {
      read_ingress(status, to.ingress);
      read_conditions(status, to.conditions);
    });
  });
}

Json encode(const Service& service) {
  Json object{{"apiVersion", api_version(ObjectKind::kService)}, {"kind", kind_name(ObjectKind::kService)}};
  object["metadata"] = encode_meta(service.meta);
  object["spec"] = encode_spec(service);
  object["status"] = {{"loadBalancer", Json::object()}};
  for (const auto& ingress : service.ingress) {
    object["status"]["loadBalancer"]["ingress"].push_back(encode_ingress(ingress));
  }
  if (!service.conditions.empty()) object["status"]["conditions"] = encode_conditions(service.conditions);
  return object;
}

}  // namespace clusterip::api
