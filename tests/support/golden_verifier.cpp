// The rules of the report, object against object.
#include <algorithm>
#include <arpa/inet.h>
#include <optional>

#include "engine/net/text.hpp"
#include "tests/support/dump.hpp"

namespace clusterip::testing {
namespace {

using cluster::IpAddress;
using cluster::Service;
using cluster::ServiceCidr;

std::string name_of(const Service& object) {
  return "Service " + object.meta.name_space + "/" + object.meta.name;
}
std::string name_of(const IpAddress& object) {
  return "IPAddress " + object.meta.name;
}
std::string name_of(const ServiceCidr& object) {
  return "ServiceCIDR " + object.meta.name;
}

// Whether posix reads the text, and prints it so: canonical form by another reader than ours.
bool is_canonical(const std::string& text) {
  char printed[INET6_ADDRSTRLEN];
  in_addr v4{};
  in6_addr v6{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    return inet_ntop(AF_INET, &v4, printed, sizeof printed) == text;
  }
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 &&
         inet_ntop(AF_INET6, &v6, printed, sizeof printed) == text && text.find('.') == std::string::npos;
}

class Golden {
 public:
  Golden(const Dump& dump, const verify::StateOptions& options)
      : dump_(dump),
        options_(options),
        now_(options.now ? *options.now : dump.state().newest().value_or(cluster::Instant{})) {
    for (const Service& service : dump.services) values_.emplace_back(&service, values_of(service));
    for (const IpAddress& object : dump.ip_addresses)
      claims_.emplace_back(read_address_sloppy(object.meta.name));
  }

  Lines run() {
    for (const Service& service : dump_.services) {
      check_texts(service);
      check_shape(service);
      for (const Address& address : values_of(service)) {
        if (is_first_holder(service, address)) check_address(address);
      }
    }
    for (const IpAddress& object : dump_.ip_addresses) check_ip_address(object);
    for (const ServiceCidr& range : dump_.ranges) check_range(range);
    check_defaults();
    return lines_;
  }

 private:
  void say(bool explained, const std::string& severity, const std::string& rest) {
    lines_.insert((explained ? "info" : severity) + " " + rest);
  }
  bool young(const cluster::ObjectMeta& meta) const {
    return meta.creation && now_ - *meta.creation < options_.settling;
  }

  static std::vector<Address> values_of(const Service& service) {
    std::vector<Address> all;
    if (service.type == "ExternalName") return all;
    for (const std::string& text : service.cluster_ips) {
      if (const auto address = read_address_sloppy(text)) all.push_back(*address);
    }
    return all;
  }
  std::vector<const Service*> holders(const Address& address) const {
    std::vector<const Service*> all;
    for (const auto& [service, held] : values_) {
      if (std::find(held.begin(), held.end(), address) != held.end()) all.push_back(service);
    }
    std::sort(all.begin(), all.end(), [](const Service* a, const Service* b) {
      return std::tie(a->meta.name_space, a->meta.name) < std::tie(b->meta.name_space, b->meta.name);
    });
    return all;
  }
  bool is_first_holder(const Service& service, const Address& address) const {
    return holders(address).front() == &service;
  }
  const IpAddress* claim(const Address& address) const {
    const auto found = std::find(claims_.begin(), claims_.end(), address);
    return found == claims_.end() ? nullptr
                                  : &dump_.ip_addresses[static_cast<std::size_t>(found - claims_.begin())];
  }
  static bool names(const IpAddress& object, const Service& service) {
    return object.parent && object.parent->is_service() && object.parent->name == service.meta.name &&
           object.parent->name_space == service.meta.name_space;
  }
  static std::string list(const std::vector<const Service*>& services) {
    std::string text;
    for (const Service* service : services) text += (text.empty() ? "" : ", ") + name_of(*service);
    return text;
  }

  void check_texts(const Service& service) {
    if (service.type == "ExternalName" || service.cluster_ip == "None") return;
    for (const std::string& text : service.cluster_ips) {
      if (!is_canonical(text)) say(false, "error", "malformed " + text + ": " + name_of(service));
    }
  }

