// Services. (k8s.io/api core/v1)
#include "daemon/api/fields_sink.hpp"
#include "daemon/api/object_json.hpp"
#include "daemon/api/resources.hpp"

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

void describe_ports(JsonSink& to, const std::vector<cluster::ServicePort>& ports) {
  if (ports.empty()) return;
  to.begin_list("ports");
  for (const cluster::ServicePort& port : ports) {
    to.begin_object(nullptr);
    to.put("appProtocol", port.app_protocol);
    to.put("name", port.name);
    to.put_number("nodePort", port.node_port);
    to.integer("port", port.port);
    to.put("protocol", port.protocol);
    if (port.target_port.text) {
      to.text("targetPort", *port.target_port.text);
    } else {
      to.integer("targetPort", port.target_port.number);
    }
    to.end();
  }
  to.end();
}

void describe_affinity(JsonSink& to, const Service::AffinityConfig& config) {
  to.begin_object("sessionAffinityConfig");
  if (config.has_client_ip) {
    to.begin_object("clientIP");
    to.put("timeoutSeconds", config.timeout_seconds);
    to.end();
  }
  to.end();
}

void describe_spec(JsonSink& to, const Service& service) {
  to.put("allocateLoadBalancerNodePorts", service.allocate_load_balancer_node_ports);
  to.put("clusterIP", service.cluster_ip);
  to.put("clusterIPs", service.cluster_ips);
  to.put("externalIPs", service.external_ips);
  to.put("externalName", service.external_name);
  to.put("externalTrafficPolicy", service.external_traffic_policy);
  to.put_number("healthCheckNodePort", service.health_check_node_port);
  to.put("internalTrafficPolicy", service.internal_traffic_policy);
  to.put("ipFamilies", service.ip_families);
  to.put("ipFamilyPolicy", service.ip_family_policy);
  to.put("loadBalancerClass", service.load_balancer_class);
  to.put("loadBalancerIP", service.load_balancer_ip);
  to.put("loadBalancerSourceRanges", service.load_balancer_source_ranges);
  describe_ports(to, service.ports);
  if (service.publish_not_ready_addresses) to.boolean("publishNotReadyAddresses", true);
  to.put("selector", service.selector);
  to.put("sessionAffinity", service.session_affinity);
  if (service.session_affinity_config) describe_affinity(to, *service.session_affinity_config);
  to.put("trafficDistribution", service.traffic_distribution);
  to.put("type", service.type);
}

void describe_ingress(JsonSink& to, const cluster::LoadBalancerIngress& ingress) {
  to.begin_object(nullptr);
  to.put("hostname", ingress.hostname);
  to.put("ip", ingress.ip);
  to.put("ipMode", ingress.ip_mode);
  if (!ingress.ports.empty()) {
    to.begin_list("ports");
    for (const cluster::PortStatus& port : ingress.ports) {
      to.begin_object(nullptr);
      to.put("error", port.error);
      to.integer("port", port.port);
      to.text("protocol", port.protocol);
      to.end();
    }
    to.end();
  }
  to.end();
}

void describe_status(JsonSink& to, const Service& service) {
  describe_conditions(to, service.conditions);
  to.begin_object("loadBalancer");
  if (!service.ingress.empty()) {
    to.begin_list("ingress");
    for (const auto& ingress : service.ingress) describe_ingress(to, ingress);
    to.end();
  }
  to.end();
}

// All but the metadata.
void describe_content(JsonSink& to, const Service& service) {
  to.begin_object("spec");
  describe_spec(to, service);
  to.end();
  to.begin_object("status");
  describe_status(to, service);
  to.end();
}

void describe(JsonSink& to, const Service& service) {
  to.begin_object("metadata");
  describe_meta(to, service.meta);
  to.end();
  describe_content(to, service);
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
  Json object = typed_object(ObjectKind::kService);
  object["metadata"] = encode_meta(service.meta);
  TreeSink to(object);
  describe_content(to, service);
  return object;
}

std::string document_of(const Service& service) {
  return written_text([&](JsonSink& to) { describe(to, service); });
}

std::string fields_of(const Service& service) {
  FieldsSink to(schema_of(resource(ResourceIndex::kServices)));
  describe(to, service);
  return std::move(to).take();
}

}  // namespace clusterip::api
