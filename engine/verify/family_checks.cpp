#include "engine/verify/family_checks.hpp"

#include <algorithm>

#include "engine/cluster/service_families.hpp"
#include "engine/cluster/service_normalization.hpp"
#include "engine/net/text.hpp"

namespace clusterip::verify {
namespace {

std::string list_text(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += (text.empty() ? "" : ",") + one;
  return text.empty() ? "none" : text;
}

// What was asked for; what a patch left out is as it was.
ServiceFacts whole_ask(const AuditedRequest& request, const ServiceFacts* old) {
  ServiceFacts ask = *request.asked_service();
  if (!request.asked_in_part || old == nullptr) return ask;
  if (ask.type.empty()) ask.type = old->type;
  if (!ask.policy) ask.policy = old->policy;
  if (!ask.has_selector) ask.has_selector = old->has_selector;
  if (ask.ip_families.empty()) ask.ip_families = old->ip_families;
  if (ask.cluster_ip.empty()) ask.cluster_ip = old->cluster_ip;
  if (ask.cluster_ips.empty()) ask.cluster_ips = old->cluster_ips;
  return ask;
}

Expectation expectation(const ServiceFacts& ask, const ServiceFacts* old, const ServerFamilies& server,
                        const cluster::VersionProfile& version) {
  Expectation expected;
  expected.server = server;
  cluster::Service& service = expected.service = service_of(ask);
  const cluster::ClusterFamilies families{server.front(), server.size() > 1};
  cluster::set_defaults(service);
  if (old == nullptr) {
    cluster::normalize_cluster_ips(service);
    expected.errors = cluster::resolve_families(service, nullptr, families, version);
    if (expected.errors.empty()) expected.plan = cluster::plan_create(service);
    return expected;
  }
  cluster::Service stored = service_of(*old);
  cluster::set_defaults_on_read(stored, server.front());
  cluster::keep_allocated_values(service, stored);
  cluster::normalize_cluster_ips(service, stored);
  expected.errors = cluster::resolve_families(service, &stored, families, version);
  if (expected.errors.empty()) expected.plan = cluster::plan_update(service, stored, families);
  return expected;
}

bool is_answer(const ServiceFacts& given, const Expectation& expected) {
  const cluster::Service& service = expected.service;
  if (given.ip_families != service.ip_families || given.policy != service.ip_family_policy) return false;
  if (given.is_headless()) return service.is_headless();
  const auto addresses = given.addresses();
  if (addresses.size() != given.ip_families.size()) return false;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto address = read_address_sloppy(addresses[i]);
    if (!address || given.ip_families[i] != family_name(address->family())) return false;
  }
  return true;
}

}  // namespace

std::vector<Expectation> expectations(const History& history, std::uint32_t index, const ServiceFacts* old,
                                      bool with_unseen) {
  const AuditedRequest& request = history.record.requests[index];
  std::vector<Expectation> all;
  if (request.asked_service() == nullptr || request.asked_unclear) return all;
  const ServiceFacts ask = whole_ask(request, old);
  for (const ServerFamilies& server :
       history.servers.families(request, index, with_unseen || !history.covers_addresses)) {
    all.push_back(expectation(ask, old, server, history.options.version));
  }
  return all;
}

bool fits_every(const ServiceFacts& given, const std::vector<Expectation>& expected) {
  return std::all_of(expected.begin(), expected.end(),
                     [&](const Expectation& one) { return one.errors.empty() && is_answer(given, one); });
}

std::optional<Judgement> check_families(const AuditedRequest& request,
                                        const std::vector<Expectation>& expected) {
  const ServiceFacts& given = *request.given_service();
  std::string wanted;
  for (const Expectation& one : expected) {
    if (one.errors.empty() && is_answer(given, one)) return std::nullopt;
    const std::string text = one.errors.empty() ? list_text(one.service.ip_families) + " with policy " +
                                                      one.service.ip_family_policy.value_or("unset")
                                                : "a refusal (" + cluster::aggregate_text(one.errors) + ")";
    if (wanted.find(text) == std::string::npos) wanted += (wanted.empty() ? "" : ", or ") + text;
  }
  if (expected.empty()) return std::nullopt;
  return forbidden("not-as-asked", "the answer has families " + list_text(given.ip_families) +
                                       ", addresses " + list_text(given.addresses()) + " and policy " +
                                       given.policy.value_or("unset") +
                                       "; request, policy and server call for " + wanted);
}

}  // namespace clusterip::verify