  void check_shape(const Service& service) {
    const auto& families = service.ip_families;
    bool fits = true;
    if (service.type == "ExternalName") return;
    const std::string policy = service.ip_family_policy.value_or("");
    if (policy == "SingleStack") fits = families.size() == 1;
    if (policy == "RequireDualStack") fits = families.size() == 2;
    if (service.cluster_ip != "None") {
      fits = fits && service.cluster_ips.size() == families.size() && !families.empty() &&
             service.cluster_ips[0] == service.cluster_ip;
      for (std::size_t i = 0; fits && i < families.size(); ++i) {
        const auto address = read_address_sloppy(service.cluster_ips[i]);
        fits = !address || families[i] == family_name(address->family());
      }
    }
    if (!fits) say(false, "error", "family-mismatch: " + name_of(service));
  }

  void check_address(const Address& address) {
    const auto held_by = holders(address);
    const bool all_young = std::all_of(held_by.begin(), held_by.end(),
                                       [&](const Service* service) { return young(service->meta); });
    const std::string text = address.to_string();
    if (held_by.size() > 1) say(false, "error", "duplicate-address " + text + ": " + list(held_by));
    check_claim(address, held_by, all_young);
    check_place(address, held_by, all_young);
  }

  void check_claim(const Address& address, const std::vector<const Service*>& held_by, bool all_young) {
    const std::string text = address.to_string();
    const IpAddress* object = claim(address);
    if (object == nullptr) {
      say(all_young, "error", "missing-ipaddress " + text + ": " + list(held_by));
      return;
    }
    const std::string both = ": " + list(held_by) + ", " + name_of(*object);
    const bool right = std::any_of(held_by.begin(), held_by.end(),
                                   [&](const Service* service) { return names(*object, *service); });
    if (!right) say(all_young || young(object->meta), "error", "wrong-parent " + text + both);
    const auto label = [&](std::string_view name) {
      const auto found = object->meta.labels.find(name);
      return found == object->meta.labels.end() ? std::string() : found->second;
    };
    const bool labelled =
        label("ipaddress.kubernetes.io/managed-by") == "ipallocator.k8s.io" &&
        label("ipaddress.kubernetes.io/ip-family") == (address.family() == Family::kIPv4 ? "IPv4" : "IPv6");
    const bool of_a_service = object->parent && object->parent->is_service();
    if (!labelled && of_a_service) say(false, "error", "wrong-labels " + text + both);
  }

  void check_place(const Address& address, const std::vector<const Service*>& held_by, bool all_young) {
    std::string inside;
    bool usable = false;
    bool living = false;
    for (const ServiceCidr& range : sorted_ranges()) {
      bool contains = false;
      for (const std::string& text : range.cidrs) {
        const auto cidr = read_cidr_sloppy(text);
        if (!cidr || !cidr->contains(address)) continue;
        contains = true;
        const bool v4 = address.family() == Family::kIPv4;
        if (address == cidr->network() || (v4 && address == cidr->last())) continue;
        usable = true;
        living = living || !range.meta.deletion;
      }
      if (contains) inside += ", " + name_of(range);
    }
    const std::string rest = address.to_string() + ": " + list(held_by) + inside;
    if (inside.empty()) {
      say(all_young, "error", "outside-every-range " + rest);
    } else if (!usable) {
      say(all_young, "error", "unusable-address " + rest);
    } else if (!living) {
      say(false, "info", "held-by-terminating " + rest);
    }
  }
  std::vector<ServiceCidr> sorted_ranges() const {
    std::vector<ServiceCidr> ranges = dump_.ranges;
    std::sort(ranges.begin(), ranges.end(),
              [](const ServiceCidr& a, const ServiceCidr& b) { return a.meta.name < b.meta.name; });
    return ranges;
  }

