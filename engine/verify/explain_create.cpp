// What a request to create a Service meets at the server, in its order: families and addresses, then the
// rules for all other fields. (5.1; texts of 16.1 and 16.2)
#include <algorithm>

#include "engine/cluster/network_validation.hpp"
#include "engine/cluster/repair.hpp"
#include "engine/cluster/service_plan.hpp"
#include "engine/cluster/service_traits.hpp"
#include "engine/net/text.hpp"
#include "engine/verify/explain.hpp"

namespace clusterip::verify {
namespace {

// Stands for the address that the server would draw, in texts as the specification writes it.
constexpr std::string_view kAnyAddress = "IP";

// One that a range of the family has, whether it is free or not.
Address stand_in(const std::vector<RangeUsage>& usages, Family family) {
  for (const RangeUsage& usage : usages) {
    if (usage.cidr.family() == family && usage.all.free > 0) return {family, usage.cidr.network().bits() + 1};
  }
  return {family, 1};
}

std::string refusal_text(const cluster::ServiceRefusal& refusal) {
  return refusal.kind == cluster::ServiceRefusal::Kind::kInvalid
             ? cluster::aggregate_text(refusal.errors)
             : "Internal error occurred: " + refusal.message;
}

// An address that could be had goes to an IPAddress that names the Service, which has rules of its own. (2.4)
void check_ip_address(const cluster::Service& service, const cluster::AddressRequest& request,
                      const Address& address, const ExplainOptions& options, Outlook& outlook) {
  const auto errors = cluster::validate_create(cluster::ip_address_for(address, service));
  if (errors.empty()) return;
  const std::string shown = request.text.empty() ? std::string(kAnyAddress) : address.to_string();
  const std::string why = "IPAddress.networking.k8s.io " + cluster::go_quote(shown) +
                          " is invalid: " + cluster::aggregate_text(errors);
  outlook.granted = false;
  outlook.reason = refusal_text(cluster::refuse_address(service, request, why, false, options.version));
  outlook.remedy = service.meta.name.empty() ? "give the Service a name, or a generateName"
                                             : "give the Service a name that its IPAddress can tell";
}

// Upstream minds a number alone, and not one of nothing.
bool has_revision(const cluster::ObjectMeta& meta) {
  const std::string& text = meta.resource_version;
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos &&
         text.find_first_not_of('0') != std::string::npos;
}

// The rules for the Service as a whole, when it has its addresses.
void check_fields(cluster::Service& service, const ExplainOptions& options, std::vector<Outlook>& parts) {
  // The server draws one where none is asked for.
  if (cluster::needs_health_check_port(service) && service.health_check_node_port == 0)
    service.health_check_node_port = 1;
  const cluster::FieldErrors errors = cluster::finish_create(service, options.version);
  if (errors.empty()) return;
  parts.push_back({"its fields", false, cluster::aggregate_text(errors), "change the fields that are named"});
}

}  // namespace

CreateOutlook outlook_of_create(const State& state, const std::vector<RangeUsage>& usages,
                                cluster::Service service, const std::vector<Family>& families,
                                const ExplainOptions& options, Known known) {
  CreateOutlook result;
  std::vector<Outlook>& parts = result.parts;
  if (known == Known::kWhole && has_revision(service.meta)) {
    parts.push_back({"its resourceVersion", false,
                     "resourceVersion should not be set on objects to be created", "leave it out"});
    return result;
  }
  const auto begun = cluster::begin_create(
      service, cluster::ClusterFamilies{families.front(), families.size() > 1}, options.version);
  if (const auto* errors = std::get_if<cluster::FieldErrors>(&begun)) {
    parts.push_back({"its families and addresses", false, cluster::aggregate_text(*errors),
                     "change the fields that are named: no range is asked before"});
    return result;
  }
  const auto& requests = std::get<cluster::AddressPlan>(begun).requests;
  std::vector<Address> given;
  for (const cluster::AddressRequest& one : requests) {
    const auto wanted = read_address_sloppy(one.text);
    Outlook& part =
        parts.emplace_back(wanted ? outlook_of(state, *wanted, options, service.cluster_ips)
                                  : outlook_of_any(usages, one.family, service.meta.name, options));
    if (wanted) result.asked.push_back(*wanted);
    given.push_back(wanted.value_or(stand_in(usages, one.family)));
    if (part.granted) check_ip_address(service, one, given.back(), options, part);
  }
  if (!std::all_of(parts.begin(), parts.end(), [](const Outlook& part) { return part.granted; }))
    return result;
  for (std::size_t i = 0; i < requests.size(); ++i) cluster::place(service, requests[i], given[i]);
  if (known == Known::kWhole) check_fields(service, options, parts);
  if (parts.empty())
    parts.push_back({"no address", true, "as headless and ExternalName Services need none", ""});
  return result;
}

}  // namespace clusterip::verify
