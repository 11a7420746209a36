#include "daemon/mirror/live_findings.hpp"

#include <random>
#include <utility>

#include <gmock/gmock.h>

#include "engine/net/text.hpp"
#include "engine/verify/rule_catalog.hpp"
#include "tests/support/objects.hpp"

namespace clusterip::daemon {
namespace {

using testing::at;
using testing::ip_address;
using testing::range;
using testing::service;

// What a look at everything finds, but for what the mirror reports by range.
std::vector<verify::Finding> all_of(const verify::State& state) {
  verify::StateOptions options;
  options.now = at(3600);
  options.settling = {};
  auto findings = verify::StateRules(state, options).check_all();
  std::erase_if(findings, [](const verify::Finding& one) { return one.rule == "held-by-terminating"; });
  return findings;
}

// After changes, also some between two parts of a look, looking at what they touched finds what looking at
// everything finds.
TEST(LiveFindings, AgreeWithALookAtEverything) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    verify::State state;
    LiveFindings live({});
    StateChanges changes;
    const auto touch = [&](const std::string& address) {
      changes.addresses.insert(*read_address_sloppy(address));
    };
    const auto touch_service = [&](const std::string& key) {
      if (const auto* entry = state.find_service(key)) {
        for (const auto* held : entry->addresses) changes.addresses.insert(held->first);
      }
    };
    const auto change = [&] {
      const std::string address =
          "10.96." + std::to_string(random() % 2) + "." + std::to_string(random() % 6);
      const std::string key = "shop/s" + std::to_string(random() % 6);
      switch (random() % 7) {
        case 0:
          state.put(range("r" + address.substr(6, 1), {address.substr(0, 7) + ".0/24"}));
          changes.everything = true;
          break;
        case 1:
          if (random() % 4 == 0) state.erase_range("r" + address.substr(6, 1));
          changes.everything = true;
          break;
        case 2:
        case 3:
          touch_service(key);
          state.put(service(key, {address}));
          touch_service(key);
          break;
        case 4:
          touch_service(key);
          state.erase_service("shop", key.substr(5));
          break;
        case 5:
          state.erase_ip_address(address);
          touch(address);
          break;
        default:
          state.put(ip_address(address, key));
          touch(address);
      }
    };
    for (int step = 0; step < 200; ++step) {
      change();
      if (random() % 3 == 0) continue;
      live.add(state, std::exchange(changes, {}));
      while (live.look(state, at(3600), 3)) {
        if (random() % 2 == 0) change();
      }
      // What changed in between.
      live.add(state, std::exchange(changes, {}));
      while (live.look(state, at(3600), 3)) {
      }
      ASSERT_EQ(live.all(state, {}, at(3600)), all_of(state)) << "seed " << seed << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace clusterip::daemon
