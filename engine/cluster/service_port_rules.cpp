#include "engine/cluster/service_port_rules.hpp"

#include <set>
#include <utility>

#include "engine/cluster/name_rules.hpp"
#include "engine/cluster/service_traits.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::int64_t kLastPort = 65535;

std::string port_field(std::size_t index) {
  return "spec.ports[" + std::to_string(index) + "]";
}

FieldErrors validate_name(const ServicePort& port, bool is_required, std::set<std::string_view>& names,
                          const std::string& field) {
  FieldErrors errors;
  if (port.name.empty()) {
    if (is_required) errors.push_back(required(field));
    return errors;
  }
  append_invalid(errors, field, port.name, check_dns_label(port.name));
  if (!names.insert(port.name).second) errors.push_back(duplicate(field, json_quote(port.name)));
  return errors;
}

FieldErrors validate_protocol(const std::string& protocol, const std::string& field) {
  if (protocol.empty()) return {required(field)};
  if (protocol == "TCP" || protocol == "UDP" || protocol == "SCTP") return {};
  return {not_supported(field, json_quote(protocol), {"SCTP", "TCP", "UDP"})};
}

FieldErrors validate_target(const IntOrString& target, const std::string& field) {
  if (!target.text) return validate_port_number(field, target.number);
  FieldErrors errors;
  append_invalid(errors, field, *target.text, check_port_name(*target.text));
  return errors;
}

FieldErrors validate_port(const ServicePort& port, bool name_is_required, std::set<std::string_view>& names,
                          const std::string& field) {
  FieldErrors errors = validate_name(port, name_is_required, names, field + ".name");
  append(errors, validate_port_number(field + ".port", port.port));
  append(errors, validate_protocol(port.protocol, field + ".protocol"));
  append(errors, validate_target(port.target_port, field + ".targetPort"));
  if (port.app_protocol) {
    append_invalid(errors, field + ".appProtocol", *port.app_protocol, check_label_key(*port.app_protocol));
  }
  return errors;
}

// Upstream prints the key of its map of seen ports: a port with nothing but these two fields.
std::string pair_json(const ServicePort& port) {
  return "{\"Name\":\"\",\"Protocol\":" + json_quote(port.protocol) +
         ",\"AppProtocol\":null,\"Port\":" + std::to_string(port.port) + ",\"TargetPort\":0,\"NodePort\":0}";
}

}  // namespace

FieldErrors validate_port_number(const std::string& field, std::int64_t number) {
  if (number >= 1 && number <= kLastPort) return {};
  return {invalid(field, number, "must be between 1 and 65535, inclusive")};
}

FieldErrors validate_ports(const Service& service) {
  FieldErrors errors;
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < service.ports.size(); ++i) {
    append(errors, validate_port(service.ports[i], service.ports.size() > 1, names, port_field(i)));
  }
  return errors;
}

FieldErrors validate_port_pairs(const Service& service) {
  FieldErrors errors;
  using Pair = std::pair<std::string_view, std::int64_t>;
  std::set<Pair> node_ports;
  std::set<Pair> ports;
  const auto& all = service.ports;
  for (std::size_t i = 0; service.type == kClusterIpType && i < all.size(); ++i) {
    if (all[i].node_port == 0) continue;
    errors.push_back(forbidden(port_field(i) + ".nodePort", "may not be used when `type` is 'ClusterIP'"));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].node_port == 0 || node_ports.emplace(all[i].protocol, all[i].node_port).second) continue;
    errors.push_back(duplicate(port_field(i) + ".nodePort", std::to_string(all[i].node_port)));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (ports.emplace(all[i].protocol, all[i].port).second) continue;
    errors.push_back(duplicate(port_field(i), pair_json(all[i])));
  }
  return errors;
}

}  // namespace clusterip::cluster
