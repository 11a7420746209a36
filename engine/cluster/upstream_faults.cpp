#include <algorithm>

#include "engine/cluster/upstream_steps.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

void fault(UpstreamState& state, const std::string& actor, std::string_view name, std::string object,
           std::string text) {
  state.record({{},
                actor,
                UpstreamRecord::Kind::kFault,
                std::move(object),
                std::move(text),
                std::string(name),
                0,
                {}});
}

bool holds(const Service& service, const Address& address) {
  const auto addresses = service.addresses();
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const std::string& text) { return read_address_sloppy(text) == address; });
}

// The stored ServiceCIDRs that have the address.
std::vector<const ServiceCidr*> ranges_with(const StoredObjects& objects, const Address& address) {
  std::vector<const ServiceCidr*> ranges;
  for (const auto& [name, object] : objects.service_cidrs) {
    const auto cidrs = readable_cidrs(object);
    const bool has =
        std::any_of(cidrs.begin(), cidrs.end(), [&](const Cidr& cidr) { return cidr.has_host(address); });
    if (has) ranges.push_back(&object);
  }
  return ranges;
}

}  // namespace

void notice_claim(UpstreamState& state, const std::string& actor, const Address& address,
                  const Service& service) {
  const StoredObjects& objects = state.store.objects();
  const std::string text = address.to_string();
  for (const auto& [key, other] : objects.services) {
    if (key == stored_key(service.meta) || !holds(other, address)) continue;
    fault(state, actor, "duplicate-address", "ipaddresses/" + text,
          "is given to " + stored_key(service.meta) + " though " + key + " holds it (17)");
  }
  const auto ranges = ranges_with(objects, address);
  const bool ready = std::any_of(ranges.begin(), ranges.end(),
                                 [](const ServiceCidr* range) { return !range->meta.deletion; });
  if (ready) return;
  const std::string through =
      ranges.empty() ? "no ServiceCIDR has it any more" : "every ServiceCIDR that has it is being deleted";
  fault(state, actor, "allocated-from-terminating", "ipaddresses/" + text,
        "is given out though " + through + " (4.3, 6.5)");
}

void notice_stored_service(UpstreamState& state, const std::string& actor, const Service& service) {
  for (const std::string& text : service.addresses()) {
    const auto address = read_address_sloppy(text);
    if (!address) continue;
    const IpAddress* object = state.store.objects().find_ip_address(address->to_string());
    const bool own = object != nullptr && object->parent && object->parent->name == service.meta.name &&
                     object->parent->name_space == service.meta.name_space;
    if (own) continue;
    const std::string whose = object == nullptr ? "has no IPAddress" : "has the IPAddress of another";
    fault(state, actor, "unprotected-address", object_path("services", service.meta),
          "is stored with " + address->to_string() + ", which " + whose + " (17)");
  }
}

void notice_release(UpstreamState& state, const std::string& actor, const IpAddress& object,
                    const Service& released_by) {
  if (!object.parent || !object.parent->is_service()) return;
  const std::string owner = object.parent->name_space + "/" + object.parent->name;
  if (owner == stored_key(released_by.meta)) return;
  fault(state, actor, "foreign-release", "ipaddresses/" + object.meta.name,
        stored_key(released_by.meta) + " releases the IPAddress of " + owner + " (3.6)");
}

void notice_repair_deletion(UpstreamState& state, const std::string& actor, const IpAddress& object) {
  const auto address = read_address_sloppy(object.meta.name);
  if (!address || !object.parent) return;
  const Service* service = state.store.objects().find_service(object.parent->name_space, object.parent->name);
  if (service == nullptr || !holds(*service, *address)) return;
  fault(state, actor, "unprotected-address", "ipaddresses/" + object.meta.name,
        "is deleted by the repair loop though " + stored_key(service->meta) + " holds it (17)");
}

void notice_partial_failure(UpstreamState& state, const std::string& actor, const UpstreamRequest& request) {
  for (const Address& address : request.taken) {
    fault(state, actor, "leaked-address", "ipaddresses/" + address.to_string(),
          "stays claimed for " + stored_key(request.wanted->meta) + ", whose request failed (5.4, 5.5)");
  }
}

void notice_removed_range(UpstreamState& state, const std::string& actor, const ServiceCidr& object) {
  const StoredObjects& objects = state.store.objects();
  const auto cidrs = readable_cidrs(object);
  for (const auto& [key, service] : objects.services) {
    for (const std::string& text : service.addresses()) {
      const auto address = read_address_sloppy(text);
      const bool was_inside = address && std::any_of(cidrs.begin(), cidrs.end(), [&](const Cidr& cidr) {
                                return cidr.has_host(*address);
                              });
      if (!was_inside || !ranges_with(objects, *address).empty()) continue;
      std::string what = "is gone though Service ";
      what.append(key).append(" holds ").append(text).append(
          " in it: whatever was asked to go beside it counted as its cover (6.4)");
      fault(state, actor, "range-removed-in-use", "servicecidrs/" + object.meta.name, std::move(what));
    }
  }
}

}  // namespace clusterip::cluster
