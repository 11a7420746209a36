#include "engine/verify/family_checks.hpp"

#include <algorithm>

#include "engine/net/text.hpp"

namespace clusterip::verify {
namespace {

constexpr std::string_view kSingle = "SingleStack";
constexpr std::string_view kRequire = "RequireDualStack";
constexpr std::string_view kPrefer = "PreferDualStack";

std::optional<Family> read_family(std::string_view text) {
  for (const Family family : {Family::kIPv4, Family::kIPv6}) {
    if (text == family_name(family)) return family;
  }
  return std::nullopt;
}

std::string policy_of(const ServiceFacts& ask, const ServiceFacts* old) {
  if (ask.policy) return *ask.policy;
  if (old != nullptr && old->policy) return *old->policy;
  return std::string(kSingle);
}

// The families that the request names, by word or by the addresses that it asks for.
std::vector<Family> named_families(const ServiceFacts& ask) {
  std::vector<Family> families;
  for (const std::string& text : ask.ip_families) {
    if (const auto family = read_family(text)) families.push_back(*family);
  }
  const auto addresses = ask.addresses();
  for (std::size_t i = families.size(); i < addresses.size(); ++i) {
    if (const auto address = read_address_sloppy(addresses[i])) families.push_back(address->family());
  }
  return families;
}

std::string family_list(const std::vector<std::string>& families) {
  std::string text;
  for (const std::string& family : families) text += (text.empty() ? "" : ",") + family;
  return text.empty() ? "none" : text;
}

bool is_answer(const ServiceFacts& given, const std::vector<Family>& families) {
  const auto addresses = given.addresses();
  if (given.ip_families.size() != families.size() || addresses.size() != families.size()) return false;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const auto address = read_address_sloppy(addresses[i]);
    if (given.ip_families[i] != family_name(families[i])) return false;
    if (!address || address->family() != families[i]) return false;
  }
  return true;
}

// An update that leaves PreferDualStack as it was is never up- or downgraded (5.3, step 2).
bool stays_preferred(const ServiceFacts& ask, const ServiceFacts* old) {
  return old != nullptr && old->policy == kPrefer && ask.policy == kPrefer;
}

}  // namespace

ServiceFacts effective_ask(const AuditedRequest& request, const ServiceFacts* old) {
  const ServiceFacts* asked = request.asked_service();
  if (asked == nullptr) return old != nullptr ? *old : ServiceFacts{};
  ServiceFacts ask = *asked;
  if (!request.asked_in_part || old == nullptr) return ask;
  if (ask.type.empty()) ask.type = old->type;
  if (!ask.policy) ask.policy = old->policy;
  if (!ask.has_selector) ask.has_selector = old->has_selector;
  if (ask.ip_families.empty()) ask.ip_families = old->ip_families;
  if (ask.cluster_ips.empty() && ask.cluster_ip.empty()) {
    ask.cluster_ip = old->cluster_ip;
    ask.cluster_ips = old->cluster_ips;
  }
  return ask;
}

std::optional<std::vector<Family>> resolve_families(const ServiceFacts& ask, const ServiceFacts* old,
                                                    const ServerFamilies& server) {
  const std::string policy = policy_of(ask, old);
  std::vector<Family> families = named_families(ask);
  // An update can reduce to the first family by its policy alone.
  if (old != nullptr && policy == kSingle && families.size() > 1) families.resize(1);
  if (policy == kSingle && families.size() > 1) return std::nullopt;
  if (policy == kRequire && server.size() < 2) return std::nullopt;
  for (const Family family : families) {
    if (std::find(server.begin(), server.end(), family) == server.end()) return std::nullopt;
  }
  if (families.empty() && old != nullptr) families = named_families(*old);
  if (families.empty()) families.push_back(server.front());
  if (policy != kSingle && families.size() == 1 && server.size() > 1) {
    families.push_back(other_family(families.front()));
  }
  return families;
}

std::optional<Judgement> check_families(const History& history, const AuditedRequest& request,
                                        const ServiceFacts& ask, const ServiceFacts* old) {
  const ServiceFacts& given = *request.given_service();
  if (ask.is_headless() || ask.is_external_name()) {
    return forbidden("not-as-asked", "the request asks for no address, and the answer has one");
  }
  const std::string policy = policy_of(ask, old);
  const std::string answer = "families " + family_list(given.ip_families) + " with " +
                             std::to_string(given.addresses().size()) + " addresses, policy " +
                             given.policy.value_or("unset");
  if (given.policy && *given.policy != policy) {
    return forbidden("not-as-asked", "the answer has " + answer + "; asked was policy " + policy);
  }
  std::string expected;
  for (const ServerFamilies& server : history.servers.families(request)) {
    const auto families = resolve_families(ask, old, server);
    if (!families) continue;
    if (is_answer(given, *families)) return std::nullopt;
    std::vector<std::string> names;
    for (const Family family : *families) names.emplace_back(family_name(family));
    if (const std::string text = family_list(names); expected.find(text) == std::string::npos) {
      expected += (expected.empty() ? "" : " or ") + text;
    }
  }
  if (stays_preferred(ask, old) && given.ip_families == old->ip_families) return std::nullopt;
  const std::string wanted = expected.empty() ? "a refusal" : "families " + expected;
  return forbidden("not-as-asked", "the answer has " + answer + "; request, policy " + policy +
                                       " and server call for " + wanted);
}

}  // namespace clusterip::verify
