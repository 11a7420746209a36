#include "engine/cluster/service_cluster_ip_range.hpp"

#include <algorithm>

#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::string_view kDefaultRange = "10.0.0.0/24";
constexpr unsigned kMostHostBits = 20;
constexpr unsigned kFewestHostBits = 3;
constexpr std::size_t kMostEntries = 2;

// The first entries of a comma-separated text, and how many there are in all.
struct Entries {
  std::string_view first;
  std::optional<std::string_view> second;
  std::size_t count = 0;
};

Entries split(std::string_view text) {
  Entries entries;
  entries.count = 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), ','));
  const std::size_t comma = text.find(',');
  entries.first = text.substr(0, comma);
  if (comma != std::string_view::npos) {
    const std::string_view rest = text.substr(comma + 1);
    entries.second = rest.substr(0, rest.find(','));
  }
  return entries;
}

// Upstream counts in the notation of the text: an IPv4-mapped CIDR has 128 bits here. At least 8 addresses,
// where the two largest sizes of a family count as none.
bool is_large_enough(const Cidr& written) {
  return written.host_bits() >= kFewestHostBits && written.length() >= 2;
}

std::string too_large(const Cidr& written, std::string_view flag) {
  const unsigned bits = address_bits(written.family());
  return "specified " + std::string(flag) + " is too large; for " + std::to_string(bits) +
         "-bit addresses, the mask must be >= " + std::to_string(bits - kMostHostBits);
}

// The entries that upstream reads, with how they were written.
struct Readings {
  CidrText primary;
  std::optional<CidrText> secondary;
  std::size_t entries = 0;
};

std::vector<std::string> faults_of(const Readings& read, const ServiceClusterIpRangeRules& rules) {
  std::vector<std::string> faults;
  const auto check_size = [&](const CidrText& text, std::string_view flag) {
    const bool large = rules.limit_host_bits && text.written->host_bits() > kMostHostBits;
    if (large) faults.push_back(too_large(*text.written, flag));
  };
  if (read.entries > kMostEntries) {
    faults.emplace_back("--service-cluster-ip-range must not contain more than two entries");
  }
  const Cidr primary = *read.primary.sloppy;
  check_size(read.primary, "--service-cluster-ip-range");
  if (read.secondary) {
    if (read.secondary->sloppy->family() == primary.family()) {
      faults.emplace_back(
          "--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family");
    }
    check_size(*read.secondary, "--service-cluster-ip-range[1]");
  }
  if (rules.advertise_address && rules.advertise_address->family() != primary.family()) {
    faults.push_back("service IP family \"" + primary.to_string() + "\" must match public address family \"" +
                     rules.advertise_address->to_string() + "\"");
  }
  return faults;
}

std::string joined(const std::vector<std::string>& faults) {
  if (faults.size() == 1) return faults.front();
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "[" : ", ") + fault;
  return text + "]";
}

}  // namespace

std::vector<Family> ServiceClusterIpRange::families() const {
  std::vector<Family> families{primary.family()};
  if (secondary) families.push_back(secondary->family());
  return families;
}

std::vector<std::string> ServiceClusterIpRange::texts() const {
  std::vector<std::string> texts{primary.to_string()};
  if (secondary) texts.push_back(secondary->to_string());
  return texts;
}

Address ServiceClusterIpRange::api_server_address() const {
  return {primary.family(), primary.network().bits() + 1};
}

std::variant<ServiceClusterIpRange, std::string> read_service_cluster_ip_range(
    std::string_view text, const ServiceClusterIpRangeRules& rules) {
  const Entries entries = split(text.empty() ? kDefaultRange : text);
  Readings read{examine_cidr(entries.first), std::nullopt, entries.count};
  if (!read.primary.sloppy) return "service-cluster-ip-range[0] is not a valid cidr";
  if (!is_large_enough(*read.primary.written)) {
    return "error determining service IP ranges for primary service cidr: the service cluster IP range must "
           "be at least 8 IP addresses";
  }
  if (entries.second) {
    read.secondary = examine_cidr(*entries.second);
    if (!read.secondary->sloppy) return "service-cluster-ip-range[1] is not an ip net";
  }
  const std::vector<std::string> faults = faults_of(read, rules);
  if (!faults.empty()) return joined(faults);
  return ServiceClusterIpRange{*read.primary.sloppy, read.secondary ? read.secondary->sloppy : std::nullopt};
}

}  // namespace clusterip::cluster
