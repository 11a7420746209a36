#include "engine/verify/object_rules.hpp"

#include <utility>

#include "engine/cluster/go_text.hpp"
#include "engine/net/text.hpp"
#include "engine/verify/state.hpp"

namespace clusterip::verify {
namespace {

std::string_view fault_words(TextFault fault) {
  switch (fault) {
    case TextFault::kNone:
      return "";
    case TextFault::kUnreadable:
      return "cannot be read";
    case TextFault::kLeadingZeros:
      return "has leading zeros";
    case TextFault::kIpv4Mapped:
      return "is an IPv4-mapped IPv6 address";
    case TextFault::kHostBits:
      return "has bits set beyond the prefix length";
    case TextFault::kNotCanonical:
      return "is not in canonical form";
  }
  return "";
}

// `what` names the text: "cluster IP \"010.0.0.1\"".
std::string malformed_text(const std::string& what, TextFault fault, const std::string& canonical) {
  std::string text = what + " " + std::string(fault_words(fault));
  if (!canonical.empty()) text += "; it means " + canonical;
  return text;
}

std::string label_problem(const cluster::IpAddress& object, std::string_view label,
                          std::string_view expected) {
  const auto found = object.meta.labels.find(label);
  if (found == object.meta.labels.end()) return "label " + std::string(label) + " is missing";
  if (found->second == expected) return {};
  return "label " + std::string(label) + " is " + cluster::json_quote(found->second) + " in place of " +
         cluster::json_quote(expected);
}

}  // namespace

std::vector<std::string> held_addresses(const cluster::Service& service) {
  std::vector<std::string> texts = service.addresses();
  const bool only_singular = texts.empty() && !service.is_external_name() && !service.is_headless() &&
                             service.cluster_ips.empty() && !service.cluster_ip.empty();
  if (only_singular) texts.push_back(service.cluster_ip);
  return texts;
}

std::vector<Finding> judge_alone(const cluster::Service& service) {
  std::vector<Finding> findings;
  const ObjectRef self{"Service", service.meta.name_space, service.meta.name};
  for (const std::string& text : held_addresses(service)) {
    const AddressText read = examine_address(text);
    if (read.fault == TextFault::kNone) continue;
    findings.push_back({"malformed",
                        Severity::kError,
                        text,
                        {self},
                        malformed_text("cluster IP " + cluster::json_quote(text), read.fault,
                                       read.sloppy ? read.sloppy->to_string() : "")});
  }
  std::string fault = shape_fault(service);
  if (!fault.empty()) {
    findings.push_back({"family-mismatch", Severity::kError, "", {self}, std::move(fault)});
  }
  return findings;
}

std::vector<Finding> judge_alone(const cluster::IpAddress& object) {
  const std::string& name = object.meta.name;
  const AddressText read = examine_address(name);
  if (read.fault == TextFault::kNone) return {};
  return {{"malformed",
           Severity::kError,
           name,
           {ip_address_ref(name)},
           malformed_text("the name of IPAddress " + cluster::json_quote(name), read.fault,
                          read.sloppy ? read.sloppy->to_string() : "")}};
}

std::vector<Finding> judge_alone(const cluster::ServiceCidr& range) {
  std::vector<Finding> findings;
  for (const std::string& text : range.cidrs) {
    const CidrText read = examine_cidr(text);
    if (read.fault == TextFault::kNone) continue;
    findings.push_back({"malformed",
                        Severity::kError,
                        "",
                        {range_ref(range.meta.name)},
                        malformed_text("CIDR " + cluster::json_quote(text), read.fault,
                                       read.sloppy ? read.sloppy->to_string() : "")});
  }
  return findings;
}

bool has_right_family_label(const cluster::IpAddress& object, Family family) {
  return label_problem(object, cluster::kFamilyLabel, family_name(family)).empty();
}

std::string label_fault(const cluster::IpAddress& object, Family family) {
  std::string fault = label_problem(object, cluster::kManagedByLabel, cluster::kAllocatorIdentity);
  const std::string other = label_problem(object, cluster::kFamilyLabel, family_name(family));
  if (!fault.empty() && !other.empty()) fault += ", ";
  return fault + other;
}

}  // namespace clusterip::verify