  void check_ip_address(const IpAddress& object) {
    const auto address = read_address_sloppy(object.meta.name);
    if (!is_canonical(object.meta.name)) {
      say(false, "error", "malformed " + object.meta.name + ": " + name_of(object));
    }
    if (!address || !holders(*address).empty() || !object.is_managed()) return;
    for (const Service& service : dump_.services) {
      if (!names(object, service)) continue;
      say(young(object.meta) || young(service.meta), "error",
          "orphan-ipaddress " + object.meta.name + ": " + name_of(service) + ", " + name_of(object));
      return;
    }
    say(young(object.meta), "error", "orphan-ipaddress " + object.meta.name + ": " + name_of(object));
  }

  void check_range(const ServiceCidr& range) {
    for (const std::string& text : range.cidrs) {
      const auto cidr = read_cidr_sloppy(text);
      if (!cidr || cidr->to_string() != text) say(false, "error", "malformed: " + name_of(range));
    }
    if (!range.meta.deletion) {
      if (range.meta.finalizers.empty()) say(false, "warning", "unprotected-range: " + name_of(range));
      return;
    }
    if (range.meta.finalizers.size() > 1 || is_blocked(range)) return;
    say(young(range.meta) || now_ - *range.meta.deletion < options_.settling, "warning",
        "stuck-terminating: " + name_of(range));
  }

  // 6.4, as it is written there.
  bool is_blocked(const ServiceCidr& range) const {
    bool has_parent = true;
    for (const std::string& text : range.cidrs) {
      const Cidr cidr = *read_cidr_sloppy(text);
      bool covered = false;
      for (const ServiceCidr& other : dump_.ranges) {
        for (const std::string& larger : other.cidrs) {
          covered =
              covered || (other.meta.name != range.meta.name && read_cidr_sloppy(larger)->contains(cidr));
        }
      }
      has_parent = has_parent && covered;
    }
    if (has_parent) return false;
    for (const IpAddress& object : dump_.ip_addresses) {
      const auto address = read_address_sloppy(object.meta.name);
      if (!object.is_managed() || !address) continue;
      const auto family = object.meta.labels.find(cluster::kFamilyLabel);
      if (family == object.meta.labels.end() || family->second != family_name(address->family())) continue;
      std::set<std::string> containing;
      for (const ServiceCidr& other : dump_.ranges) {
        for (const std::string& text : other.cidrs) {
          if (read_cidr_sloppy(text)->has_host(*address)) containing.insert(other.meta.name);
        }
      }
      if (containing == std::set<std::string>{range.meta.name}) return true;
    }
    return false;
  }

  void check_defaults() {
    const ServiceCidr* kubernetes = nullptr;
    for (const ServiceCidr& range : dump_.ranges) {
      if (range.meta.name == "kubernetes") kubernetes = &range;
    }
    std::vector<std::string> flag;
    for (const Cidr& cidr : options_.default_ranges) flag.push_back(cidr.to_string());
    if (!flag.empty() && (kubernetes == nullptr || kubernetes->cidrs != flag)) {
      say(false, "warning", "default-differs: ServiceCIDR kubernetes");
    }
    if (kubernetes == nullptr) return;
    for (const Service& service : dump_.services) {
      if (service.meta.name != "kubernetes" || service.meta.name_space != "default") continue;
      for (const Address& address : values_of(service)) {
        const bool inside =
            std::any_of(kubernetes->cidrs.begin(), kubernetes->cidrs.end(),
                        [&](const auto& text) { return read_cidr_sloppy(text)->contains(address); });
        if (inside) continue;
        say(young(service.meta) || young(kubernetes->meta), "warning",
            "api-service-outside-default " + address.to_string() + ": " + name_of(service) + ", " +
                name_of(*kubernetes));
      }
    }
  }

  const Dump& dump_;
  const verify::StateOptions& options_;
  cluster::Instant now_;
  // The addresses of each Service, and of each IPAddress in the order of the dump.
  std::vector<std::pair<const Service*, std::vector<Address>>> values_;
  std::vector<std::optional<Address>> claims_;
  Lines lines_;
};

}  // namespace

Lines golden_findings(const Dump& dump, const verify::StateOptions& options) {
  return Golden(dump, options).run();
}

}  // namespace clusterip::testing
