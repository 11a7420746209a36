// Each kind of fault, planted into real recordings at many places and in several ways, is forbidden by its
// rule, and nothing else changes but what follows from it.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "engine/net/text.hpp"
#include "engine/verify/address_checks.hpp"
#include "tests/replay/planting.hpp"

namespace clusterip::testing {
namespace {

using verify::AuditedRequest;
using verify::Duration;
using verify::Instant;
using verify::Subject;
using verify::Verb;
using verify::Window;

constexpr std::size_t kPlaces = 6;

// Tests whose recording has no place for the fault. A place that is lost, or won, is noticed.
const std::set<std::string> kWithoutPlace{
    "AddressOfARangeThatWasTerminatingOrGone/flags_back_to_single_1_36",
    "AddressOfARangeThatWasTerminatingOrGone/flags_upgrade_to_dual_1_36",
    "AddressOfARangeThatWasTerminatingOrGone/service_matrix_1_36",
    "OneFamilyWhereTwoAreRequired/extend_1_33",
    "OneFamilyWhereTwoAreRequired/extend_1_36",
    "OneFamilyWhereTwoAreRequired/flags_back_to_single_1_36",
    "OneFamilyWhereTwoAreRequired/replace_default_1_36",
    "ReleaseThatDidNotHappen/flags_back_to_single_1_36",
    "ReleaseThatDidNotHappen/flags_upgrade_to_dual_1_36",
    "ReleaseThatDidNotHappen/replace_default_1_36",
    "StaticBandWhileTheDynamicBandHasRoom/extend_1_33",
    "StaticBandWhileTheDynamicBandHasRoom/extend_1_36",
    "StaticBandWhileTheDynamicBandHasRoom/replace_default_1_36",
};

void expect_no_place(const char* reason) {
  const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  EXPECT_EQ(kWithoutPlace.count(test), 1U) << test << " found no place for its fault: " << reason;
}

class Planted : public ::testing::TestWithParam<std::string> {
 protected:
  Planted() : base_(recorded(GetParam()), planting_options(GetParam())) {}

  const AuditedRequest& request(std::uint32_t index) const { return base_.record.requests[index]; }

  // A create of a Service that stored addresses.
  bool allocates(std::uint32_t index) const {
    const AuditedRequest& r = request(index);
    return r.subject == Subject::kService && r.verb == Verb::kCreate && r.took_effect() &&
           r.given_service() != nullptr && !r.given_service()->addresses().empty();
  }
  bool is_static(std::uint32_t index) const {
    return allocates(index) && !request(index).asked_service()->addresses().empty();
  }
  bool is_dynamic(std::uint32_t index) const { return allocates(index) && !is_static(index); }
  std::string first(std::uint32_t index) const { return request(index).given_service()->addresses().front(); }
  Family family(std::uint32_t index) const { return read_address_sloppy(first(index))->family(); }

  // Replaces the first address of each picked request by what `choose` says, in each depth.
  std::vector<Plant> replace(const std::function<bool(std::uint32_t)>& wanted,
                             const std::function<std::optional<std::string>(std::uint32_t)>& choose) const {
    std::vector<Plant> plants;
    for (const std::uint32_t index :
         pick(base_, kPlaces, [&](std::uint32_t i) { return wanted(i) && choose(i).has_value(); })) {
      for (const Depth depth : {Depth::kAnswer, Depth::kInner, Depth::kAll}) {
        Plant plant{request(index).audit_id, base_.record};
        replace_address(plant.record, base_.history.nesting, index, first(index), *choose(index), depth);
        plants.push_back(std::move(plant));
      }
    }
    return plants;
  }

  std::vector<Plant> refuse_all(const std::vector<std::uint32_t>& places, int code,
                                const std::function<std::string(std::uint32_t)>& words) const {
    std::vector<Plant> plants;
    for (const std::uint32_t index : places) {
      for (const bool drop_inner : {false, true}) {
        Plant plant{request(index).audit_id, base_.record};
        refuse(plant.record, base_.history.nesting, index, code, words(index), drop_inner);
        plants.push_back(std::move(plant));
      }
    }
    return plants;
  }

