// --service-cluster-ip-range: what is taken reads back from its own canonical text as the same ranges.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/cluster/service_cluster_ip_range.hpp"
#include "engine/net/text.hpp"

namespace {

using clusterip::cluster::read_service_cluster_ip_range;
using clusterip::cluster::ServiceClusterIpRange;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const std::string& text, const clusterip::cluster::ServiceClusterIpRangeRules& rules) {
  const auto read = read_service_cluster_ip_range(text, rules);
  if (const auto* refusal = std::get_if<std::string>(&read)) return require(!refusal->empty());
  const auto& range = std::get<ServiceClusterIpRange>(read);
  require(range.texts().size() == range.families().size());
  require(!range.secondary || range.secondary->family() != range.primary.family());
  require(range.primary.contains(range.api_server_address()));
  std::string canonical;
  for (const std::string& cidr : range.texts()) canonical += (canonical.empty() ? "" : ",") + cidr;
  // An IPv4-mapped /96 or /97 is taken, though the /0 or /1 that it means is not.
  if (range.primary.length() < 2) return;
  const auto again = read_service_cluster_ip_range(canonical);
  require(std::holds_alternative<ServiceClusterIpRange>(again));
  require(std::get<ServiceClusterIpRange>(again) == range);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(text, {});
  check(text, {true, clusterip::read_address("192.0.2.1")});
  return 0;
}
