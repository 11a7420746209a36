#include "engine/cluster/service_address_rules.hpp"

#include <algorithm>
#include <set>

#include "engine/cluster/address_rules.hpp"
#include "engine/cluster/service_traits.hpp"

namespace clusterip::cluster {
namespace {

constexpr const char* kAddresses = "spec.clusterIPs";
constexpr const char* kFamilies = "spec.ipFamilies";
constexpr const char* kPolicy = "spec.ipFamilyPolicy";
constexpr const char* kMayNotChange = "may not change once set";

std::string at(const std::string& field, std::size_t index) {
  return field + "[" + std::to_string(index) + "]";
}

// An absent list prints as null.
std::string list_json(const std::vector<std::string>& values) {
  return values.empty() ? "null" : json_list(values);
}

std::string policy_json(const Service& service) {
  return service.ip_family_policy ? json_quote(*service.ip_family_policy) : "null";
}

void check_pair(const Service& service, FieldErrors& errors) {
  if (service.cluster_ip.empty()) {
    if (!service.cluster_ips.empty()) {
      errors.push_back(
          invalid(kAddresses, service.cluster_ips, "must be empty when `clusterIP` is not specified"));
    }
  } else if (service.cluster_ips.empty()) {
    errors.push_back(required(kAddresses));
  } else if (service.cluster_ips.front() != service.cluster_ip) {
    errors.push_back(invalid(kAddresses, service.cluster_ips, "first value must match `clusterIP`"));
  }
}

void check_families(const Service& service, FieldErrors& errors) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < service.ip_families.size(); ++i) {
    const std::string& name = service.ip_families[i];
    if (!family_of_name(name)) {
      errors.push_back(not_supported(at(kFamilies, i), json_quote(name), {"IPv4", "IPv6"}));
    }
    if (!seen.insert(name).second) errors.push_back(duplicate(at(kFamilies, i), json_quote(name)));
  }
}

void check_policy(const Service& service, FieldErrors& errors) {
  if (!service.ip_family_policy || has_policy(service, kSingleStack) ||
      has_policy(service, kPreferDualStack) || has_policy(service, kRequireDualStack)) {
    return;
  }
  errors.push_back(not_supported(
      kPolicy, policy_json(service),
      {std::string(kPreferDualStack), std::string(kRequireDualStack), std::string(kSingleStack)}));
}

// False: an address cannot be read, and nothing more can be said about the list.
bool check_texts(const Service& service, const Service* old, const VersionProfile& version,
                 FieldErrors& errors) {
  bool readable = true;
  const auto& texts = service.cluster_ips;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i == 0 && texts[i] == kHeadless) {
      if (texts.size() > 1) {
        readable = false;
        errors.push_back(invalid(kAddresses, texts, "'None' must be the first and only value"));
      }
      continue;
    }
    const bool stands = old != nullptr && std::find(old->cluster_ips.begin(), old->cluster_ips.end(),
                                                    texts[i]) != old->cluster_ips.end();
    if (stands) continue;
    const Reasons reasons = check_legacy_address(texts[i], version.strict_service_addresses);
    readable = readable && reasons.empty();
    append_invalid(errors, at(kAddresses, i), texts[i], reasons);
  }
  if (texts.size() > 2) errors.push_back(invalid(kAddresses, texts, "may only hold up to 2 values"));
  return readable;
}

void check_one_of_each_family(const Service& service, FieldErrors& errors) {
  const auto& texts = service.cluster_ips;
  if (texts.size() < 2) return;
  std::set<Family> families;
  bool readable = true;
  for (std::size_t i = 0; i < texts.size() && readable; ++i) {
    const auto family = family_of_address(texts[i]);
    readable = family.has_value();
    if (readable) {
      families.insert(*family);
    } else {
      // "None" of a stored headless Service passes the check of the texts at any place.
      errors.push_back(
          {FieldErrorType::kInternal, kAddresses, "",
           "failed to check for dual stack with error:invalid " + at("IP", i) + ": " + texts[i]});
    }
  }
  if (!readable || families.size() < 2) {
    errors.push_back(invalid(kAddresses, texts, "may specify no more than one IP for each IP family"));
  }
}

