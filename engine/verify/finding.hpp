// What the verifier says about a state: a rule that it breaks, how bad that is, and the objects concerned.
//
// The rules' names are an interface: scripts, dashboards and reports hold on to them.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clusterip::verify {

enum class Severity : std::uint8_t { kInfo, kWarning, kError };

// "info", "warning", "error".
std::string_view severity_name(Severity severity);

// An object as a finding names it; name_space is empty for cluster-scoped kinds.
struct ObjectRef {
  std::string kind;  // "Service", "ServiceCIDR", "IPAddress"
  std::string name_space;
  std::string name;
  friend auto operator<=>(const ObjectRef&, const ObjectRef&) = default;
};

struct Finding {
  std::string rule;
  Severity severity = Severity::kError;
  std::string address;  // empty where the rule is not about one address
  std::vector<ObjectRef> objects;
  std::string message;
  friend bool operator==(const Finding&, const Finding&) = default;
};

}  // namespace clusterip::verify
