// For each rule its fault is planted into real dumps, alone and together with others, and exactly those
// findings must be added. Every planted dump is also held against the slow checker of tests/support.
#include <algorithm>
#include <functional>
#include <optional>
#include <random>

#include <gtest/gtest.h>

#include "engine/net/text.hpp"
#include "tests/support/dump.hpp"
#include "tests/support/objects.hpp"

namespace clusterip::testing {
namespace {

using cluster::Duration;
using cluster::IpAddress;
using cluster::Service;
using cluster::ServiceCidr;

// A dump under damage: plants draw sound Services from it and say what they must cause.
class Patient {
 public:
  Patient(Dump whole, std::uint32_t seed) : dump(std::move(whole)), random_(seed) {
    const Lines faults = lines_of(verify::StateRules(dump.state(), {}).check_all());
    for (const Service& service : dump.services) {
      if (service.cluster_ips.size() != 1 || service.is_headless() || service.meta.name == "kubernetes")
        continue;
      const std::string& address = service.cluster_ips[0];
      const bool sound = std::none_of(faults.begin(), faults.end(), [&](const std::string& line) {
        return line.find(" " + address + ":") != std::string::npos;
      });
      if (sound) victims_.push_back(service.meta.name);
    }
    std::shuffle(victims_.begin(), victims_.end(), random_);
  }

  // A Service with one address that no other plant has touched; null where there is none left.
  Service* victim() {
    if (victims_.empty()) return nullptr;
    const std::string name = victims_.back();
    victims_.pop_back();
    return &*std::find_if(dump.services.begin(), dump.services.end(),
                          [&](const Service& service) { return service.meta.name == name; });
  }
  IpAddress& claim(const Service& service) {
    return *std::find_if(dump.ip_addresses.begin(), dump.ip_addresses.end(),
                         [&](const IpAddress& object) { return object.meta.name == service.cluster_ips[0]; });
  }
  void erase_claim(const Service& service) {
    std::erase_if(dump.ip_addresses,
                  [&](const IpAddress& object) { return object.meta.name == service.cluster_ips[0]; });
  }
  // A Service with its IPAddress, as old as the dump is.
  void add(const std::string& name, const std::string& address) {
    dump.services.push_back(service("planted/" + name, {address}));
    dump.ip_addresses.push_back(ip_address(address, "planted/" + name));
    dump.services.back().meta.creation = dump.ip_addresses.back().meta.creation = birth();
  }
  void add(ServiceCidr range) {
    range.meta.creation = birth();
    if (range.meta.deletion) range.meta.deletion = birth();
    dump.ranges.push_back(std::move(range));
  }
  std::optional<cluster::Instant> birth() const { return dump.ranges.front().meta.creation; }
  unsigned draw(unsigned below) { return static_cast<unsigned>(random_() % below); }

  Dump dump;