void check_against_families(const Service& service, FieldErrors& errors) {
  if (is_headless_for_validation(service)) return;
  const std::size_t count = std::min(service.cluster_ips.size(), service.ip_families.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& text = service.cluster_ips[i];
    const auto wanted = family_of_name(service.ip_families[i]);
    // What cannot be read counts as IPv4.
    const Family family = family_of_address(text).value_or(Family::kIPv4);
    if (!wanted || family == *wanted) continue;
    errors.push_back(invalid(
        at(kAddresses, i), text,
        "expected an " + service.ip_families[i] + " value as indicated by `" + at("ipFamilies", i) + "`"));
  }
}

FieldError needs_single_stack(const Service& service, const char* what) {
  return invalid_json(kPolicy, policy_json(service),
                      std::string("must be set to 'SingleStack' when releasing the secondary ") + what);
}

bool first_differs(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return !a.empty() && !b.empty() && a.front() != b.front();
}

}  // namespace

FieldErrors validate_address_fields(const Service& service, const Service* old,
                                    const VersionProfile& version) {
  if (!needs_cluster_ip(service)) return {};
  FieldErrors errors;
  check_pair(service, errors);
  check_families(service, errors);
  check_policy(service, errors);
  if (!check_texts(service, old, version, errors)) return errors;
  check_one_of_each_family(service, errors);
  check_against_families(service, errors);
  return errors;
}

FieldErrors validate_address_changes(const Service& service, const Service& old) {
  FieldErrors errors;
  if (!needs_cluster_ip(service) || !needs_cluster_ip(old)) return errors;
  if (is_headless_for_validation(service) && is_headless_for_validation(old)) return errors;
  const auto& now = service.cluster_ips;
  const auto& before = old.cluster_ips;
  const std::string value = list_json(now);
  if (now.size() == before.size()) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != before[i]) errors.push_back(invalid_json(at(kAddresses, i), value, kMayNotChange));
    }
    return errors;
  }
  if (now.empty()) {
    errors.push_back(invalid_json(at(kAddresses, 0), value, "primary clusterIP can not be unset"));
  }
  if (first_differs(now, before)) errors.push_back(invalid_json(at(kAddresses, 0), value, kMayNotChange));
  if (now.size() < before.size() && now.size() == 1 && !has_policy(service, kSingleStack)) {
    errors.push_back(needs_single_stack(service, "clusterIP"));
  }
  return errors;
}

FieldErrors validate_family_changes(const Service& service, const Service& old) {
  FieldErrors errors;
  if (!needs_cluster_ip(service) || !needs_cluster_ip(old)) return errors;
  if (is_headless_for_validation(service) || is_headless_for_validation(old)) return errors;
  const auto& now = service.ip_families;
  const auto& before = old.ip_families;
  // Upstream names the first element whichever differs, and prints the addresses where the lengths differ.
  const std::string field = at(kFamilies, 0);
  if (now.size() == before.size()) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != before[i]) errors.push_back(invalid_json(field, list_json(now), kMayNotChange));
    }
    return errors;
  }
  const bool is_shorter = now.size() < before.size();
  if (is_shorter && service.cluster_ips.empty()) {
    errors.push_back(invalid_json(field, list_json(now), "primary ipFamily can not be unset"));
  }
  if (first_differs(now, before)) {
    errors.push_back(invalid_json(field, list_json(service.cluster_ips), kMayNotChange));
  }
  if (is_shorter && now.size() == 1 && !has_policy(service, kSingleStack)) {
    errors.push_back(needs_single_stack(service, "ipFamily"));
  }
  return errors;
}

}  // namespace clusterip::cluster
