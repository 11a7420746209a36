// Which Kubernetes is mirrored: the differences between 1.33 and 1.37 that change a decision or a text.
//
// One member a difference, so that a rule reads as "does this version …" and not as a comparison of numbers.
// A version named without a patch is the newest patch whose source was read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clusterip::cluster {

struct VersionProfile {
  std::string name;  // "1.36.3"
  int minor = 36;
  int patch = 3;

  // --service-cluster-ip-range may not have more than 20 host bits.
  bool limits_flag_size = false;
  // A dynamic request asks the bitmap of the flag's range first, and only a full bitmap makes it ask the
  // ServiceCIDRs.
  bool asks_bitmap_first = false;
  // A dynamic allocation ends at an error that is neither "full" nor "not ready"; it is then a 422.
  bool stops_at_errors = true;
  // "failed to allocate a serviceIP for Service "a": …" instead of "failed to allocate a serviceIP: …".
  bool names_service_when_full = true;
  // Service addresses must not have leading zeros or be IPv4-mapped.
  bool strict_service_addresses = true;
  // Names of Services may begin with a digit (RFC 1123 and not RFC 1035 labels).
  bool takes_rfc1123_service_names = true;
  // trafficDistribution may also be PreferSameZone or PreferSameNode.
  bool knows_same_zone_traffic = true;
  // A client's status of a ServiceCIDR is dropped from a create or an update of the object itself.
  bool drops_client_status = true;
  // The ServiceCIDR controller writes the condition at every visit, changed or not.
  bool applies_status_always = false;
  // The default ServiceCIDR controller reports a mismatch whatever the Ready condition says.
  bool reports_mismatch_always = true;
  // The repair loop waits for 5 s before it calls a fresh IPAddress wrong.
  bool waits_for_fresh_addresses = true;
  // It waits for 60 s where the Service is of type ExternalName.
  bool waits_for_external_names = true;
  // Lists and structs print in messages as Go syntax, not as JSON.
  bool prints_go_syntax = false;
};

// "1.36" or "1.36.3", with or without a leading "v". Absent for versions that are not modelled.
std::optional<VersionProfile> version_profile(std::string_view text);
// Kubernetes 1.36.
VersionProfile default_version_profile();
// "1.33", …: what version_profile takes, for messages.
std::vector<std::string> modelled_versions();

}  // namespace clusterip::cluster