 private:
  std::mt19937 random_;
  std::vector<std::string> victims_;
};

// The finding that a plant must cause, its severity aside; absent where the dump has no place for it.
using Expected = std::optional<std::string>;
using Plant = Expected (*)(Patient&, verify::StateOptions&);

std::string name_of(const Service& service) {
  return "Service " + service.meta.name_space + "/" + service.meta.name;
}
std::string with_claim(const Service& service) {
  return service.cluster_ips[0] + ": " + name_of(service) + ", IPAddress " + service.cluster_ips[0];
}

Expected plant_duplicate(Patient& patient, verify::StateOptions&) {
  Service* one = patient.victim();
  Service* other = patient.victim();
  if (one == nullptr || other == nullptr) return std::nullopt;
  patient.erase_claim(*other);
  other->cluster_ip = one->cluster_ip;
  other->cluster_ips = one->cluster_ips;
  other->ip_families = one->ip_families;
  if (name_of(*other) < name_of(*one)) std::swap(one, other);
  return "duplicate-address " + one->cluster_ip + ": " + name_of(*one) + ", " + name_of(*other);
}

Expected plant_missing(Patient& patient, verify::StateOptions&) {
  const Service* service = patient.victim();
  if (service == nullptr) return std::nullopt;
  patient.erase_claim(*service);
  return "missing-ipaddress " + service->cluster_ip + ": " + name_of(*service);
}

Expected plant_wrong_parent(Patient& patient, verify::StateOptions&) {
  const Service* service = patient.victim();
  if (service == nullptr) return std::nullopt;
  auto& parent = patient.claim(*service).parent;
  switch (patient.draw(4)) {
    case 0:
      parent->name = "nobody";
      break;
    case 1:
      parent = cluster::ParentRef{"", "services", "default", "kubernetes"};
      break;
    case 2:
      parent->resource = "gateways";
      parent->group = "gateway.networking.k8s.io";
      break;
    default:
      parent.reset();
      break;
  }
  return "wrong-parent " + with_claim(*service);
}

Expected plant_orphan(Patient& patient, verify::StateOptions&) {
  const Service* service = patient.victim();
  if (service == nullptr) return std::nullopt;
  if (patient.draw(2) == 0) {
    // The Service goes, its IPAddress stays.
    const std::string address = service->cluster_ip;
    std::erase_if(patient.dump.services, [&](const Service& one) { return &one == service; });
    return "orphan-ipaddress " + address + ": IPAddress " + address;
  }
  patient.dump.ip_addresses.push_back(
      ip_address("198.51.100.7", service->meta.name_space + "/" + service->meta.name));
  patient.dump.ip_addresses.back().meta.creation = patient.birth();
  return "orphan-ipaddress 198.51.100.7: " + name_of(*service) + ", IPAddress 198.51.100.7";
}

Expected plant_labels(Patient& patient, verify::StateOptions&) {
  const Service* service = patient.victim();
  if (service == nullptr) return std::nullopt;
  auto& labels = patient.claim(*service).meta.labels;
  switch (patient.draw(3)) {
    case 0:
      labels.erase(std::string(cluster::kManagedByLabel));
      break;
    case 1:
      labels[std::string(cluster::kFamilyLabel)] = "IPv5";
      break;
    default:
      labels.clear();
      break;
  }
  return "wrong-labels " + with_claim(*service);
}

Expected plant_outside(Patient& patient, verify::StateOptions&) {
  patient.add("outside", "203.0.113.9");
  return "outside-every-range 203.0.113.9: Service planted/outside";
}

Expected plant_unusable(Patient& patient, verify::StateOptions&) {
  patient.add(range("planted-unusable", {"192.0.2.0/24", "2001:db8:7::/112"}));
  const std::string address =
      std::vector<std::string>{"192.0.2.0", "192.0.2.255", "2001:db8:7::"}[patient.draw(3)];
  patient.add("unusable", address);
  return "unusable-address " + address + ": Service planted/unusable, ServiceCIDR planted-unusable";
}

Expected plant_family(Patient& patient, verify::StateOptions&) {
  Service* service = patient.victim();
  if (service == nullptr) return std::nullopt;
  switch (patient.draw(4)) {
    case 0:
      service->ip_family_policy = "RequireDualStack";
      break;
    case 1:
      service->ip_families[0] = service->ip_families[0] == "IPv4" ? "IPv6" : "IPv4";
      break;
    case 2:
      service->ip_families = {"IPv4", "IPv6"};
      break;
    default:
      service->cluster_ip = "10.0.0.10";
      break;
  }
  return "family-mismatch: " + name_of(*service);
}

// Another writing of an IPv4 address; the IPAddress stays right, for it has the value.
Expected plant_malformed(Patient& patient, verify::StateOptions&) {
  Service* service = patient.victim();
  while (service != nullptr && service->cluster_ip.find(':') != std::string::npos) service = patient.victim();
  if (service == nullptr) return std::nullopt;
  const std::string text = patient.draw(2) == 0 ? "0" + service->cluster_ip : "::ffff:" + service->cluster_ip;
  service->cluster_ip = text;
  service->cluster_ips = {text};
  return "malformed " + text + ": " + name_of(*service);
}

Expected plant_held(Patient& patient, verify::StateOptions&) {
  patient.add(terminating("planted-held", {"192.0.3.0/24"}, 0));
  patient.add("held", "192.0.3.77");
  return "held-by-terminating 192.0.3.77: Service planted/held, ServiceCIDR planted-held";
}

Expected plant_default_differs(Patient&, verify::StateOptions& options) {
  options.default_ranges = {*read_cidr("192.0.4.0/24")};
  return "default-differs: ServiceCIDR kubernetes";
}

Expected plant_api_service(Patient& patient, verify::StateOptions&) {
  patient.add(range("planted-api", {"192.0.5.0/24"}));
  for (Service& service : patient.dump.services) {
    if (service.meta.name != "kubernetes") continue;
    patient.erase_claim(service);
    service.cluster_ip = "192.0.5.1";
    service.cluster_ips = {"192.0.5.1"};
    service.ip_families = {"IPv4"};
  }
  patient.dump.ip_addresses.push_back(ip_address("192.0.5.1", "default/kubernetes"));
  return "api-service-outside-default 192.0.5.1: Service default/kubernetes, ServiceCIDR kubernetes";
}

Expected plant_unprotected(Patient& patient, verify::StateOptions&) {
  ServiceCidr bare = range("planted-bare", {"192.0.6.0/24"});
  bare.meta.finalizers.clear();
  patient.add(std::move(bare));
  return "unprotected-range: ServiceCIDR planted-bare";
}

Expected plant_stuck(Patient& patient, verify::StateOptions&) {
  patient.add(terminating("planted-stuck", {"192.0.7.0/24"}, 0));
  return "stuck-terminating: ServiceCIDR planted-stuck";
}

struct NamedPlant {
  const char* name;
  Plant plant;
};
const NamedPlant kPlants[] = {{"duplicate-address", plant_duplicate},
                              {"missing-ipaddress", plant_missing},
                              {"wrong-parent", plant_wrong_parent},
                              {"orphan-ipaddress", plant_orphan},
                              {"wrong-labels", plant_labels},
                              {"outside-every-range", plant_outside},
                              {"unusable-address", plant_unusable},
                              {"family-mismatch", plant_family},
                              {"malformed", plant_malformed},
                              {"held-by-terminating", plant_held},
                              {"default-differs", plant_default_differs},
                              {"api-service-outside-default", plant_api_service},
                              {"unprotected-range", plant_unprotected},
                              {"stuck-terminating", plant_stuck}};

std::string severity_of(const std::string& line) {
  if (line.starts_with("held-by-terminating")) return "info ";
  for (const char* rule : {"default-differs", "api-service", "unprotected-range", "stuck-terminating"}) {
    if (line.starts_with(rule)) return "warning ";
  }
  return "error ";
}

// Ages the dump by an hour, so that nothing is explained by youth.
verify::StateOptions an_hour_later(const Dump& dump) {
  verify::StateOptions options;
  options.now = *dump.state().newest() + Duration::seconds(3600);
  return options;
}

// Plants into a copy and compares; the number of plants that found a place.
int check_plants(const Dump& dump, const std::vector<NamedPlant>& plants, std::uint32_t seed) {
  verify::StateOptions options = an_hour_later(dump);
  const Lines before = lines_of(verify::StateRules(dump.state(), options).check_all());
  Patient patient(dump, seed);
  Lines expected = before;
  int planted = 0;
  std::string names;
  for (const NamedPlant& plant : plants) {
    const Expected line = plant.plant(patient, options);
    if (!line) continue;
    names += std::string(" ") + plant.name;
    expected.insert(severity_of(*line) + *line);
    ++planted;
  }
  const verify::State state = patient.dump.state();
  EXPECT_EQ(lines_of(verify::StateRules(state, options).check_all()), expected) << "planted:" << names;
  // The same dump at its own time, against the slow checker.
  options.now.reset();
  EXPECT_EQ(lines_of(verify::StateRules(state, options).check_all()), golden_findings(patient.dump, options))
      << "planted:" << names;
  return planted;
}

class PlantedFaults : public ::testing::TestWithParam<std::string> {};

TEST_P(PlantedFaults, EachAloneAddsExactlyItsFinding) {
  const Dump dump = load_recorded_dump(GetParam());
  int planted = 0;
  for (const NamedPlant& plant : kPlants) {
    for (std::uint32_t seed = 0; seed < 4; ++seed) planted += check_plants(dump, {plant}, seed);
    if (HasFailure()) FAIL() << plant.name;
  }
  EXPECT_GE(planted, 7 * 4);
}

TEST_P(PlantedFaults, TogetherTheyAddExactlyTheirFindings) {
  const Dump dump = load_recorded_dump(GetParam());
  std::mt19937 random(11);
  for (std::uint32_t round = 0; round < 12; ++round) {
    std::vector<NamedPlant> plants(std::begin(kPlants), std::end(kPlants));
    std::shuffle(plants.begin(), plants.end(), random);
    plants.resize(2 + random() % (plants.size() - 1));
    check_plants(dump, plants, round);
    if (HasFailure()) FAIL() << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(Recordings, PlantedFaults, ::testing::ValuesIn(recorded_dumps()),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
                           return name;
                         });

}  // namespace
}  // namespace clusterip::testing
