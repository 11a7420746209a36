#include "tools/clusteripctl/scenario_requests.hpp"

#include <algorithm>
#include <array>

#include "engine/cluster/repair.hpp"
#include "engine/net/text.hpp"

namespace clusterip::ctl {
namespace {

using namespace cluster;

// What a request may carry besides its object.
const std::vector<std::string_view> kOptions{"ip",       "ips",    "families",     "policy", "type",
                                             "selector", "parent", "labels",       "via",    "draw",
                                             "order",    "first",  "external-name"};

std::vector<std::string> read_families(std::string_view text) {
  return read_list(text);
}

CreateServiceRequest read_create_service(ScenarioWords& words) {
  const ServiceName name = read_service_name(words.take("the name of a Service"));
  Service service;
  service.meta.name_space = name.name_space;
  service.meta.name = name.name;
  ServicePort port;
  port.protocol = "TCP";
  port.port = 80;
  service.ports.push_back(port);
  service.type = words.option("type").value_or("");
  service.external_name = words.option("external-name").value_or("");
  service.cluster_ip = words.option("ip").value_or("");
  if (const auto ips = words.option("ips")) {
    service.cluster_ips = read_list(*ips);
    if (service.cluster_ip.empty() && !service.cluster_ips.empty()) {
      service.cluster_ip = service.cluster_ips.front();
    }
  }
  if (const auto families = words.option("families")) service.ip_families = read_families(*families);
  service.ip_family_policy = words.option("policy");
  if (const auto selector = words.option("selector")) service.selector = {{"app", *selector}};
  return {std::move(service)};
}

PatchServiceRequest read_patch_service(ScenarioWords& words) {
  const ServiceName name = read_service_name(words.take("the name of a Service"));
  ServicePatch patch;
  patch.type = words.option("type");
  patch.cluster_ip = words.option("ip");
  if (const auto ips = words.option("ips")) patch.cluster_ips = read_list(*ips);
  if (const auto families = words.option("families")) patch.ip_families = read_families(*families);
  patch.ip_family_policy = words.option("policy");
  patch.external_name = words.option("external-name");
  return {name.name_space, name.name, std::move(patch)};
}

CreateIpAddressRequest read_create_address(ScenarioWords& words) {
  CreateIpAddressRequest request;
  request.object.meta.name = words.take("an address");
  const std::string parent = words.option("parent").value_or("");
  const std::string_view services = "services/";
  if (!parent.starts_with(services)) throw ScenarioError("parent=services/NAMESPACE/NAME is missing");
  const ServiceName name = read_service_name(parent.substr(services.size()));
  const std::string labels = words.option("labels").value_or("allocator");
  const auto address = read_address_sloppy(request.object.meta.name);
  if (labels == "allocator" && address) {
    Service service;
    service.meta.name = name.name;
    service.meta.name_space = name.name_space;
    request.object.meta.labels = ip_address_for(*address, service).meta.labels;
  } else if (labels != "allocator" && labels != "none") {
    throw ScenarioError("labels=\"" + labels + "\" is not allocator or none");
  }
  request.object.parent = ParentRef{"", "services", name.name_space, name.name};
  return request;
}

CreateServiceCidrRequest read_create_cidr(ScenarioWords& words) {
  ServiceCidr object;
  object.meta.name = words.take("the name of a ServiceCIDR");
  object.cidrs = read_list(words.take("a list of CIDRs"));
  return {std::move(object)};
}

RequestBody read_body(ScenarioWords& words) {
  const std::string verb = words.take("a verb");
  const std::string kind = words.take("a kind");
  if (kind == "service") {
    if (verb == "create") return read_create_service(words);
    if (verb == "patch") return read_patch_service(words);
    if (verb == "delete") {
      const ServiceName name = read_service_name(words.take("the name of a Service"));
      return DeleteServiceRequest{name.name_space, name.name};
    }
  } else if (kind == "servicecidr") {
    if (verb == "create") return read_create_cidr(words);
    const std::string name = words.take("the name of a ServiceCIDR");
    if (verb == "update") return UpdateServiceCidrRequest{name, read_list(words.take("a list of CIDRs"))};
    if (verb == "delete") return DeleteServiceCidrRequest{name};
  } else if (kind == "ipaddress") {
    if (verb == "create") return read_create_address(words);
    if (verb == "delete") return DeleteIpAddressRequest{words.take("an address")};
  } else {
    throw ScenarioError("\"" + kind + "\" is not service, servicecidr or ipaddress");
  }
  throw ScenarioError("\"" + verb + " " + kind + "\" is not understood");
}

RequestChoices read_choices(const ScenarioWords& words) {
  RequestChoices choices;
  if (const auto draw = words.option("draw")) {
    const auto offsets = read_list(*draw);
    if (offsets.empty() || offsets.size() > 2) throw ScenarioError("draw= takes one or two offsets");
    choices.draws =
        Draws{read_number(offsets.front()), offsets.size() == 2 ? read_number(offsets.back()) : 0};
  }
  if (const auto order = words.option("order")) choices.order = read_list(*order);
  if (const auto first = words.option("first")) choices.first = read_family(*first);
  return choices;
}

std::size_t first_running(const Upstream& upstream) {
  const auto& servers = upstream.state().servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (servers[i].running) return i;
  }
  throw ScenarioError("no server runs that could take the request");
}

}  // namespace

bool is_request_verb(std::string_view word) {
  constexpr std::array<std::string_view, 4> kVerbs{"create", "patch", "update", "delete"};
  return std::find(kVerbs.begin(), kVerbs.end(), word) != kVerbs.end();
}

UpstreamRequest read_request(const std::vector<std::string>& words, const Upstream& upstream) {
  ScenarioWords reader(words, kOptions);
  UpstreamRequest request;
  request.body = read_body(reader);
  request.choices = read_choices(reader);
  reader.end();
  const auto via = reader.option("via");
  request.server = via ? read_server(upstream, *via) : first_running(upstream);
  return request;
}

ServiceName read_service_name(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return {"default", text};
  return {text.substr(0, slash), text.substr(slash + 1)};
}

std::size_t read_server(const Upstream& upstream, const std::string& name) {
  const auto server = upstream.find_server(name);
  if (!server) throw ScenarioError("there is no server \"" + name + "\"");
  return *server;
}

std::size_t read_watcher(const Upstream& upstream, const std::string& name) {
  return name == "controller-manager" ? kControllerManager : read_server(upstream, name);
}

Family read_family(std::string_view text) {
  for (const Family family : {Family::kIPv4, Family::kIPv6}) {
    if (text == family_name(family)) return family;
  }
  throw ScenarioError("\"" + std::string(text) + "\" is not IPv4 or IPv6");
}

}  // namespace clusterip::ctl
