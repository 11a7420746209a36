// Zones for the schedule explorer: the addresses 0 to 63 in four zones of 16 addresses, in two buckets, so
// that the first and the third zone meet in one.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/set/zones.hpp"
#include "tests/support/model_platform.hpp"
#include "tests/support/script.hpp"

namespace clusterip::test {

template <set::Step kDropped>
class ZonesRig {
 public:
  using P = Model<kDropped>;

  explicit ZonesRig(const Script& script) {
    for (std::uint64_t a = 0; a < kZones * kSpan; ++a) {
      if (((script.held >> a) & 1U) != 0) static_cast<void>(zones_.make(a / kSpan).claim(0, a % kSpan));
    }
  }
  std::uint64_t answer(std::size_t thread, const Call& call) {
    const std::uint64_t zone = call.first / kSpan;
    const std::uint64_t offset = call.first % kSpan;
    if (call.kind == Call::Kind::kClaim) return zones_.make(zone).claim(thread, offset) ? 1 : 0;
    auto* set = zones_.find(zone);
    if (set == nullptr) return 0;
    const bool is_release = call.kind == Call::Kind::kRelease;
    return (is_release ? set->release(thread, offset) : set->contains(thread, offset)) ? 1 : 0;
  }
  std::uint64_t bits() {
    std::uint64_t bits = 0;
    for (const std::uint64_t zone : zones_.between(0, kZones - 1)) {
      zones_.find(zone)->each_word(
          0, {0, kSpan - 1}, [&](std::uint64_t, std::uint64_t held) { bits |= held << (zone * kSpan); });
    }
    return bits;
  }
  std::string at_rest() {
    const auto zones = zones_.between(0, kZones - 1);
    const bool twice = std::adjacent_find(zones.begin(), zones.end()) != zones.end();
    return twice ? "a zone is there twice" : "";
  }

 private:
  static constexpr std::uint64_t kSpan = 16;
  static constexpr std::uint64_t kZones = 4;
  static std::size_t bound() noexcept { return 3; }
  set::Lines<P> lines_{3, bound};
  set::ViewFence<P> fence_{3, bound};
  set::Zones<P, 2> zones_{lines_, fence_};
};

inline std::vector<Script> zones_scripts() {
  return {
      {"two claims in a new zone", 0, {{claim(5)}, {claim(5)}}},
      {"two addresses in a new zone", 0, {{claim(5), contains(6)}, {claim(6), contains(5)}}},
      {"look-up in a new zone", 0, {{contains(5), contains(5)}, {claim(5), release(5)}}},
      {"two new zones in one bucket", 0, {{claim(5)}, {claim(37), contains(5)}}},
      {"a new zone before another", 0b1, {{claim(37)}, {contains(37), contains(0)}}},
      {"a new zone behind another, seen by a third",
       0,
       {{claim(5)}, {claim(37)}, {contains(37), contains(5)}}},
  };
}

}  // namespace clusterip::test
