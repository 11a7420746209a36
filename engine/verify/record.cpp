#include "engine/verify/record.hpp"

#include <algorithm>
#include <charconv>
#include <compare>
#include <unordered_map>
#include <utility>

#include "engine/net/text.hpp"

namespace clusterip::verify {
namespace {

void read_meta(const cluster::ObjectMeta& meta, ObjectFacts& to) {
  to.uid = meta.uid;
  const std::string& text = meta.resource_version;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to.revision);
  if (error != std::errc{} || end != text.data() + text.size()) to.revision = 0;
  to.creation = meta.creation;
  to.deleting = meta.deletion.has_value();
  to.has_finalizers = !meta.finalizers.empty();
}

// The same event once more: clients may choose the auditID, so that alone does not tell.
bool is_repeated(const AuditedRequest& a, const AuditedRequest& b) {
  return !a.audit_id.empty() && a.audit_id == b.audit_id && a.during == b.during && a.verb == b.verb &&
         a.subject == b.subject && a.name == b.name && a.name_space == b.name_space;
}

// Where a request belongs, and where it is.
struct Place {
  Instant to;
  std::uint32_t server;
  std::uint64_t line;
  std::size_t index;

  friend auto operator<=>(const Place&, const Place&) = default;
};

// Requests are large and mostly in order: each that is out of place moves once.
void sort_by_place(std::vector<AuditedRequest>& requests) {
  std::vector<Place> places;
  places.reserve(requests.size());
  for (const AuditedRequest& request : requests)
    places.push_back({request.during.to, request.server, request.line, places.size()});
  if (std::is_sorted(places.begin(), places.end())) return;
  std::sort(places.begin(), places.end());
  for (std::size_t first = 0; first < places.size(); ++first) {
    if (places[first].index == first) continue;
    AuditedRequest held = std::move(requests[first]);
    std::size_t hole = first;
    while (places[hole].index != first) {
      const std::size_t next = std::exchange(places[hole].index, hole);
      requests[hole] = std::move(requests[next]);
      hole = next;
    }
    places[hole].index = hole;
    requests[hole] = std::move(held);
  }
}

// Of requests in order; returns how many.
std::size_t drop_repeated(std::vector<AuditedRequest>& requests) {
  std::vector<bool> drops(requests.size());
  std::size_t count = 0;
  for (std::size_t first = 0, last = 0; first < requests.size(); first = last) {
    while (last < requests.size() && requests[last].during.to == requests[first].during.to) ++last;
    if (last - first == 1) continue;
    std::unordered_multimap<std::string_view, const AuditedRequest*> same_instant;  // by auditID
    for (std::size_t i = first; i < last; ++i) {
      const auto [begin, end] = same_instant.equal_range(requests[i].audit_id);
      drops[i] =
          std::any_of(begin, end, [&](const auto& entry) { return is_repeated(*entry.second, requests[i]); });
      if (drops[i]) ++count;
      if (!drops[i]) same_instant.emplace(requests[i].audit_id, &requests[i]);
    }
  }
  if (count == 0) return 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (drops[i]) continue;
    if (kept != i) requests[kept] = std::move(requests[i]);
    ++kept;
  }
  requests.resize(kept);
  return count;
}

}  // namespace

bool ServiceFacts::is_headless() const {
  return cluster_ips.empty() ? cluster_ip == cluster::kHeadless : cluster_ips.front() == cluster::kHeadless;
}

std::vector<std::string> ServiceFacts::addresses() const {
  if (is_external_name() || is_headless()) return {};
  if (cluster_ips.empty() && !cluster_ip.empty()) return {cluster_ip};
  return cluster_ips;
}

bool ServiceFacts::lists(const Address& address) const {
  const auto texts = addresses();
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
    const auto listed = read_address_sloppy(text);
    return listed && *listed == address;
  });
}

ServiceFacts facts_of(const cluster::Service& service) {
  ServiceFacts facts;
  read_meta(service.meta, facts);
  facts.type = service.type;
  facts.cluster_ip = service.cluster_ip;
  facts.cluster_ips = service.cluster_ips;
  facts.ip_families = service.ip_families;
  facts.policy = service.ip_family_policy;
  facts.has_selector = !service.selector.empty();
  return facts;
}

cluster::Service service_of(const ServiceFacts& facts) {
  cluster::Service service;
  service.meta.uid = facts.uid;
  service.meta.resource_version = std::to_string(facts.revision);
  service.meta.creation = facts.creation;
  service.type = facts.type;
  service.cluster_ip = facts.cluster_ip;
  service.cluster_ips = facts.cluster_ips;
  service.ip_families = facts.ip_families;
  service.ip_family_policy = facts.policy;
  if (facts.has_selector) service.selector.emplace("any", "selector");
  return service;
}

CidrFacts facts_of(const cluster::ServiceCidr& cidr) {
  CidrFacts facts;
  read_meta(cidr.meta, facts);
  for (const std::string& text : cidr.cidrs) {
    if (const auto value = read_cidr_sloppy(text)) facts.cidrs.push_back(*value);
  }
  facts.counts_as_ready = cidr.counts_as_ready();
  facts.object = std::make_shared<const cluster::ServiceCidr>(cidr);
  return facts;
}

AddressFacts facts_of(const cluster::IpAddress& address) {
  AddressFacts facts;
  read_meta(address.meta, facts);
  facts.parent = address.parent;
  facts.managed = address.is_managed();
  const auto value = read_address_sloppy(address.meta.name);
  const auto family = address.meta.labels.find(cluster::kFamilyLabel);
  facts.labels_right = facts.managed && value && family != address.meta.labels.end() &&
                       family->second == family_name(value->family());
  return facts;
}

void StartState::add(const cluster::Service& service) {
  services.push_back({service.meta.name_space + "/" + service.meta.name, facts_of(service)});
}

void StartState::add(const cluster::ServiceCidr& cidr) {
  cidrs.push_back(cidr);
}

void StartState::add(const cluster::IpAddress& address) {
  const auto value = read_address_sloppy(address.meta.name);
  if (value) addresses.push_back({*value, facts_of(address)});
}

std::string_view verb_name(Verb verb) {
  switch (verb) {
    case Verb::kCreate:
      return "create";
    case Verb::kUpdate:
      return "update";
    case Verb::kPatch:
      return "patch";
    case Verb::kDelete:
      return "delete";
  }
  return "";
}

std::string_view level_name(AuditLevel level) {
  switch (level) {
    case AuditLevel::kUnknown:
      return "";
    case AuditLevel::kMetadata:
      return "Metadata";
    case AuditLevel::kRequest:
      return "Request";
    case AuditLevel::kRequestResponse:
      return "RequestResponse";
  }
  return "";
}

AuditLevel level_of_name(std::string_view name) {
  for (const AuditLevel level : {AuditLevel::kMetadata, AuditLevel::kRequest, AuditLevel::kRequestResponse}) {
    if (level_name(level) == name) return level;
  }
  return AuditLevel::kUnknown;
}

std::string_view plural_name(Subject subject) {
  switch (subject) {
    case Subject::kService:
      return "services";
    case Subject::kServiceCidr:
      return "servicecidrs";
    case Subject::kIpAddress:
      return "ipaddresses";
  }
  return "";
}

std::string AuditedRequest::object() const {
  std::string path(plural_name(subject));
  if (!name_space.empty()) path += "/" + name_space;
  // A name that the server would have made up stays open when it refused.
  return path + "/" + (name.empty() ? generate_name + "*" : name);
}

std::size_t put_in_order(Record& record) {
  sort_by_place(record.requests);
  return drop_repeated(record.requests);
}

}  // namespace clusterip::verify