  // An address of a band of a range that nobody held for a minute.
  std::optional<std::string> long_free(std::uint32_t index, const std::optional<Span>& span) const {
    if (!span) return std::nullopt;
    const Window window{request(index).during.from - Duration::seconds(60), request(index).during.to};
    const auto address = base_.history.addresses.surely_free_in(*span, window);
    return address ? std::optional(address->to_string()) : std::nullopt;
  }
  Bands default_bands(Family family) const { return *bands_of(*base_.history.bitmap.range(family)); }

  Replayed base_;
};

TEST_P(Planted, AddressOutsideEveryRange) {
  expect_found(GetParam(),
               replace([&](std::uint32_t i) { return is_dynamic(i); },
                       [&](std::uint32_t i) -> std::optional<std::string> {
                         return family(i) == Family::kIPv4 ? "192.0.2.77" : "2001:db8::77";
                       }),
               "range-not-available");
}

TEST_P(Planted, NetworkAndBroadcastAddress) {
  for (const bool network : {true, false}) {
    const auto plants =
        replace([&](std::uint32_t i) { return is_dynamic(i) && (network || family(i) == Family::kIPv4); },
                [&](std::uint32_t i) -> std::optional<std::string> {
                  const Cidr cidr = *base_.history.bitmap.range(family(i));
                  const Address address = network ? cidr.network() : cidr.last();
                  // A larger range may have it as a host.
                  if (!base_.history.ranges.with_host(address).empty()) return std::nullopt;
                  return address.to_string();
                });
    // In `extend` a larger range has the broadcast address of the first one as a host.
    if (!plants.empty() || network) expect_found(GetParam(), plants, "range-not-available");
  }
}

TEST_P(Planted, AddressOfAnotherLivingService) {
  const auto held = [&](std::uint32_t i) -> std::optional<std::string> {
    for (const auto& [address, lives] : base_.history.addresses.all()) {
      if (address.family() != family(i)) continue;
      for (const verify::AddressLife& life : lives) {
        if (!life.surely_through(request(i).during) || life.parent->name == request(i).name) continue;
        if (!verify::check_range(base_.history, request(i), address, true)) return address.to_string();
      }
    }
    return std::nullopt;
  };
  expect_found(GetParam(), replace([&](std::uint32_t i) { return is_dynamic(i); }, held), "already-held");
}

TEST_P(Planted, StaticBandWhileTheDynamicBandHasRoom) {
  const auto low = [&](std::uint32_t i) -> std::optional<std::string> {
    const Bands bands = default_bands(family(i));
    if (!bands.static_band() || !long_free(i, bands.dynamic_band())) return std::nullopt;
    const auto address = long_free(i, bands.static_band());
    const auto value = address ? read_address_sloppy(*address) : std::nullopt;
    // With the old bitmap a bit that nothing clears may have filled the band.
    const bool judged = value && verify::check_band(base_.history, request(i), *value).has_value();
    return judged ? address : std::nullopt;
  };
  const auto plants = replace([&](std::uint32_t i) { return is_dynamic(i); }, low);
  const bool has_bands = default_bands(Family::kIPv4).static_band().has_value();
  if (!has_bands) return expect_no_place("a range of 16 addresses has no bands");
  expect_found(GetParam(), plants, "static-band");
}

TEST_P(Planted, StaticRequestAnsweredWithAnotherAddress) {
  const auto other = [&](std::uint32_t i) { return long_free(i, default_bands(family(i)).usable()); };
  const auto near = [&](std::uint32_t i) {
    const Address asked = *read_address_sloppy(first(i));
    return base_.history.bitmap.range(asked.family())->has_host(asked);
  };
  const auto plants = replace([&](std::uint32_t i) { return is_static(i) && near(i); }, other);
  if (plants.empty()) return expect_no_place("no static request, or no address free that long");
  expect_found(GetParam(), plants, "not-as-asked");
}

TEST_P(Planted, OneFamilyWhereTwoAreRequired) {
  std::vector<Plant> plants;
  for (const std::uint32_t index : pick(base_, kPlaces, [&](std::uint32_t i) {
         return allocates(i) && request(i).given_service()->policy == "RequireDualStack";
       })) {
    for (const bool families_too : {false, true}) {
      Plant plant{request(index).audit_id, base_.record};
      auto& given = std::get<verify::ServiceFacts>(plant.record.requests[index].given);
      given.cluster_ips.resize(1);
      if (families_too) given.ip_families.resize(1);
      plants.push_back(std::move(plant));
    }
  }
  if (plants.empty()) return expect_no_place("no Service requires two families");
  expect_found(GetParam(), plants, "not-as-asked");
}

TEST_P(Planted, TwoFamiliesWhereOneIsAllowed) {
  std::vector<Plant> plants;
  for (const std::uint32_t index : pick(base_, kPlaces, [&](std::uint32_t i) {
         return allocates(i) && request(i).given_service()->addresses().size() == 1;
       })) {
    for (const bool policy_too : {false, true}) {
      Plant plant{request(index).audit_id, base_.record};
      auto& given = std::get<verify::ServiceFacts>(plant.record.requests[index].given);
      const Family second = other_family(family(index));
      // A PreferDualStack answer on a server that may have both families is no fault.
      if (given.policy != "SingleStack") continue;
      given.cluster_ips.push_back(second == Family::kIPv4 ? "10.96.0.77" : "fd00:96::77");
      given.ip_families.emplace_back(family_name(second));
      if (policy_too) given.policy = "PreferDualStack";
      plants.push_back(std::move(plant));
    }
  }
  expect_found(GetParam(), plants, "not-as-asked");
}

TEST_P(Planted, FullThoughAddressesWereFree) {
  const auto places = pick(base_, kPlaces, [&](std::uint32_t i) {
    if (!is_dynamic(i) ||
        base_.history.servers.may_have_just_started(request(i), base_.history.options.cache_lag)) {
      return false;
    }
    for (const std::string& text : request(i).given_service()->addresses()) {
      const Window window = base_.history.seen_by(request(i));
      if (!verify::sure_room(base_.history, read_address_sloppy(text)->family(), window)) return false;
    }
    return true;
  });
  if (places.empty()) return expect_no_place("no range was ready that long");
  expect_found(GetParam(),
               refuse_all(places, 500,
                          [&](std::uint32_t i) {
                            return "Internal error occurred: failed to allocate a serviceIP for Service \"" +
                                   request(i).name + "\": range is full";
                          }),
               "false-full");
}

TEST_P(Planted, AllocatedThoughNobodyHeldTheAddress) {
  std::vector<Plant> plants;
  for (const std::uint32_t index : pick(base_, kPlaces, [&](std::uint32_t i) { return is_dynamic(i); })) {
    const auto free = long_free(index, default_bands(family(index)).usable());
    if (!free) continue;
    const Cidr* flag =
        base_.history.options.version.asks_bitmap_first ? base_.history.bitmap.range(family(index)) : nullptr;
    if (flag != nullptr &&
        base_.history.bitmap.can_be_set(*read_address_sloppy(*free), request(index).during))
      continue;
    Plant plant{request(index).audit_id, base_.record};
    auto& asked = std::get<verify::ServiceFacts>(plant.record.requests[index].asked);
    asked.cluster_ip = *free;
    refuse(plant.record, base_.history.nesting, index, 422,
           "Service \"" + request(index).name + "\" is invalid: spec.clusterIPs: Invalid value: [\"" + *free +
               "\"]: failed to allocate IP " + *free + ": provided IP is already allocated",
           true);
    plants.push_back(std::move(plant));
  }
  if (plants.empty()) return expect_no_place("no address was free that long");
  expect_found(GetParam(), plants, "false-allocated");
}

TEST_P(Planted, MismatchThoughARangeHasTheAddress) {
  const auto places = pick(base_, kPlaces, [&](std::uint32_t i) {
    return is_static(i) &&
           !base_.history.servers.may_have_just_started(request(i), base_.history.options.cache_lag) &&
           verify::sure_range(base_.history, *read_address_sloppy(first(i)),
                              base_.history.seen_by(request(i)));
  });
  if (places.empty()) return expect_no_place("no static request to a range that was ready that long");
  for (const auto& [text, rule] :
       {std::pair<std::string, std::string>{"the provided network does not match the current range",
                                            "false-mismatch"},
        {"allocator not ready", "false-not-ready"}}) {
    expect_found(GetParam(),
                 refuse_all(places, 422,
                            [&, words = text](std::uint32_t i) {
                              return "Service \"" + request(i).name +
                                     "\" is invalid: spec.clusterIPs: Invalid value: [\"" + first(i) +
                                     "\"]: failed to allocate IP " + first(i) + ": " + words;
                            }),
                 rule);
  }
}

// More than a minute after the range was asked to go, and after it was gone.
TEST_P(Planted, AddressOfARangeThatWasTerminatingOrGone) {
  std::vector<Plant> plants;
  for (const verify::RangeLife& range : base_.history.ranges.objects()) {
    const verify::RangeVersion* asked = range.asked_to_go();
    if (asked == nullptr) continue;
    const auto bands = bands_of(asked->cidrs.front());
    const auto others = base_.history.ranges.cidrs().find(asked->cidrs.front());
    if (!bands || !bands->usable() || others->second.size() > 1) continue;
    const Address address = bands->usable()->last;
    if (base_.history.ranges.with_host(address).size() > 1) continue;
    const auto like = pick(base_, 1, [&](std::uint32_t i) {
      return is_dynamic(i) && family(i) == address.family() &&
             request(i).given_service()->addresses().size() == 1;
    });
    if (like.empty()) continue;
    verify::Record record = base_.record;
    const Instant at = base_.history.beginning.record.to + Duration::seconds(90);
    Plant plant{add_copy(record, base_.history.nesting, like.front(), at, "late"), std::move(record)};
    const std::string from = first(like.front());
    for (AuditedRequest& r : plant.record.requests) {
      if (r.audit_id.rfind("copy-", 0) != 0) continue;
      if (r.subject == Subject::kIpAddress) r.name = address.to_string();
      if (auto* given = std::get_if<verify::ServiceFacts>(&r.given)) {
        given->cluster_ip = address.to_string();
        given->cluster_ips = {address.to_string()};
      }
    }
    plants.push_back(std::move(plant));
  }
  if (plants.empty()) return expect_no_place("no range was asked to go");
  expect_found(GetParam(), plants, "range-not-available");
}

TEST_P(Planted, ReleaseThatDidNotHappen) {
  std::vector<Plant> plants;
  for (const std::uint32_t index : pick(base_, kPlaces, [&](std::uint32_t i) {
         const AuditedRequest& r = request(i);
         return r.subject == Subject::kService && r.verb == Verb::kDelete && r.took_effect() &&
                base_.history.nesting.inner(i).size() == 1 &&
                !base_.history.servers.may_have_just_started(r, base_.history.options.cache_lag) &&
                verify::sure_range(base_.history, *read_address_sloppy(first(i)), base_.history.seen_by(r));
       })) {
    Plant plant{request(index).audit_id, base_.record};
    const std::uint32_t inner = base_.history.nesting.inner(index).front();
    plant.record.requests.erase(plant.record.requests.begin() + inner);
    plants.push_back(std::move(plant));
  }
  if (plants.empty()) return expect_no_place("no Service was deleted from a range that was there that long");
  expect_found(GetParam(), plants, "wrong-release");
}

INSTANTIATE_TEST_SUITE_P(Real, Planted,
                         ::testing::Values("extend-1.33", "extend-1.36", "load-two-servers-1.33",
                                           "load-two-servers-1.36", "replace-default-1.36",
                                           "service-matrix-1.36", "flags-upgrade-to-dual-1.36",
                                           "flags-back-to-single-1.36"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
                           return name;
                         });

}  // namespace
}  // namespace clusterip::testing
