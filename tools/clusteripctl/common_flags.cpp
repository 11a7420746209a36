#include "tools/clusteripctl/common_flags.hpp"

#include <unistd.h>
#include <variant>

#include "engine/cluster/service_cluster_ip_range.hpp"
#include "tools/clusteripctl/options.hpp"

namespace clusterip::ctl {

cluster::VersionProfile read_kubernetes_version(const std::string& text) {
  if (const auto version = cluster::version_profile(text)) return *version;
  const auto modelled = cluster::modelled_versions();
  throw OptionError("--kubernetes-version: \"" + text + "\" is not modelled; " + modelled.front() + " to " +
                    modelled.back() + " are, each also with a patch, such as 1.36.3");
}

std::vector<Cidr> read_service_ranges(const std::string& text, const cluster::VersionProfile& version) {
  if (text.empty()) return {};
  cluster::ServiceClusterIpRangeRules rules;
  rules.limit_host_bits = version.limits_flag_size;
  const auto read = cluster::read_service_cluster_ip_range(text, rules);
  if (const auto* reason = std::get_if<std::string>(&read)) {
    throw OptionError("--service-cluster-ip-range=" + text + ": " + *reason);
  }
  const auto& range = std::get<cluster::ServiceClusterIpRange>(read);
  std::vector<Cidr> cidrs{range.primary};
  if (range.secondary) cidrs.push_back(*range.secondary);
  return cidrs;
}

bool wants_colour(const std::string& choice) {
  return choice == "always" || (choice == "auto" && ::isatty(STDOUT_FILENO) != 0);
}

}  // namespace clusterip::ctl
